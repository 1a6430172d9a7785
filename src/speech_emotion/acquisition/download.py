"""Fetch corpora from where their authors publish them: resumable, checked, and whole or not at all."""

import errno
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn
from urllib.parse import quote

import pooch
import requests
import urllib3
from tqdm import tqdm

from speech_emotion.acquisition.archives import unpack
from speech_emotion.core.errors import UserError
from speech_emotion.corpora import published
from speech_emotion.corpora.base import Archive, Corpus, Dataverse, FilesAt

PARALLEL = 4
"""Files fetched at a time: the servers are other people's."""
ATTEMPTS = 5
"""Attempts without a single new byte before giving up."""
TIMEOUT = (15, 60)
"""Seconds to wait for a connection, and for the next bytes."""
_CHUNK = 1 << 16
_PARTS = ".parts"

pooch.get_logger().setLevel("WARNING")  # a corpus of thousands of files has a progress bar instead


@dataclass(frozen=True)
class Item:
    """One file to fetch."""

    url: str
    path: str
    """Relative to the folder of the download."""
    checksum: str
    """As pooch writes it."""


def size(corpus: Corpus) -> int | None:
    """Bytes to fetch, as published; None if only the server knows."""
    if isinstance(corpus.source, Archive):
        return corpus.source.bytes
    return sum(file.bytes or 0 for file in published.files(corpus)) or None


def download(corpus: Corpus, target: Path, *, pause: float = 1.0) -> None:
    """Fetch a corpus into a new folder.

    What has been fetched is kept in a hidden folder beside `target` until all is there and checked; then `target`
    appears at once. A second call goes on where the first was cut off.

    Parameters
    ----------
    corpus : Corpus
        One with a `source`.
    target : Path
        The folder to make.
    pause : float
        Seconds to wait after a failed attempt; doubled each time.

    Raises
    ------
    UserError
        If `target` exists and is not empty, the corpus has to be asked for, the server does not answer or does not
        have a file, a file's checksum is wrong, the archive is hostile or damaged, or the disk is full.
    """
    source = corpus.source
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f"{target}: exists already; check it with `ser validate {target}`, or remove it first")
    work = target.parent / f".{target.name}.download"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        needed = size(corpus)
        if needed and shutil.disk_usage(target.parent).free < needed * (4 if isinstance(source, Archive) else 1):
            raise OSError(errno.ENOSPC, "not enough free space", str(target.parent))
        work.mkdir(exist_ok=True)
        files = items(corpus, pause)
        _fetch_all(files, work, pause)
        if isinstance(source, Archive):
            try:
                unpack(work / files[0].path, target)
            except UserError:
                (work / files[0].path).unlink(missing_ok=True)
                raise
        else:
            shutil.rmtree(work / _PARTS, ignore_errors=True)
            work.replace(target)  # an empty folder may be there
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise UserError(f"{target.parent}: the disk is full; free some space (or choose another folder with "
                            f"--to) and run the same command to go on. What was fetched is in {work}") from error
        raise
    finally:
        _remove_if_empty(work)
    shutil.rmtree(work, ignore_errors=True)


def items(corpus: Corpus, pause: float = 1.0) -> list[Item]:
    """List the files to fetch for a corpus.

    Parameters
    ----------
    corpus : Corpus
        One with a `source`.
    pause : float
        As in `download`; a Dataverse is asked for its files.

    Raises
    ------
    UserError
        If a Dataverse does not answer, or lacks a file of the index.
    """
    source = corpus.source
    if source is None:
        raise UserError(f"{corpus.title} cannot be downloaded: {corpus.how_to_get}")
    if isinstance(source, Archive):
        return [Item(source.url, PurePosixPath(source.url).name, source.checksum)]
    files = published.files(corpus)
    if isinstance(source, FilesAt):
        return [Item(source.base + quote(file.path), file.path, f"sha256:{file.sha256}") for file in files] + [
            Item(extra.url, extra.path, extra.checksum) for extra in source.extras]
    numbers = _dataverse_numbers(source, pause)
    unlisted = [file.path for file in files if PurePosixPath(file.path).name.lower() not in numbers]
    if unlisted:
        raise UserError(f"{source.server}: no longer lists {len(unlisted)} files of {corpus.title} "
                        f"(the first: {unlisted[0]}); see {corpus.homepage}")
    return [Item(f"{source.server}/api/access/datafile/{numbers[PurePosixPath(file.path).name.lower()]}",
                 file.path, f"sha256:{file.sha256}") for file in files]


def _dataverse_numbers(source: Dataverse, pause: float) -> dict[str, int]:
    url = f"{source.server}/api/datasets/:persistentId/versions/:latest-published/files?persistentId={source.doi}"
    for attempt in range(ATTEMPTS):
        try:
            answer = requests.get(url, timeout=TIMEOUT)
            if answer.status_code >= 400:
                _refused(url, answer.status_code)
            listing: list[dict[str, Any]] = answer.json()["data"]
            return {entry["dataFile"]["filename"].lower(): int(entry["dataFile"]["id"]) for entry in listing}
        except (requests.ConnectionError, requests.Timeout) as error:
            if attempt == ATTEMPTS - 1:
                raise UserError(f"{url}: no answer ({_plain(error)}); are you online?") from error
            time.sleep(pause * 2**attempt)
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{url}: does not answer with a list of files; try again later") from error
    raise AssertionError


def _fetch_all(items: Sequence[Item], folder: Path, pause: float) -> None:
    with (tqdm(desc="downloading", unit="B", unit_scale=True, disable=None) as progress,
          ThreadPoolExecutor(PARALLEL) as pool):
        jobs = [pool.submit(_fetch, item, folder, progress, pause) for item in items]
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _fetch(item: Item, folder: Path, progress: "tqdm[Any]", pause: float) -> None:
    path = folder / item.path
    try:
        pooch.retrieve(item.url, known_hash=item.checksum, fname=path.name, path=path.parent,
                       downloader=_Resuming(_part(folder, item), progress, pause))
    except ValueError as error:
        if "hash" not in str(error).lower():
            raise
        raise UserError(f"{item.url}: is not the file that was published (its checksum differs). What came was thrown "
                        "away; try again, and if it happens again, tell the corpus's authors") from error


def _part(folder: Path, item: Item) -> Path:
    return folder / _PARTS / item.path.replace("/", "__")


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(path.is_file() for path in folder.rglob("*")):
        shutil.rmtree(folder, ignore_errors=True)


class _Resuming:
    """A downloader for pooch that goes on where an earlier attempt was cut off."""

    def __init__(self, part: Path, progress: "tqdm[Any]", pause: float) -> None:
        self.part = part
        self.progress = progress
        self.pause = pause

    def __call__(self, url: str, output_file: Any, _pooch: Any) -> None:
        self.part.parent.mkdir(parents=True, exist_ok=True)
        failures = 0
        while True:
            before = self._done()
            try:
                self._attempt(url)
                break
            except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
                failures = failures + 1 if self._done() == before else 0
                if failures == ATTEMPTS:
                    raise UserError(f"{url}: the connection failed {ATTEMPTS} times ({_plain(error)}); run the same "
                                    "command to go on where it stopped") from error
                time.sleep(self.pause * 2**failures)
        self.part.replace(output_file)

    def _done(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _attempt(self, url: str) -> None:
        done = self._done()
        # Not compressed on the way: positions in the file are to be positions in what is sent.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                # All was there already, or more than there is: the checksum will tell.
                if answer.headers.get("Content-Range", "").rpartition("/")[2] == str(done):
                    return
                self.part.unlink()
                raise requests.ConnectionError("the server's file is shorter than what was fetched before")
            if answer.status_code >= 500 or answer.status_code == requests.codes.too_many_requests:
                raise requests.ConnectionError(f"status {answer.status_code}")
            if answer.status_code >= 400:
                _refused(url, answer.status_code)
            resumed = answer.status_code == requests.codes.partial_content
            due = int(answer.headers.get("Content-Length", -1))
            with self.part.open("ab" if resumed else "wb") as file:
                # Whatever has come is written at once: a whole chunk that never fills would be lost at a cut.
                while chunk := answer.raw.read1(_CHUNK):
                    file.write(chunk)
                    self.progress.update(len(chunk))
                    due -= len(chunk)
            if due > 0:
                raise requests.ConnectionError("the connection was cut")


def _refused(url: str, status: int) -> NoReturn:
    reason = "there is no such file any more" if status in (404, 410) else "the server refuses it"
    raise UserError(f"{url}: {reason} (status {status}); see the corpus's homepage, or try again later")


def _plain(error: Exception) -> str:
    return type(error).__name__
