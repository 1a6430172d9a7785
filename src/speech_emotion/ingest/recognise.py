"""Say which corpus's clip a file is, by its path."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from speech_emotion.corpora import registry
from speech_emotion.corpora.base import Clip, Corpus, Parser, Unfit

_Known = tuple[Corpus, Parser]


class Recogniser:
    """Says which corpus a path belongs to: what descriptions and tables say first, then names, then folders as labels.

    Parameters
    ----------
    root : Path
        Folder of the audio.
    selected : sequence of Corpus
        Those to take.
    described : sequence of Corpus
        All of the user's own that are described, selected or not.
    options : mapping of str to mapping
        By corpus, keyword arguments for its `make_parser`.

    Examples
    --------
    >>> recognise = Recogniser(Path("data"), registry.get(["savee"]), [], {})
    >>> corpus, clip = recognise(PurePosixPath("savee/DC/a01.wav"))
    >>> corpus.title, clip.label
    ('SAVEE', 'anger')
    >>> recognise(PurePosixPath("emodb/wav/03a01Fa.wav"))[1].rule
    'not-selected'
    """

    def __init__(self, root: Path, selected: Sequence[Corpus], described: Sequence[Corpus],
                 options: Mapping[str, Mapping[str, Any]]) -> None:
        self.root_name = root.resolve().name or "root"

        def parsers(corpora: Sequence[Corpus]) -> list[_Known]:
            return [(corpus, corpus.make_parser(root, **options.get(corpus.name, {}))) for corpus in corpora]

        # The description of an inner folder comes before that of an outer one.
        covering = [corpus for corpus in selected if corpus.folder is not None]
        self.own = parsers(sorted(covering, key=_depth, reverse=True))
        self.unselected = sorted((corpus for corpus in described if corpus not in selected), key=_depth, reverse=True)
        named = [corpus for corpus in selected if corpus.by_name]
        self.named = parsers(named)
        # What is left out is recognised by default options.
        self.others = [(corpus, corpus.make_parser(root)) for corpus in registry.CORPORA.values()
                       if corpus.by_name and corpus not in named]
        self.folder = parsers([corpus for corpus in selected if not corpus.by_name and corpus.folder is None])

    def __call__(self, path: PurePosixPath) -> tuple[Corpus | None, Clip | Unfit | None]:
        """Say what a path is.

        Parameters
        ----------
        path : PurePosixPath
            Relative to the root; absolute for what does not lie below it.

        Returns
        -------
        corpus : Corpus or None
            None if neither the name nor a folder is that of a selected corpus.
        what : Clip or Unfit or None
            None if the name tells nothing to any selected corpus.
        """
        path = PurePosixPath(self.root_name, path)
        located = registry.of_folder(path)
        described, said = self._described(path)
        if described:
            row = isinstance(said, Clip) and described.listed
            # The quick way `table` speaks of its rows only; a description, of all that lies in its folder.
            decided = isinstance(said, Clip) or described.name not in registry.CORPORA
            if row or (decided and not self._is_built_in(path, described)):
                return described, said
        for corpus in self.unselected:
            if _covers(corpus, path) and not described and not self._is_built_in(path, corpus):
                return corpus, _LEFT_OUT
        for corpus, parse in self.named:
            if located in (None, corpus) and (what := parse(path)):
                return corpus, what
        # Folders of any name are labels to the corpus `folder`; but beside named corpora, what is known to be of
        # another named corpus is not meant.
        if not self.folder or self.named:
            for corpus, parse in self.others:
                if located is corpus or (located is None and parse(path)):
                    return corpus, _LEFT_OUT
        for corpus, parse in self.folder:
            if what := parse(path):
                return corpus, what
        if described:
            return described, said
        if self.own and not self.named and not self.folder:
            return None, Unfit("left-alone", "is of no selected corpus")
        return located, None

    def _described(self, path: PurePosixPath) -> tuple[Corpus, Clip | Unfit] | tuple[None, None]:
        """Ask the descriptions; of those that cover the path, the innermost decide, and tables everywhere."""
        every = (*(corpus for corpus, _ in self.own), *self.unselected)
        depth = max((_depth(corpus) for corpus in every if _covers(corpus, path)), default=0)
        unfit = None
        for corpus, parse in self.own:
            what = parse(path) if corpus.listed or _depth(corpus) >= depth else None
            if isinstance(what, Clip):
                return corpus, what
            if what and not unfit and _depth(corpus) >= depth:
                unfit = corpus, what
        return unfit or (None, None)

    def _is_built_in(self, path: PurePosixPath, described: Corpus) -> bool:
        """Whether, within a description's folder, both a folder and the file's name are a built-in corpus's."""
        if described.folder is None or not _covers(described, path):
            return False
        located = registry.of_folder(PurePosixPath(*path.parts[1 + _depth(described) :]))
        return located is not None and any(
            corpus is located and parse(path) for corpus, parse in (*self.named, *self.others))


_LEFT_OUT = Unfit("not-selected", "of a corpus that is not selected")


def _depth(corpus: Corpus) -> int:
    return len(corpus.folder.parts) if corpus.folder else 0


def _covers(corpus: Corpus, path: PurePosixPath) -> bool:
    return corpus.folder is not None and path.parts[1 : 1 + _depth(corpus)] == corpus.folder.parts
