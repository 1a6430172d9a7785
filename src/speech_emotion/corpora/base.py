"""What a corpus module provides, and what its parser makes of a file's name."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

VOCABULARY = ("anger", "boredom", "calm", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
"""The common labels, into which every corpus maps its own labels one to one."""

Sex = Literal["female", "male"]


@dataclass(frozen=True)
class Speaker:
    """What the authors publish about a speaker: sex, and age in years."""

    sex: Sex | None = None
    age: int | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """What a clip is, as far as its name or the corpus's own tables say.

    Two files of a corpus are the same clip exactly when their `Clip` is equal, in whatever layout they lie.
    """

    label: str
    """One of `VOCABULARY`; in a user's own corpus, also another."""
    native_label: str
    """The corpus's own word or code."""
    speaker: str
    """Unique within the corpus: the authors' own identifier, in lower case."""
    sex: Sex | None = None
    """Of the speaker."""
    age: int | None = None
    """Of the speaker, in years."""
    language: str | None = None
    """A BCP-47 tag such as "en" or "de"."""
    statement: str | None = None
    """The sentence or word that is spoken, or the corpus's code for it."""
    intensity: str | None = None
    """How strongly the emotion is acted, in the corpus's own words."""
    repetition: int | None = None
    """Which take, from 1."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """A name that is the corpus's, but says something that cannot be: why, as a rule of the audit."""

    rule: Literal["unknown-label", "speaker-at-odds", "off-pattern", "not-utf-8", "left-alone", "not-selected"]
    """The last two are no defects: a description, or the settings, leave such files out."""
    reason: str


Parser = Callable[[PurePosixPath], "Clip | Unfit | None"]
"""From a path to what the clip is, or why it cannot be used, or None: that is no name of this corpus.

The path is relative to the root's parent: it begins with the root's own name, since that may be a speaker's folder.
"""


class Published(NamedTuple):
    """One published clip."""

    path: str
    """As the authors lay it out."""
    sha256: str | None
    """None if no checksum is known."""
    bytes: int | None
    """Size of the file; None if it is not known."""


@dataclass(frozen=True)
class Archive:
    """A corpus that is published as one zip file."""

    url: str
    checksum: str
    """As pooch writes it: "md5:..." or "sha256:..."."""
    bytes: int | None = None
    """Size of the archive; None if it is not known."""


@dataclass(frozen=True)
class Extra:
    """A file beside the clips: where it goes in the corpus's folder, and its checksum as pooch writes it."""

    url: str
    path: str
    checksum: str


@dataclass(frozen=True)
class FilesAt:
    """A corpus whose files have the addresses `base` + path, with path and checksum from the index."""

    base: str
    extras: tuple[Extra, ...] = ()


@dataclass(frozen=True)
class Dataverse:
    """A corpus in a Dataverse repository, which gives each file a number; names and checksums are the index's."""

    server: str
    doi: str


@dataclass(frozen=True, eq=False)
class Corpus:
    """All that is known about a corpus before any of its files is read."""

    name: str
    """As in `ingest.corpora`; lower case."""
    title: str
    """As people call it."""
    citation: str
    """How the authors want to be cited."""
    licence: str
    """Of the audio."""
    how_to_get: str
    """A command, or what to do."""
    make_parser: Callable[..., Parser]
    """Called with the root folder and, by keyword, this corpus's options; reads the corpus's own tables, if any."""
    redistributable: bool = False
    """Whether anybody may pass its audio on to anybody, for any purpose. What is not known counts as no."""
    excerpts: bool = False
    """Whether clips, cut and encoded anew, may at least be shown to others with the authors' names and the licence, for
    nothing in return: what a report may hold. So may those of a corpus that is `redistributable`."""
    homepage: str | None = None
    """Where the authors describe it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """From the corpus's own labels to those of `VOCABULARY`."""
    speakers: Mapping[str, Speaker] = field(default_factory=dict)
    """By the authors' own identifier, in lower case."""
    num_clips: int | None = None
    """Number of clips in the complete corpus."""
    sample_rate: int | None = None
    """In Hz; a clip at another rate is flagged."""
    channels: int | None = None
    """A clip with another number of them is flagged."""
    by_name: bool = True
    """Whether file names alone tell that a file belongs to it; if not, it has to be named in `ingest.corpora`."""
    aliases: tuple[str, ...] = ()
    """Other names of a folder that holds it (case and separators do not matter)."""
    listed: Callable[..., list[PurePosixPath]] | None = None
    """Called like `make_parser`: the paths of all clips that have to be there, where the corpus itself lists them."""
    published: Callable[[], list[Published]] | None = None
    """The published clips, where no index file ships."""
    slips: Mapping[str, str] = field(default_factory=dict)
    """Published paths whose names are the authors' slips, and what they stand for."""
    source: Archive | FilesAt | Dataverse | None = None
    """Where `ser download` gets it; None if it cannot be had without asking the authors."""
    folder: PurePosixPath | None = None
    """Of a described corpus: the folder that its description covers, relative to the root; None for all others."""
    remarks: Callable[[Sequence[Clip]], list[str]] | None = None
    """From the clips taken to what the user should know about how they were read, in a line each."""

    @property
    def quotable(self) -> bool:
        """Whether a report may hold clips of it, with the authors' names and the licence."""
        return self.redistributable or self.excerpts


def nearest(path: PurePosixPath, names: Callable[[str], str | None]) -> str | None:
    """Ask the folders of a path, innermost first, and take the first answer.

    Parameters
    ----------
    path : PurePosixPath
        Of a file.
    names : callable
        From a folder's name to what it stands for, or None.

    Returns
    -------
    str or None

    Examples
    --------
    >>> nearest(PurePosixPath("DC/copies/a01.wav"), {"DC": "dc"}.get)
    'dc'
    """
    return next((found for part in reversed(path.parts[:-1]) if (found := names(part))), None)


def at_odds(said: str, folder: str | None) -> Unfit | None:
    """Compare the speaker in a file's name with the one whose folder it lies in.

    Parameters
    ----------
    said : str
        The name's.
    folder : str or None
        The folder's; None if it is nobody's.

    Returns
    -------
    Unfit or None
        None if they agree, or nothing can be said.

    Examples
    --------
    >>> at_odds("02", "05").reason
    'the name says speaker 02, the folder 05'
    """
    if folder is None or folder == said:
        return None
    return Unfit("speaker-at-odds", f"the name says speaker {said}, the folder {folder}")


def needs_only_paths(parse: Parser) -> Callable[[Path], Parser]:
    """Make a `Corpus.make_parser` of a parser that needs neither the root's tables nor options.

    Parameters
    ----------
    parse : Parser
        Paths alone tell it everything.

    Returns
    -------
    callable
        From any root folder to `parse`.

    Examples
    --------
    >>> from speech_emotion.corpora import savee
    >>> parse = needs_only_paths(savee.parse)(Path("anywhere"))
    >>> parse(PurePosixPath("savee/DC/a01.wav")).label
    'anger'
    """
    return lambda _root: parse
