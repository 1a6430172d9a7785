"""Find the descriptions of a user's own corpora: files named corpus.yaml, and `ingest.own` of params.yaml."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from speech_emotion.core.errors import UserError
from speech_emotion.corpora import registry
from speech_emotion.corpora.base import Corpus
from speech_emotion.corpora.own.described import from_description
from speech_emotion.params.base import load_whole
from speech_emotion.params.ingest import Description, NamedDescription

FILE = "corpus.yaml"
"""Name of a file that describes what lies in its folder."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def described_corpora(root: Path, files: Iterable[PurePosixPath], own: Mapping[str, Description]) -> list[Corpus]:
    """Make the corpora of all descriptions.

    Parameters
    ----------
    root : Path
        Folder of the audio.
    files : iterable of PurePosixPath
        The files named `FILE` below it, relative to it.
    own : mapping of str to Description
        By name, those that stand in params.yaml.

    Returns
    -------
    list of Corpus
        Sorted by name.

    Raises
    ------
    UserError
        If a description cannot be used, or a name is a built-in corpus's, given twice, or no name.

    Examples
    --------
    >>> described_corpora(Path("data"), [], {"emodb": Description(pattern="{label}/*")})
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: ingest.own.emodb: is the name of a built-in corpus; give yours another
    """
    found = [(f"ingest.own.{name}", name, description, PurePosixPath()) for name, description in own.items()]
    for file in files:
        if not (root / file).is_file():  # a pipe would be waited for
            raise UserError(f"{root / file}: is no file; remove it, or describe a corpus there")
        described = load_whole(root / file, NamedDescription)
        found.append((f"{root / file}", described.name, described, file.parent))
    places: dict[str, str] = {}
    corpora = []
    for where, name, description, folder in sorted(found, key=lambda each: each[1]):
        check_name(name, where)
        if name in places:
            raise UserError(f"{where}: the corpus '{name}' is also described in {places[name]}; rename one of them")
        places[name] = where
        corpora.append(from_description(name, description, root, folder, where))
    return corpora


def check_name(name: str, where: str) -> None:
    """Refuse a name that no corpus of the user's own may have.

    Parameters
    ----------
    name : str
        Any.
    where : str
        Where it stands, for the message.

    Raises
    ------
    UserError
        If it is not lower case, digits and underscores, or is a built-in corpus's.
    """
    if not _NAME.fullmatch(name):
        raise UserError(f"{where}: the name '{name}' must begin with a letter, and hold lower-case letters, digits and "
                        "underscores only")
    if name in registry.CORPORA:
        raise UserError(f"{where}: is the name of a built-in corpus; give yours another")
