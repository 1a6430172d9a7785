"""A long signal on disk, which is worked on in pieces, so that hours need not be held in memory."""

import copy
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BufferedRandom
from typing import Self, TypeAlias, TypeVar, overload

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError

IN_MEMORY = 1 << 24
"""Samples up to which a recording is held as an array: 64 MiB, 17 minutes at 16 kHz."""

PIECE = 1 << 20
"""Samples of a signal on disk that are worked on at a time: 4 MiB."""

_BYTES = np.dtype(np.float32).itemsize


class Spool:
    """Samples in a file that has no name, and goes when nobody holds it or the process ends, however it ends.

    It is cut as an array is, and what is cut out is one. ``np.asarray`` gives all of it.

    Parameters
    ----------
    pieces : iterable of np.ndarray [shape=(m,), dtype=float32]
        The samples, some at a time. One may be overwritten by the next.

    Raises
    ------
    UserError
        If the disk is full.

    Examples
    --------
    >>> signal = Spool([np.arange(3, dtype=np.float32), np.arange(4, dtype=np.float32)])
    >>> len(signal), signal[2:5].tolist(), float(signal[-1])
    (7, [2.0, 0.0, 1.0], 3.0)
    """

    def __init__(self, pieces: Iterable[Float32]) -> None:
        self._start = self._stop = 0
        try:
            # Closed by `_Held`.
            self._held = _Held(tempfile.TemporaryFile(dir=folder()))  # noqa: SIM115
            for piece in pieces:
                self._held.file.write(np.ascontiguousarray(piece, dtype=np.float32).data)
                self._stop += len(piece)
            self._held.file.flush()
        except OSError as error:
            raise UserError(f"{folder()}: the samples of a long recording cannot be kept there while it is worked on "
                            f"({error.strerror or error}); make room there, or set TMPDIR to a folder that has it"
                            ) from error

    def part(self, start: int, stop: int) -> Self:
        """Give a stretch of it, as a slice does, without reading it."""
        start, stop, _ = slice(start, stop).indices(len(self))
        part = copy.copy(self)
        part._start, part._stop = self._start + start, self._start + max(start, stop)
        return part

    def __len__(self) -> int:
        """Give the number of samples."""
        return self._stop - self._start

    def __getitem__(self, which: int | slice) -> Float32:
        """Read a sample, or a stretch of them."""
        if not isinstance(which, slice):
            return np.asarray(self[which : which + 1 or None][0])
        start, stop, step = which.indices(len(self))
        samples = np.empty(max(0, stop - start), dtype=np.float32)
        self._held.file.seek((self._start + start) * _BYTES)
        self._held.file.readinto(samples.data.cast("B"))
        return samples[::step]

    def __array__(self, dtype: np.dtype | None = None, copy: bool | None = None) -> np.ndarray:
        """Read all of it."""
        return self[:].astype(dtype or np.float32, copy=False)


Signal: TypeAlias = Float32 | Spool
"""Mono samples, float32: in memory, or of a long recording on disk."""

SignalT = TypeVar("SignalT", Float32, Spool, Signal)
"""A kind of signal, where one is made of another: both are in memory, or both on disk."""


def pieces(signal: Signal) -> Iterator[Float32]:
    """Give the samples of a signal in order: an array whole, what is on disk in pieces.

    Examples
    --------
    >>> [len(piece) for piece in pieces(np.zeros(PIECE + 1, dtype=np.float32))]
    [1048577]
    >>> [len(piece) for piece in pieces(Spool([np.zeros(PIECE + 1, dtype=np.float32)]))]
    [1048576, 1]
    """
    if isinstance(signal, Spool):
        for start in range(0, len(signal), PIECE):
            yield signal[start : start + PIECE]
    else:
        yield signal


@overload
def like(signal: Spool, made: Iterator[Float32]) -> Spool: ...
@overload
def like(signal: Float32, made: Iterator[Float32]) -> Float32: ...
def like(signal: Signal, made: Iterator[Float32]) -> Signal:
    """Put together what was made of `pieces` of a signal, in memory or on disk as that is.

    Examples
    --------
    >>> clip = np.ones(3, dtype=np.float32)
    >>> like(clip, (2 * piece for piece in pieces(clip))).tolist()
    [2.0, 2.0, 2.0]
    """
    return Spool(made) if isinstance(signal, Spool) else next(made)


@overload
def cut(signal: Spool, start: int, stop: int) -> Spool: ...
@overload
def cut(signal: Float32, start: int, stop: int) -> Float32: ...
def cut(signal: Signal, start: int, stop: int) -> Signal:
    """Give a stretch of a signal, of which nothing is copied.

    Examples
    --------
    >>> len(cut(np.zeros(9, dtype=np.float32), 4, 12))
    5
    """
    return signal.part(start, stop) if isinstance(signal, Spool) else signal[start:stop]


def folder() -> str:
    """Where signals on disk lie: in TMPDIR; else in /var/tmp, since /tmp is memory on many systems.

    Examples
    --------
    >>> os.path.isdir(folder())
    True
    """
    chosen = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    return tempfile.gettempdir() if chosen or not os.access(_LASTING, os.W_OK) else _LASTING


_LASTING = "/var/tmp"


class _Held:
    # A file that is closed when the last signal that lies in it is gone.
    def __init__(self, file: BufferedRandom) -> None:
        self.file = file

    def __del__(self) -> None:
        with suppress(OSError):  # of a full disk, which was said
            self.file.close()
