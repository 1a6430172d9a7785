"""What there is to fetch for a corpus: addresses, checksums, and where each file goes."""

import time
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import requests

from speech_emotion.acquisition.transfer import ATTEMPTS, TIMEOUT, refusal
from speech_emotion.core.errors import UserError
from speech_emotion.corpora import published
from speech_emotion.corpora.base import Archive, Corpus, Dataverse, FilesAt


@dataclass(frozen=True)
class RemoteFile:
    """One file to fetch."""

    url: str
    path: str
    """Where it goes, relative to the folder of the download."""
    checksum: str
    """As pooch writes it, "md5:..." or "sha256:..."."""


def total_bytes(corpus: Corpus) -> int | None:
    """Add up the published sizes of a corpus's files.

    Returns
    -------
    int or None
        Bytes to fetch; None if only the server knows.

    Examples
    --------
    >>> from speech_emotion.corpora import registry
    >>> total_bytes(registry.CORPORA["ravdess"])
    208468073
    """
    if isinstance(corpus.source, Archive):
        return corpus.source.bytes
    return sum(file.bytes or 0 for file in published.files(corpus)) or None


def remote_files(corpus: Corpus, pause: float = 1.0) -> list[RemoteFile]:
    """List the files to fetch for a corpus.

    Parameters
    ----------
    corpus : Corpus
        One with a `source`.
    pause : float
        Seconds to wait after a failed attempt; doubled each time. Only a Dataverse is asked for its files.

    Returns
    -------
    list of RemoteFile

    Raises
    ------
    UserError
        If the corpus has no source, or a Dataverse does not answer or lacks a file of the index.

    Examples
    --------
    >>> from speech_emotion.corpora import registry
    >>> files = remote_files(registry.CORPORA["crema_d"])
    >>> len(files), files[0].path
    (7443, 'AudioWAV/1001_DFA_ANG_XX.wav')
    """
    source = corpus.source
    if source is None:
        raise UserError(f"{corpus.title} cannot be downloaded: {corpus.how_to_get}")
    if isinstance(source, Archive):
        return [RemoteFile(source.url, PurePosixPath(source.url).name, source.checksum)]
    files = published.files(corpus)
    if isinstance(source, FilesAt):
        return [RemoteFile(source.base + quote(file.path), file.path, f"sha256:{file.sha256}") for file in files] + [
            RemoteFile(extra.url, extra.path, extra.checksum) for extra in source.extras]
    numbers = _dataverse_numbers(source, pause)
    unlisted = [file.path for file in files if PurePosixPath(file.path).name.lower() not in numbers]
    if unlisted:
        raise UserError(f"{source.server}: no longer lists {len(unlisted)} files of {corpus.title} "
                        f"(the first: {unlisted[0]}); see {corpus.homepage}")
    return [RemoteFile(f"{source.server}/api/access/datafile/{numbers[PurePosixPath(file.path).name.lower()]}",
                       file.path, f"sha256:{file.sha256}") for file in files]


def _dataverse_numbers(source: Dataverse, pause: float) -> dict[str, int]:
    url = f"{source.server}/api/datasets/:persistentId/versions/:latest-published/files?persistentId={source.doi}"
    for attempt in range(ATTEMPTS):
        try:
            answer = requests.get(url, timeout=TIMEOUT)
            if answer.status_code >= 400:
                raise refusal(url, answer.status_code)
            listing: list[dict[str, Any]] = answer.json()["data"]
            return {entry["dataFile"]["filename"].lower(): int(entry["dataFile"]["id"]) for entry in listing}
        except (requests.ConnectionError, requests.Timeout) as error:
            if attempt == ATTEMPTS - 1:
                raise UserError(f"{url}: no answer ({type(error).__name__}); are you online?") from error
            time.sleep(pause * 2**attempt)
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{url}: does not answer with a list of files; try again later") from error
    raise AssertionError
