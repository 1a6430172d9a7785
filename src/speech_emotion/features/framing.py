"""Overlapping frames of a signal, a few at a time, and their root mean square."""

from collections.abc import Iterator

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.audio.spool import Signal

CHUNK = 3 << 15
"""Samples (frames times frame length) worked on at a time: 384 KiB, so that a chunk stays in a core's cache."""


def padded(samples: Signal, start: int, stop: int, *, edge: bool = False) -> Float32:
    """Cut a stretch out of a signal that goes on beyond its ends.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal.
    start, stop : int
        Where the stretch begins and ends; ``start <= n``, ``stop >= 0``.
    edge : bool
        Continue the first and last sample beyond the ends, in place of zeros.

    Returns
    -------
    np.ndarray [shape=(stop - start,), dtype=float32]
        A view where it lies within an array, so that no second copy is made.

    Examples
    --------
    >>> padded(np.array([1, 2, 3], dtype=np.float32), -1, 5, edge=True)
    array([1., 1., 2., 3., 3., 3.], dtype=float32)
    """
    if start >= 0 and stop <= len(samples):
        return samples[start:stop]
    before, after = max(0, -start), max(0, stop - len(samples))
    stretch = np.empty(stop - start, dtype=np.float32)  # several times as quick as np.pad
    stretch[:before] = samples[0] if edge else 0
    stretch[before : len(stretch) - after] = samples[max(0, start) : stop]
    stretch[len(stretch) - after :] = samples[-1] if edge else 0
    return stretch


def frames(samples: Signal, frame_length: int, hop_length: int, *, edge: bool = False,
           ) -> Iterator[tuple[slice, Float32]]:
    """Cut a signal into overlapping frames; frame `t` is centred at sample ``t * hop_length``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal.
    frame_length, hop_length : int > 0
        In samples; `frame_length` is even.
    edge : bool
        Continue the first and last sample beyond the ends, in place of zeros.

    Yields
    ------
    which : slice
        Range of frames, of the ``1 + n // hop_length`` that there are: about `CHUNK` samples. It depends on the lengths
        alone: what is computed by chunk is the same wherever it is computed.
    framed : np.ndarray [shape=(frames, frame_length), dtype=float32]
        Read-only.

    Examples
    --------
    >>> for which, framed in frames(np.array([1, 2, 3], dtype=np.float32), frame_length=2, hop_length=1):
    ...     print(which, framed.tolist())
    slice(0, 4, None) [[0.0, 1.0], [1.0, 2.0], [2.0, 3.0], [3.0, 0.0]]
    >>> [which for which, _ in frames(np.zeros(4990, dtype=np.float32), frame_length=400, hop_length=10)]
    [slice(0, 245, None), slice(245, 490, None), slice(490, 500, None)]
    """
    count = 1 + len(samples) // hop_length
    step = max(8, CHUNK // frame_length)
    for first in range(0, count, step):
        last = min(first + step, count)
        start = first * hop_length - frame_length // 2
        stretch = padded(samples, start, start + (last - first - 1) * hop_length + frame_length, edge=edge)
        size = stretch.strides[0]
        yield slice(first, last), np.lib.stride_tricks.as_strided(
            stretch, (last - first, frame_length), (hop_length * size, size), writeable=False)


def root_mean_square(samples: Signal, frame_length: int, hop_length: int) -> Float32:
    """Root mean square of each frame; equals ``librosa.feature.rms(y=samples, frame_length=..., hop_length=...)[0]``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal.
    frame_length, hop_length : int > 0
        In samples; `frame_length` is even.

    Returns
    -------
    np.ndarray [shape=(1 + n // hop_length,), dtype=float32]

    Examples
    --------
    >>> root_mean_square(np.array([2, -2, 2, -2], dtype=np.float32), frame_length=2, hop_length=2)
    array([1.4142135, 2.       , 1.4142135], dtype=float32)
    """
    power = np.concatenate([np.mean(np.square(framed), axis=1)
                            for _, framed in frames(samples, frame_length, hop_length)])
    return np.asarray(np.sqrt(power), dtype=np.float32)


def gaps(key: str, length: int, hop_length: int) -> Iterator[tuple[str, str]]:
    """Tell whether some samples lie in no frame.

    Parameters
    ----------
    key : str
        The setting that holds `length`.
    length, hop_length : int > 0
        Of a frame, and from one frame to the next; in samples.

    Yields
    ------
    key, message : str
        At most once; see `Feature.problems`.

    Examples
    --------
    >>> list(gaps("win_length", 400, hop_length=500))
    [('win_length', 'must be at least hop_length (500), or some samples lie in no frame')]
    """
    if length < hop_length:
        yield key, f"must be at least hop_length ({hop_length}), or some samples lie in no frame"
