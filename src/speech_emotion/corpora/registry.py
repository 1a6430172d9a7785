"""The list of corpora, and which of them a file belongs to."""

import difflib
import importlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import Corpus

_MODULES = (
    "synthetic",
    "ravdess",
    "tess",
    "crema_d",
    "savee",
    "emodb",
    "folder",
    "table",
)
"""In the order in which they are asked whether a file's name is theirs."""

CORPORA: Mapping[str, Corpus] = {
    name: importlib.import_module(f"speech_emotion.corpora.{name}").CORPUS for name in _MODULES
}
"""By name, in that order."""


def get(names: Iterable[str], own: Sequence[Corpus] = (), *, named_in: str = "") -> list[Corpus]:
    """Look corpora up by name.

    Parameters
    ----------
    names : iterable of str
        As in `ingest.corpora`.
    own : sequence of Corpus
        Described by the user, beside those of the registry.
    named_in : str
        The setting or option that gives the names, for the message.

    Returns
    -------
    list of Corpus
        In the order given; for no names, the user's own and all whose files are recognised by name.

    Raises
    ------
    UserError
        If there is no such corpus; the message lists those there are.

    Examples
    --------
    >>> corpus, = get(["emodb"])
    >>> corpus.title, corpus.num_clips, corpus.licence
    ('EMO-DB', 535, 'CC BY 4.0')
    >>> get(["emodbb"], named_in="ingest.corpora")
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: ingest.corpora: unknown corpus 'emodbb' (did you mean 'emodb'?); the corpora \
are: synthetic, ravdess, tess, crema_d, savee, emodb, folder, table. Your own can be described: docs/own-data.md
    """
    known = {**CORPORA, **{corpus.name: corpus for corpus in own}}
    names = list(names)
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            raise UserError(f"{named_in}{': ' if named_in else ''}unknown corpus '{name}'"
                            + (f" (did you mean '{close[0]}'?)" if close else "")
                            + f"; the corpora are: {', '.join(known)}. Your own can be described: docs/own-data.md")
    return [known[name] for name in dict.fromkeys(names)] or [
        *own, *(corpus for corpus in CORPORA.values() if corpus.by_name)]


def of_folder(path: PurePosixPath) -> Corpus | None:
    """Find the corpus whose name one of a path's folders bears; the innermost such folder decides.

    Parameters
    ----------
    path : PurePosixPath
        Of a file. Case and separators do not matter: CREMA-D, crema_d and cremad are one.

    Returns
    -------
    Corpus or None

    Examples
    --------
    >>> of_folder(PurePosixPath("data/CREMA-D/AudioWAV/1001_IEO_ANG_HI.wav")).name
    'crema_d'
    """
    for part in reversed(path.parts[:-1]):
        if corpus := _named(part):
            return corpus
    return None


@lru_cache(maxsize=4096)  # of folders there are few beside the files in them
def _named(folder: str) -> Corpus | None:
    return _BY_FOLDER.get(_plain(folder))


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


_BY_FOLDER = {
    _plain(name): corpus
    for corpus in CORPORA.values()
    if corpus.by_name
    for name in (corpus.name, *corpus.aliases)
}
