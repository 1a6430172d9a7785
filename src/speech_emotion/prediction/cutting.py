"""A stream of samples cut at exact places, whatever blocks it comes in."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import tee

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.audio import resampling
from speech_emotion.prediction.judge import Signal


def heard(blocks: Iterable[np.ndarray], sample_rate: int, signals: Sequence[Signal]) -> list[Iterator[Float32]]:
    """Bring a recording to the sample rates at which a judge hears it, as it is decoded.

    Parameters
    ----------
    blocks : iterable of np.ndarray [shape=(m,), dtype=float32]
        The recording's mono samples. One may be overwritten by the next.
    sample_rate : int > 0
        Of the recording, in Hz.
    signals : sequence of Signal
        What is to be heard.

    Returns
    -------
    list of iterator of np.ndarray [shape=(k,), dtype=float32]
        A stream for each signal, to be read side by side: what one is ahead of another is in memory.
    """
    if len(signals) == 1:
        return [resampling.pieces(blocks, sample_rate, *signals[0])]
    return [resampling.pieces(copy, sample_rate, *signal)
            for copy, signal in zip(tee((block.copy() for block in blocks), len(signals)), signals, strict=True)]


def cut(pieces: Iterable[Float32], lengths: Iterable[int]) -> Iterator[Float32]:
    """Cut a stream into stretches, one after the other.

    Parameters
    ----------
    pieces : iterable of np.ndarray [shape=(m,), dtype=float32]
        The stream; how it is cut makes no difference. One may be overwritten by the next.
    lengths : iterable of int > 0
        Of the stretches, in samples.

    Yields
    ------
    np.ndarray [shape=(length,), dtype=float32]
        Shorter, and the last one, where the stream ends.

    Examples
    --------
    >>> stream = np.arange(6, dtype=np.float32)
    >>> [stretch.tolist() for stretch in cut([stream[:1], stream[1:]], [2, 3, 3])]
    [[0.0, 1.0], [2.0, 3.0, 4.0], [5.0]]
    """
    waiting, rest = iter(pieces), np.empty(0, np.float32)
    for length in lengths:
        stretch, filled = np.empty(length, np.float32), 0
        while filled < length:
            if not len(rest):
                try:
                    rest = next(waiting)
                except StopIteration:
                    if filled:
                        yield stretch[:filled]
                    return
            taken = rest[: length - filled]
            stretch[filled : filled + len(taken)] = taken
            filled, rest = filled + len(taken), rest[len(taken) :]
        yield stretch


def windows(pieces: Iterable[Float32], length: int, starts: Iterable[int]) -> Iterator[tuple[int, Float32]]:
    """Cut a stream into windows that overlap, each as soon as it is complete.

    A last window ends with the stream, so that every sample is in one. A stream that is shorter than a window is one.

    Parameters
    ----------
    pieces : iterable of np.ndarray [shape=(m,), dtype=float32]
        The stream; how it is cut makes no difference. One may be overwritten by the next.
    length : int > 0
        Of a window, in samples.
    starts : iterable of int >= 0
        Where windows begin; the first at 0, each after the one before and by `length` at most. Endless.

    Yields
    ------
    start : int
        Where the window begins.
    samples : np.ndarray [shape=(length,), dtype=float32]

    Examples
    --------
    >>> stream = np.arange(6, dtype=np.float32)
    >>> [(start, window.tolist()) for start, window in windows([stream], 3, range(0, 99, 2))]
    [(0, [0.0, 1.0, 2.0]), (2, [2.0, 3.0, 4.0]), (3, [3.0, 4.0, 5.0])]
    """
    places = iter(starts)
    start = next(places)
    held, first = np.empty(0, np.float32), 0  # the samples that are still wanted, and the place of the first
    covered = 0
    for piece in pieces:
        held = np.concatenate([held, piece])
        while start + length <= first + len(held):
            yield start, held[start - first : start - first + length].copy()
            covered = start + length
            start = next(places)
        gone = max(0, min(start - first, len(held) - length))  # the last window may be made of all that stays
        held, first = held[gone:], first + gone
    if first + len(held) > covered:
        last = held[-length:]
        yield first + len(held) - len(last), last
