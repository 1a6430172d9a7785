"""Say which published clip a file is by its bytes, whatever it is called and wherever it lies."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import Clip, Corpus, Unfit
from speech_emotion.ingest.find import Candidate, Known


class Index:
    """Knows the published files of all corpora whose checksums ship with the package.

    Parameters
    ----------
    root : Path
        Folder of the audio.
    selected : sequence of Corpus
        The corpora to take. If none of them is recognised by name, nothing is known: what users describe themselves is
        what they say it is.
    options : mapping of str to mapping, optional
        By corpus, keyword arguments for its `make_parser`.
    """

    def __init__(self, root: Path, selected: Sequence[Corpus],
                 options: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self._parsers = {corpus.name: corpus.make_parser(root, **(options or {}).get(corpus.name, {}))
                         for corpus in selected if corpus.by_name}
        self._files: dict[str, list[tuple[Corpus, str]]] = defaultdict(list)
        self._sizes: set[int] = set()
        for corpus in registry.CORPORA.values() if self._parsers else ():
            for file in published.files(corpus):
                if file.sha256 and file.bytes:
                    self._files[file.sha256].append((corpus, corpus.slips.get(file.path, file.path)))
                    if corpus.name in self._parsers:
                        self._sizes.add(file.bytes)

    def may_hold(self, path: Path) -> bool:
        """Tell without reading a file whether it may be a published one of the corpora to take, by its size."""
        try:
            return path.stat().st_size in self._sizes
        except OSError:  # a broken link
            return False

    def identify(self, candidate: Candidate, sha256: str | None) -> Candidate:
        """Say what a candidate is by its bytes.

        Parameters
        ----------
        candidate : Candidate
            As its name says.
        sha256 : str or None
            Of its bytes; None if it cannot be read.

        Returns
        -------
        Candidate
            With the corpus and the clip under which the bytes are published. `candidate` itself if nothing is known, or
            if it is of a corpus that the user describes.

        Examples
        --------
        >>> candidate = Candidate(PurePosixPath("take 1.wav"), None, None)
        >>> sha256 = published.files(registry.CORPORA["emodb"])[0].sha256
        >>> known = Index(Path("audio"), registry.get([])).identify(candidate, sha256)
        >>> known.corpus.name, known.what.label, known.what.speaker, known.known.renamed
        ('emodb', 'happiness', '03', True)
        >>> Index(Path("audio"), registry.get(["tess"])).identify(candidate, sha256).what.rule
        'not-selected'
        """
        if (candidate.corpus and not candidate.corpus.by_name) or sha256 not in self._files:
            return candidate
        if isinstance(candidate.what, Unfit) and candidate.what.rule == "not-utf-8":
            return candidate
        (corpus, *_), *_ = same = self._files[sha256]
        parse = self._parsers.get(corpus.name)
        if parse is None:
            return replace(candidate, corpus=corpus, what=Unfit("not-selected", "of a corpus that is not selected"))
        said = [parse(PurePosixPath(corpus.name, path)) for _, path in same]
        # Sorted by what they say, so that of two names the file's own makes no difference.
        clips = sorted({what for what in said if isinstance(what, Clip)}, key=repr)
        renamed = candidate.corpus is not corpus or candidate.what not in (clips or said)
        return replace(candidate, corpus=corpus, what=(clips or said)[0], known=Known(renamed, tuple(clips[1:])))
