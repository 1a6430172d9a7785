"""Fetch corpora from where their authors publish them: resumable, checked, and whole or not at all."""

import errno
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import pooch
from tqdm import tqdm

from speech_emotion.acquisition.archives import unpack
from speech_emotion.acquisition.sources import RemoteFile, remote_files, total_bytes
from speech_emotion.acquisition.transfer import ResumingDownloader
from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import Archive, Corpus

PARALLEL = 4
"""Files fetched at a time: the servers are other people's."""
_PARTS = ".parts"

pooch.get_logger().setLevel("WARNING")  # a corpus of thousands of files has a progress bar instead


def download(corpus: Corpus, target: Path, *, pause: float = 1.0) -> None:
    """Fetch a corpus into a new folder.

    What has been fetched is kept in a hidden folder beside `target` until all is there and checked; then `target`
    appears at once. A second call goes on where the first was cut off. An archive is unpacked only after its checksum
    has been compared.

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
    source = corpus.source
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f"{target}: exists already; check it with `ser validate {target}`, or remove it first")
    work = target.parent / f".{target.name}.download"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        needed = total_bytes(corpus)
        if needed and shutil.disk_usage(target.parent).free < needed * (4 if isinstance(source, Archive) else 1):
            raise OSError(errno.ENOSPC, "not enough free space", str(target.parent))
        work.mkdir(exist_ok=True)
        files = remote_files(corpus, pause)
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


def _remove_if_empty(folder: Path) -> None:
    if folder.is_dir() and not any(path.is_file() for path in folder.rglob("*")):
        shutil.rmtree(folder, ignore_errors=True)
