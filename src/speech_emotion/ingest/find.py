"""Find the audio files below a folder, and say which corpus's clip each one is."""

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from speech_emotion.audio.containers import HEAD, sniff
from speech_emotion.core.errors import UserError
from speech_emotion.corpora import registry
from speech_emotion.corpora.base import Clip, Corpus, Parser, Unfit

EXTENSIONS = frozenset({".wav", ".wave", ".flac", ".aif", ".aiff", ".aifc", ".ogg", ".oga", ".opus", ".mp3", ".au",
                        ".snd", ".caf", ".w64", ".rf64", ".m4a", ".aac", ".wma", ".amr", ".awb", ".mka", ".webm",
                        ".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".mkv", ".wmv", ".avi", ".flv"})
"""Files with these are audio by intent, whatever is in them; any other file is, if it begins like audio or a video."""
ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"})


class Known(NamedTuple):
    """What the index of published files says of a file's bytes."""

    renamed: bool
    """Whether the file's name says something else."""
    twins: tuple[Clip, ...]
    """What the same bytes are published as, too."""


@dataclass(frozen=True)
class Candidate:
    """An audio file: what it is as far as its name says, and once it is read, its bytes."""

    path: PurePosixPath
    """Relative to the root."""
    corpus: Corpus | None
    """None if neither its name nor a folder is that of a selected corpus."""
    what: Clip | Unfit | None
    """None if its name tells nothing to any selected corpus."""
    known: Known | None = None
    """None if its bytes are no published file's, or are not read yet."""

    @property
    def is_left_out(self) -> bool:
        """Whether it is of a known corpus, but not to be taken."""
        return self.corpus is not None and isinstance(self.what, Unfit) and self.what.rule == "not-selected"


@dataclass(frozen=True)
class Found:
    """What lies below a root."""

    candidates: list[Candidate]
    """Sorted by path."""
    selected: list[Corpus] = field(default_factory=list)
    """The corpora that were to be taken."""
    left_out: list[Candidate] = field(default_factory=list)
    """Audio files of a known corpus, by their names, that the settings leave out."""
    missing: list[tuple[Corpus, PurePosixPath]] = field(default_factory=list)
    """Files that a corpus's own list names and that are not there."""
    archives: list[PurePosixPath] = field(default_factory=list)
    """Archives, in which audio may still be."""

    @property
    def not_selected(self) -> Counter[str]:
        """Number of files in `left_out`, by corpus."""
        return Counter(candidate.corpus.name for candidate in self.left_out if candidate.corpus)


def find_candidates(root: Path, corpora: Sequence[str] = (),
                    options: Mapping[str, Mapping[str, Any]] | None = None) -> Found:
    """Search a folder and all below it for clips.

    Hidden files and folders and `__MACOSX` are left alone; links are followed.

    Parameters
    ----------
    root : Path
        A folder.
    corpora : sequence of str
        Names of the corpora to take; empty for all that are recognised by name.
    options : mapping of str to mapping, optional
        By corpus, keyword arguments for its `make_parser`.

    Returns
    -------
    Found

    Raises
    ------
    UserError
        If the root is missing or no folder, a corpus is unknown, or a corpus's own tables are unusable.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import make_corpus
    >>> with TemporaryDirectory() as folder:
    ...     _ = make_corpus(Path(folder), "emodb", speakers=["03"], labels=["anger"])
    ...     _ = make_corpus(Path(folder), "savee", speakers=["dc"], labels=["anger"])
    ...     found = find_candidates(Path(folder), ["emodb"])
    >>> candidate, = found.candidates
    >>> candidate.path, candidate.corpus.name, candidate.what.label
    (PurePosixPath('wav/03a01Wa.wav'), 'emodb', 'anger')
    >>> found.not_selected
    Counter({'savee': 1})
    """
    options = options or {}
    selected = registry.get(corpora)
    if not root.is_dir():
        raise UserError(f"{root}: {'is no folder' if root.exists() else 'there is no such folder'}; "
                        "set ingest.root to the folder of your audio")
    recognise = _Recogniser(root, selected, options)
    found = Found([], selected)
    for path in audio_files(root, found.archives):
        candidate = Candidate(path, *recognise(path))
        (found.left_out if candidate.is_left_out else found.candidates).append(candidate)
    for corpus in selected:
        if corpus.listed:
            there = {candidate.path for candidate in found.candidates}
            found.missing.extend((corpus, path) for path in corpus.listed(root, **options.get(corpus.name, {}))
                                 if path not in there)
    return found


def audio_files(root: Path, archives: list[PurePosixPath] | None = None) -> list[PurePosixPath]:
    """List all audio files below a folder.

    Hidden files and folders and `__MACOSX` are left alone; links are followed.

    Parameters
    ----------
    root : Path
        A folder.
    archives : list of PurePosixPath, optional
        Takes the archives that lie there, too.

    Returns
    -------
    list of PurePosixPath
        Relative to `root`, sorted. Audio is what has one of `EXTENSIONS`, or begins like audio.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import write_clip
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_clip(Path(folder, "Ann", "happy.flac"))
    ...     _ = Path(folder, "notes.txt").write_text("no audio")
    ...     audio_files(Path(folder))
    [PurePosixPath('Ann/happy.flac')]
    """
    files = []
    visited = set()
    for folder, folders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in visited:  # a link to a folder around it would go on for ever
            folders.clear()
            continue
        visited.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "__MACOSX")
        for name in names:
            path = Path(folder, name)
            if name.startswith("."):
                continue
            suffix = path.suffix.lower()
            if suffix in EXTENSIONS or _begins_like_audio(path):
                files.append(PurePosixPath(path.relative_to(root).as_posix()))
            elif suffix in ARCHIVES and archives is not None:
                archives.append(PurePosixPath(path.relative_to(root).as_posix()))
    return sorted(files)


def _begins_like_audio(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return sniff(file.read(HEAD)) is not None
    except OSError:  # a broken link, a pipe, no permission: without an audio extension it is nobody's clip
        return False


class _Recogniser:
    """Says which corpus a path belongs to: a table's rows first, then names, then folders as labels."""

    def __init__(self, root: Path, selected: Sequence[Corpus], options: Mapping[str, Mapping[str, Any]]) -> None:
        self.root_name = root.resolve().name or "root"
        named = [corpus for corpus in selected if corpus.by_name]
        others = [corpus for corpus in registry.CORPORA.values() if corpus.by_name and corpus not in named]
        self.table = self._parsers([corpus for corpus in selected if corpus.listed], root, options)
        self.named = self._parsers(named, root, options)
        self.others = self._parsers(others, root, {})
        self.folder = self._parsers(
            [corpus for corpus in selected if not corpus.by_name and not corpus.listed], root, options)

    @staticmethod
    def _parsers(corpora: Sequence[Corpus], root: Path,
                 options: Mapping[str, Mapping[str, Any]]) -> list[tuple[Corpus, Parser]]:
        return [(corpus, corpus.make_parser(root, **options.get(corpus.name, {}))) for corpus in corpora]

    def __call__(self, path: PurePosixPath) -> tuple[Corpus | None, Clip | Unfit | None]:
        path = PurePosixPath(self.root_name, path)
        located = registry.of_folder(path)
        left_out = Unfit("not-selected", "of a corpus that is not selected")
        for corpus, parse in self.table:
            if what := parse(path):
                return corpus, what
        for corpus, parse in self.named:
            if located in (None, corpus) and (what := parse(path)):
                return corpus, what
        # Folders of any name are labels to the corpus `folder`; but beside named corpora, what is known to be of
        # another named corpus is not meant.
        if not self.folder or self.named:
            for corpus, parse in self.others:
                if located is corpus or (located is None and parse(path)):
                    return corpus, left_out
        for corpus, parse in self.folder:
            if what := parse(path):
                return corpus, what
        if self.table and not self.named and not self.folder:
            return self.table[0][0], left_out
        return located, None
