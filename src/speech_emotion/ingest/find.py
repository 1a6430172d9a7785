"""Find the audio files below a folder, and say which corpus's clip each one is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import shown
from speech_emotion.corpora import own as own_corpora
from speech_emotion.corpora import registry
from speech_emotion.corpora.base import Clip, Corpus, Unfit
from speech_emotion.ingest.listing import audio_files
from speech_emotion.ingest.recognise import Recogniser
from speech_emotion.params.ingest import Description

ARCHIVES = frozenset({".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"})


class Known(NamedTuple):
    """What the index of published files says of a file's bytes."""

    renamed: bool
    """Whether the file's name says something else."""
    twins: tuple[Clip, ...]
    """What the same bytes are published as, too."""


@dataclass(frozen=True, slots=True)
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
    left_alone: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Audio files that a description leaves out, by the corpus's name and the reason."""
    notices: list[str] = field(default_factory=list)
    """What the user should know about the selection, in a line each."""

    @property
    def not_selected(self) -> Counter[str]:
        """Number of files in `left_out`, by corpus."""
        return Counter(candidate.corpus.name for candidate in self.left_out if candidate.corpus)


def find_candidates(root: Path, corpora: Sequence[str] = (), options: Mapping[str, Mapping[str, Any]] | None = None,
                    own: Mapping[str, Description] | None = None, named_in: str = "ingest.corpora") -> Found:
    """Search a folder and all below it for clips.

    Hidden files and folders and `__MACOSX` are left alone; links are followed.

    Parameters
    ----------
    root : Path
        A folder.
    corpora : sequence of str
        Names of the corpora to take; empty for all that are recognised by name, the table if the options name one, and
        the user's own.
    options : mapping of str to mapping, optional
        By corpus, keyword arguments for its `make_parser`.
    own : mapping of str to Description, optional
        The user's own corpora by name, beside those described in files below the root.
    named_in : str
        The setting or option that `corpora` comes from, for messages.

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
    if not root.is_dir():
        raise UserError(f"{root}: {'is no folder' if root.exists() else 'there is no such folder'}; "
                        "set ingest.root to the folder of your audio")
    found, others = Found([]), list[PurePosixPath]()
    files = audio_files(root, others)
    found.archives.extend(path for path in others if path.suffix.lower() in ARCHIVES)
    descriptions = [path for path in others if path.name == own_corpora.FILE]
    described = own_corpora.described_corpora(root, descriptions, own or {})
    selected = registry.get(corpora, described, named_in=named_in)
    if options.get("table", {}).get("file") and registry.CORPORA["table"] not in selected:
        if corpora:
            found.notices.append(f"ingest.table is set, but {named_in} does not name the corpus table")
        else:
            selected.insert(0, registry.CORPORA["table"])
    found.selected.extend(selected)
    recognise = Recogniser(root, selected, described, options)
    for path in files:
        candidate = _with_a_name(Candidate(path, *recognise(path)))
        if isinstance(candidate.what, Unfit) and candidate.what.rule == "left-alone":
            found.left_alone[candidate.corpus.name if candidate.corpus else "others", candidate.what.reason] += 1
        else:
            (found.left_out if candidate.is_left_out else found.candidates).append(candidate)
    there = {candidate.path for candidate in found.candidates}
    for corpus in selected:
        if corpus.listed:
            for path in corpus.listed(root, **options.get(corpus.name, {})):
                if path in there:
                    continue
                if _is_there(root / path):  # outside the root, hidden, or without a sign of being audio
                    found.candidates.append(Candidate(path, *recognise(path)))
                else:
                    found.missing.append((corpus, path))
    found.candidates.sort(key=lambda candidate: candidate.path)
    return found


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for the system
        return False


def _with_a_name(candidate: Candidate) -> Candidate:
    """Refuse a clip whose path is no text: a label or speaker may be in it, and DVC and tables do not take it."""
    path = str(candidate.path)
    if shown(path) == path or (isinstance(candidate.what, Unfit) and candidate.what.rule in ("left-alone",
                                                                                             "not-selected")):
        return candidate
    return replace(candidate, what=Unfit("not-utf-8", "its name is no text in UTF-8"))
