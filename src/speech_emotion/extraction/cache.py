"""Features computed before, so that what has not changed is never computed again.

A memo is a folder. In it lies one folder for each combination of settings, code and libraries (`fingerprint`), and
in that, shards: ordinary zip archives whose members are the features of one view of one clip, named by the digest of
the clip's samples. A shard is written under another name, renamed when whole, and never changed: any number of
processes, on any number of machines, may read and write the same memo, also on a network file system. The archive's
own CRC of each member shows damage. Deleting any part of a memo, at any time, is safe.
"""

import json
import os
import sys
import time
import uuid
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from speech_emotion.arrays import Float32

VARIABLE = "SER_MEMO"
"""Environment variable that names the memo's folder, such as one that a team shares."""

DEFAULT = Path(".memo/features")

SHARD_BYTES = 32 << 20
"""Size at which a shard is written."""

SHARD_SECONDS = 2.0
"""Time after which a shard is written however small: at most so much work is lost when the process is killed."""

OPEN_SHARDS = 128

ABANDONED_SECONDS = 24 * 3600.0
"""Age at which a shard that was never finished is rubbish."""

_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError)


def location() -> Path:
    """Folder of the memo: `VARIABLE` or `DEFAULT`."""
    return Path(os.environ.get(VARIABLE) or DEFAULT)


class Memo:
    """Features for one fingerprint; a context manager that writes what is pending at its end.

    Parameters
    ----------
    root : Path
        Folder of the memo; made when something is written.
    fingerprint : str
        From `fingerprint.of_settings`.
    columns : int > 0
        Of each feature matrix.
    about : dict
        The settings, kept beside the shards for people to read.
    """

    def __init__(self, root: Path, fingerprint: str, columns: int, about: dict[str, object]) -> None:
        self.folder = root / fingerprint[:32]
        self._columns = columns
        self._about = about
        self._unfinished: zipfile.ZipFile | None = None
        self._unfinished_bytes = 0
        self._begun = 0.0
        self._writable = True
        self._open: OrderedDict[Path, zipfile.ZipFile] = OrderedDict()
        self._used: set[Path] = set()
        self._damaged: set[Path] = set()
        self._where: dict[str, Path] = {}
        for shard in _shards(self.folder):
            try:
                with zipfile.ZipFile(shard) as archive:
                    self._where.update(dict.fromkeys(archive.namelist(), shard))
            except _DAMAGE as error:
                self._found_damaged(shard, error)

    def __contains__(self, key: str) -> bool:
        """Tell whether the memo claims to hold `key`; whether it is whole shows when it is read."""
        return key in self._where

    def get(self, key: str) -> Float32 | None:
        """Features held under `key`.

        Returns
        -------
        np.ndarray [shape=(frames, columns), dtype=float32] or None
            Read-only. None if they are not there, or are damaged.
        """
        shard = self._where.get(key)
        if shard is None:
            return None
        try:
            values = np.frombuffer(self._archive(shard).read(key), dtype="<f4").reshape(-1, self._columns)
        except _DAMAGE as error:
            del self._where[key]
            self._found_damaged(shard, error)
            return None
        self._used.add(shard)
        return values

    def add(self, key: str, values: Float32) -> None:
        """Hold `values`; others find them when their shard is full, or old enough, or after `flush`.

        A memo that cannot be written (read-only, full disk) gives one warning.
        """
        if not self._writable:
            return
        with self._errors_as_warning():
            if self._unfinished is None:
                self._begin_shard()
            assert self._unfinished is not None
            self._unfinished.writestr(key, np.ascontiguousarray(values, dtype="<f4").data.cast("B"))
            self._unfinished_bytes += values.nbytes
        if self._unfinished_bytes >= SHARD_BYTES or time.monotonic() - self._begun >= SHARD_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Finish the shard that is being written."""
        if self._unfinished is not None:
            path = Path(str(self._unfinished.filename))
            with self._errors_as_warning():
                self._unfinished.close()
                self._describe()
                path.replace(self.folder / f"{uuid.uuid4().hex}.zip")
                self._unfinished, self._unfinished_bytes = None, 0

    def close(self) -> None:
        """Finish what is being written, remove what is damaged or abandoned, note which shards were of use."""
        self.flush()
        for archive in self._open.values():
            archive.close()
        self._open.clear()
        # A shared memo may be read-only, and another process may have pruned it.
        for shard in self._damaged:
            with suppress(OSError):
                shard.unlink()
        for shard in self._used - self._damaged:
            with suppress(OSError):
                os.utime(shard)
        with suppress(OSError):
            _remove_abandoned(self.folder)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whether there was an error or not."""
        self.close()

    def _archive(self, shard: Path) -> zipfile.ZipFile:
        archive = self._open.pop(shard, None) or zipfile.ZipFile(shard)
        self._open[shard] = archive
        if len(self._open) > OPEN_SHARDS:
            self._open.popitem(last=False)[1].close()
        return archive

    def _found_damaged(self, shard: Path, error: Exception) -> None:
        # A shard that another process has just pruned is no damage.
        if shard not in self._damaged and not isinstance(error, FileNotFoundError):
            _warn(f"a part of the memo cannot be read and is computed anew: {shard}: {error}")
            self._damaged.add(shard)

    def _begin_shard(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Made as any file is, by the umask: tempfile would keep a shared memo's other users out.
        self._unfinished = zipfile.ZipFile(self.folder / f".{uuid.uuid4().hex}.tmp", "x", zipfile.ZIP_STORED)
        self._begun = time.monotonic()

    @contextmanager
    def _errors_as_warning(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._writable = False
            _warn(f"features are not remembered: {self.folder}: {error.strerror or error}")
            if self._unfinished is not None:
                unfinished, self._unfinished, self._unfinished_bytes = self._unfinished, None, 0
                with suppress(OSError, ValueError):
                    unfinished.close()
                Path(str(unfinished.filename)).unlink(missing_ok=True)

    def _describe(self) -> None:
        about = self.folder / "settings.json"
        if not about.exists():
            unfinished = self.folder / f".{uuid.uuid4().hex}.tmp"
            unfinished.write_text(json.dumps(self._about, indent=1), encoding="utf-8")
            unfinished.replace(about)


@dataclass(frozen=True)
class Part:
    """One combination of settings, code and libraries in a memo."""

    folder: Path
    about: dict[str, object]
    """Its settings; empty if unknown."""
    clips: int
    """Features held, of clips and of their views."""
    size: int
    """In bytes."""
    last_used: float
    """In seconds since the epoch."""


def parts(root: Path) -> list[Part]:
    """List what a memo holds, the most recently used first."""
    found = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []:
        shards = _shards(folder)
        clips = 0
        for shard in shards:
            try:
                with zipfile.ZipFile(shard) as archive:
                    clips += len(archive.namelist())
            except _DAMAGE:
                continue
        stats = [stat for shard in shards if (stat := _stat(shard))]
        try:
            about = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            about = {}
        size, last_used = sum(stat.st_size for stat in stats), max((stat.st_mtime for stat in stats), default=0.0)
        found.append(Part(folder, about, clips, size, last_used))
    return sorted(found, key=lambda part: -part.last_used)


def prune(root: Path, *, max_bytes: int | None = None, unused_seconds: float | None = None) -> tuple[int, int]:
    """Remove shards: those unused for long, then the least recently used until the rest is small enough.

    Parameters
    ----------
    root : Path
        Folder of the memo.
    max_bytes : int >= 0 or None
        Size to keep to; None for any size.
    unused_seconds : float >= 0 or None
        Time without use after which a shard goes; None for never.

    Returns
    -------
    removed, kept : int
        In bytes.

    Raises
    ------
    OSError
        If a shard cannot be removed.
    """
    now = time.time()
    shards = []
    for folder in [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []:
        shards += [(stat.st_mtime, stat.st_size, shard) for shard in _shards(folder) if (stat := _stat(shard))]
        _remove_abandoned(folder)
    removed, kept = 0, sum(size for _, size, _ in shards)
    for used, size, shard in sorted(shards):
        too_old = unused_seconds is not None and now - used > unused_seconds
        too_much = max_bytes is not None and kept > max_bytes
        if too_old or too_much:
            shard.unlink(missing_ok=True)
            removed, kept = removed + size, kept - size
    for folder in [path for path in root.iterdir() if path.is_dir()] if root.is_dir() else []:
        if not any(path.name != "settings.json" for path in folder.iterdir()):
            (folder / "settings.json").unlink(missing_ok=True)
            with suppress(OSError):  # another process may just have begun to fill it
                folder.rmdir()
    return removed, kept


def _shards(folder: Path) -> list[Path]:
    try:
        return sorted(folder.glob("*.zip"))
    except OSError:
        return []


def _remove_abandoned(folder: Path) -> None:
    # What a killed process was writing.
    for unfinished in folder.glob(".*.tmp"):
        if (stat := _stat(unfinished)) and time.time() - stat.st_mtime > ABANDONED_SECONDS:
            unfinished.unlink(missing_ok=True)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _warn(message: str) -> None:
    print(f"warning: {message}", file=sys.stderr)
