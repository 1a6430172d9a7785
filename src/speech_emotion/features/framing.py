"""Overlapping frames of a signal, a few at a time, and their root mean square."""

from collections.abc import Iterator

import numpy as np

from speech_emotion.arrays import Float32

CHUNK = 3 << 15
"""Samples (frames times frame length) worked on at a time: 384 KiB, so that a chunk stays in a core's cache."""


def frames(samples: Float32, frame_length: int, hop_length: int, *, edge: bool = False) -> Float32:
    """Cut a signal into overlapping frames; frame `t` is centred at sample ``t * hop_length``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    frame_length, hop_length : int > 0
        In samples; `frame_length` is even.
    edge : bool
        Continue the first and last sample beyond the ends, in place of zeros.

    Returns
    -------
    np.ndarray [shape=(1 + n // hop_length, frame_length), dtype=float32]
        A read-only view, of the padded signal.

    Examples
    --------
    >>> frames(np.array([1, 2, 3], dtype=np.float32), frame_length=2, hop_length=1)
    array([[0., 1.],
           [1., 2.],
           [2., 3.],
           [3., 0.]], dtype=float32)
    """
    half = frame_length // 2
    padded = np.empty(len(samples) + 2 * half, dtype=np.float32)  # several times as quick as np.pad
    padded[:half] = samples[0] if edge else 0
    padded[half : half + len(samples)] = samples
    padded[half + len(samples) :] = samples[-1] if edge else 0
    step = padded.strides[0]
    return np.lib.stride_tricks.as_strided(
        padded, (1 + len(samples) // hop_length, frame_length), (hop_length * step, step), writeable=False
    )


def chunks(framed: Float32) -> Iterator[slice]:
    """Ranges of frames that hold about `CHUNK` samples each.

    They depend on the shape of `framed` alone: what is computed by chunk is the same wherever it is computed.

    Parameters
    ----------
    framed : np.ndarray [shape=(frames, frame_length), dtype=float32]
        From `frames`.

    Yields
    ------
    slice
        The next range, until all frames are covered.

    Examples
    --------
    >>> list(chunks(np.zeros((500, 400), dtype=np.float32)))
    [slice(0, 245, None), slice(245, 490, None), slice(490, 500, None)]
    """
    step = max(8, CHUNK // framed.shape[1])
    for first in range(0, len(framed), step):
        yield slice(first, min(first + step, len(framed)))


def root_mean_square(samples: Float32, frame_length: int, hop_length: int) -> Float32:
    """Root mean square of each frame; equals ``librosa.feature.rms(y=samples, frame_length=..., hop_length=...)[0]``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
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
    framed = frames(samples, frame_length, hop_length)
    power = np.concatenate([np.mean(np.square(framed[which]), axis=1) for which in chunks(framed)])
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
