"""Fetch corpora from where their authors publish them: resumable, checked, and whole or not at all."""

import errno
import shutil
from collections.abc import Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pooch
from tqdm import tqdm

from speech_emotion.acquisition.archives import unpack
from speech_emotion.acquisition.sources import RemoteFile, remote_files, total_bytes
from speech_emotion.acquisition.transfer import ResumingDownloader
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import remove_unfinished
from speech_emotion.core.locks import alone
from speech_emotion.corpora.base import Archive, Corpus

PARALLEL = 4
"""Files fetched at a time: the servers are other people's."""
_PARTS = ".parts"

pooch.get_logger().setLevel("WARNING")  # a corpus of thousands of files has a progress bar instead


def download(corpus: Corpus, target: Path, *, pause: float = 1.0) -> None:
    """Fetch a corpus into a new folder.

    What has been fetched is kept in a hidden folder beside `target` until all is there and checked; then `target`
    appears at once. A second call goes on where the first was cut off, and takes away what a killed one left. An
    archive is unpacked only after its checksum has been compared. One process at a time fetches into `target`: another
    one waits for it, and finds the work done.

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
        have a file, a file's checksum is wrong, the archive is damaged, or the disk is full.
    """
    there = _is_there(target)
    if there and not any(target.parent.glob(f".{target.name}.*")):
        raise _exists(target)
    work = target.parent / f".{target.name}.download"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(target):
            remove_unfinished(target)
            if not _is_there(target):
                _fetch_into(target, work, corpus, pause)
            elif there:
                shutil.rmtree(work, ignore_errors=True)
                raise _exists(target)
            # Else another process has done it meanwhile.
            shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise UserError(f"{target.parent}: the disk is full; free some space (or choose another folder with "
                            f"--to) and run the same command to go on. What was fetched is in {work}") from error
        raise


def _fetch_into(target: Path, work: Path, corpus: Corpus, pause: float) -> None:
    source = corpus.source
    needed = total_bytes(corpus)
    if needed and shutil.disk_usage(target.parent).free < needed * (4 if isinstance(source, Archive) else 1):
        raise OSError(errno.ENOSPC, "not enough free space", str(target.parent))
    work.mkdir(exist_ok=True)
    try:
        files = remote_files(corpus, pause)
        _fetch_all(files, work, pause)
        if isinstance(source, Archive):
            try:
                unpack(work / files[0].path, target)
            except UserError:
                (work / files[0].path).unlink(missing_ok=True)
                raise
        else:
            _remove_others(work, {work / file.path for file in files})
            work.replace(target)  # an empty folder may be there
    finally:
        _remove_if_empty(work)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold the lock of a folder to make, whose file goes with the last who holds it."""
    lock = target.parent / f".{target.name}.lock"
    with alone(lock, f"{target}: waiting for another process that downloads to it"):
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)  # while it is held: who waits for it takes a new one then


def _is_there(target: Path) -> bool:
    return target.exists() and (not target.is_dir() or any(target.iterdir()))


def _exists(target: Path) -> UserError:
    return UserError(f"{target}: exists already; check it with `ser validate {target}`, or remove it first")


def _fetch_all(files: Sequence[RemoteFile], folder: Path, pause: float) -> None:
    with (tqdm(desc="downloading", unit="B", unit_scale=True, disable=None) as progress,
          ThreadPoolExecutor(PARALLEL) as pool):
        jobs = [pool.submit(_fetch, file, folder, progress, pause) for file in files]
        try:
            for job in as_completed(jobs):
                job.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _fetch(file: RemoteFile, folder: Path, progress: "tqdm[Any]", pause: float) -> None:
    path = folder / file.path
    try:
        pooch.retrieve(file.url, known_hash=file.checksum, fname=path.name, path=path.parent,
                       downloader=ResumingDownloader(_part(folder, file), progress, pause))
    except ValueError as error:
        if "hash" not in str(error).lower():
            raise
        raise UserError(f"{file.url}: is not the file that was published (its checksum differs). What came was thrown "
                        "away; try again, and if it happens again, tell the corpus's authors") from error


def _part(folder: Path, file: RemoteFile) -> Path:
    return folder / _PARTS / file.path.replace("/", "__")


def _remove_others(folder: Path, files: Set[Path]) -> None:
    """Leave nothing but some files: not what pooch was writing to, nor parts, when it was killed."""
    shutil.rmtree(folder / _PARTS, ignore_errors=True)
    for path in folder.rglob("*"):
        if path.is_file() and path not in files:
            path.unlink()


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(path.is_file() and path.stat().st_size for path in folder.rglob("*")):
        shutil.rmtree(folder, ignore_errors=True)
