"""Features computed before, so that what has not changed is never computed again.

A cache is a folder. In it lies one folder for each combination of recipe, code and libraries (`fingerprint`), and
in that, shards: ordinary zip archives whose members are the features of one view of one clip, named by the digest of
the clip's samples. A shard is written under another name, renamed when whole, and never changed: any number of
processes, on any number of machines, may read and write the same cache, also on a network file system. The archive's
own CRC of each member shows damage. Deleting any part of a cache, at any time, is safe.
"""

import errno
import json
import os
import sys
import time
import uuid
import zipfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.extraction.shards import RECIPE, UNREADABLE, is_damaged, remove_abandoned, shards

VARIABLE = "SER_CACHE"
"""Environment variable that names the cache's folder, such as one that a team shares."""

DEFAULT = Path(".cache/features")
"""The cache's folder otherwise, relative to the project's."""

SHARD_BYTES = 32 << 20
"""Size at which a shard is written."""

SHARD_SECONDS = 2.0
"""Time after which a shard is written however small: at most so much work is lost when the process is killed."""

OPEN_SHARDS = 128
"""Shards that are held open for reading, at most."""


def location() -> Path:
    """Folder of the cache: `VARIABLE` or `DEFAULT`."""
    return Path(os.environ.get(VARIABLE) or DEFAULT)


class Cache:
    """Features for one fingerprint; a context manager that writes what is pending at its end.

    Parameters
    ----------
    root : Path
        Folder of the cache; made when something is written.
    fingerprint : str
        From `fingerprint.of_recipe`.
    num_columns : int > 0
        Of each feature matrix.
    recipe : dict
        `Recipe.document`, kept beside the shards for people to read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Cache(Path(folder), "0123", num_columns=2, recipe={}) as cache:
    ...         cache.add("a", np.zeros((3, 2), dtype=np.float32))
    ...     with Cache(Path(folder), "0123", num_columns=2, recipe={}) as cache:
    ...         print("a" in cache, cache.get("a").shape, cache.get("b"))
    True (3, 2) None
    """

    def __init__(self, root: Path, fingerprint: str, num_columns: int, recipe: dict[str, object]) -> None:
        self.folder = root / fingerprint[:32]
        self._num_columns = num_columns
        self._recipe = recipe
        self._unfinished: zipfile.ZipFile | None = None
        self._unfinished_bytes = 0
        self._begun = 0.0
        self._writable = True
        self._open: OrderedDict[Path, zipfile.ZipFile] = OrderedDict()
        self._used: set[Path] = set()
        self._unreadable: dict[Path, Exception] = {}
        self._where: dict[str, Path] = {}
        for shard in shards(self.folder):
            try:
                with zipfile.ZipFile(shard) as archive:
                    self._where.update(dict.fromkeys(archive.namelist(), shard))
            except FileNotFoundError:  # another process has just pruned it
                continue
            except UNREADABLE as error:
                self._unreadable[shard] = error
        if self._unreadable:
            first, reason = next(iter(self._unreadable.items()))
            _warn(f"{len(self._unreadable)} parts of the cache cannot be read, and what they hold is computed anew "
                  f"(the first: {first}: {_reason(reason)})")

    def __contains__(self, key: str) -> bool:
        """Tell whether the cache claims to hold `key`; whether it is whole shows when it is read."""
        return key in self._where

    def get(self, key: str) -> Float32 | None:
        """Features held under `key`.

        Returns
        -------
        np.ndarray [shape=(frames, columns), dtype=float32] or None
            Read-only. None if they are not there, are damaged, or cannot be read here and now.
        """
        shard = self._where.get(key)
        if shard is None:
            return None
        try:
            values = np.frombuffer(self._archive(shard).read(key), dtype="<f4").reshape(-1, self._num_columns)
        except UNREADABLE as error:
            del self._where[key]
            # A shard that another process has just pruned is nothing to speak of.
            if shard not in self._unreadable and not isinstance(error, FileNotFoundError):
                self._unreadable[shard] = error
                _warn(f"a part of the cache cannot be read, and what it holds is computed anew: {shard}: "
                      f"{_reason(error)}")
            return None
        self._used.add(shard)
        return values

    def add(self, key: str, values: Float32) -> None:
        """Hold `values`; others find them when their shard is full, or old enough, or after `flush`.

        A cache that cannot be written (read-only, full disk) gives one warning.
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
        self._close_archives()
        # A shared cache may be read-only, and another process may have pruned it.
        for shard in filter(is_damaged, self._unreadable):
            with suppress(OSError):
                shard.unlink()
        for shard in self._used.difference(self._unreadable):
            with suppress(OSError):
                os.utime(shard)
        with suppress(OSError):
            remove_abandoned(self.folder)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close, whether there was an error or not."""
        self.close()

    def _archive(self, shard: Path) -> zipfile.ZipFile:
        archive = self._open.pop(shard, None)
        if archive is None:
            try:
                archive = zipfile.ZipFile(shard)
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE):
                    raise
                self._close_archives()
                archive = zipfile.ZipFile(shard)
        self._open[shard] = archive
        if len(self._open) > OPEN_SHARDS:
            self._open.popitem(last=False)[1].close()
        return archive

    def _close_archives(self) -> None:
        for archive in self._open.values():
            archive.close()
        self._open.clear()

    def _begin_shard(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # Made as any file is, by the umask: tempfile would keep a shared cache's other users out.
        self._unfinished = zipfile.ZipFile(self.folder / f".{uuid.uuid4().hex}.tmp", "x", zipfile.ZIP_STORED)
        self._begun = time.monotonic()

    @contextmanager
    def _errors_as_warning(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._writable = False
            _warn(f"features are not kept: {self.folder}: {error.strerror or error}")
            if self._unfinished is not None:
                unfinished, self._unfinished, self._unfinished_bytes = self._unfinished, None, 0
                with suppress(OSError, ValueError):
                    unfinished.close()
                Path(str(unfinished.filename)).unlink(missing_ok=True)

    def _describe(self) -> None:
        about = self.folder / RECIPE
        if not about.exists():
            unfinished = self.folder / f".{uuid.uuid4().hex}.tmp"
            unfinished.write_text(json.dumps(self._recipe, indent=1), encoding="utf-8")
            unfinished.replace(about)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _warn(message: str) -> None:
    print(f"warning: {message}", file=sys.stderr)
