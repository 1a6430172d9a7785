"""How loud a signal is: its mean square, and its loudness as broadcasters measure it."""

import numpy as np

from speech_emotion.audio import spool
from speech_emotion.audio.spool import Signal, pieces

BLOCK, STEP = 0.4, 0.1
"""Length of a gating block and distance between two, in seconds."""

SILENT = -200.0
"""Returned for a signal without a block above the absolute gate."""


def mean_square(samples: Signal) -> float:
    """Mean of the squared samples; equals ``np.mean(np.square(samples, dtype=np.float64))`` bit by bit.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal, ``n > 0``.

    Returns
    -------
    float

    Examples
    --------
    >>> mean_square(np.array([1, -3], dtype=np.float32))
    5.0
    """
    return _sum_of_squares(samples, 0, len(samples)) / len(samples)


def integrated_loudness(samples: Signal, sample_rate: int) -> float:
    """Gated loudness of a mono signal by ITU-R BS.1770-4.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal. One shorter than a block of 0.4 s is measured as one block.
    sample_rate : int > 0
        In Hz. The K-weighting filters are designed for it from the recommendation's analogue prototypes
        (De Man 2018, "Evaluation of implementations of the EBU R128 loudness measurement").

    Returns
    -------
    float
        In LUFS; `SILENT` if every block lies below the absolute gate of -70 LUFS.

    Examples
    --------
    The recommendation's own: a full-scale sine of 997 Hz has -3.01 LUFS.

    >>> sine = np.sin(2 * np.pi * 997 / 48000 * np.arange(48000)).astype(np.float32)
    >>> round(integrated_loudness(sine, 48000), 2)
    -3.01
    """
    from scipy.signal import lfilter  # takes half a second to import, and only this needs it

    length = min(round(BLOCK * sample_rate), len(samples))
    starts = np.arange(0, len(samples) - length + 1, max(1, round(STEP * sample_rate)))
    # The energy so far, where a block begins or ends.
    ends = np.union1d(starts, starts + length)
    energy = np.empty(len(ends))
    filters = (_high_shelf(sample_rate), _high_pass(sample_rate))
    states = [np.zeros(2) for _ in filters]
    at, so_far = 0, 0.0
    for piece in pieces(samples):
        weighted = piece.astype(np.float64)
        for number, (numerator, denominator) in enumerate(filters):
            weighted, states[number] = lfilter(numerator, denominator, weighted, zi=states[number])
        running = np.cumsum(np.concatenate([[so_far], np.square(weighted)]))
        here = slice(*np.searchsorted(ends, [at, at + len(running)]))
        energy[here] = running[ends[here] - at]
        at, so_far = at + len(piece), running[-1]
    power = energy[np.searchsorted(ends, starts + length)] - energy[np.searchsorted(ends, starts)]
    power = np.maximum(power / length, 1e-20)
    power = power[_lufs(power) > -70]
    if not len(power):
        return SILENT
    return float(_lufs(power[_lufs(power) > _lufs(power.mean()) - 10].mean()))


def _sum_of_squares(samples: Signal, start: int, stop: int) -> float:
    # Halves in the order in which NumPy adds pairwise, which adds the pieces by itself.
    if stop - start <= spool.PIECE:
        return float(np.sum(np.square(samples[start:stop], dtype=np.float64)))
    middle = start + (stop - start) // 2 // 8 * 8
    return _sum_of_squares(samples, start, middle) + _sum_of_squares(samples, middle, stop)


def _lufs(power: np.ndarray | np.floating) -> np.ndarray:
    return np.asarray(-0.691 + 10 * np.log10(power))


def _high_shelf(sample_rate: int) -> tuple[list[float], list[float]]:
    gain, quality, frequency = 3.999843853973347, 0.7071752369554196, 1681.974450955533
    k = np.tan(np.pi * frequency / sample_rate)
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    scale = 1 + k / quality + k * k
    return (
        [(high + band * k / quality + k * k) / scale, 2 * (k * k - high) / scale,
         (high - band * k / quality + k * k) / scale],
        [1.0, 2 * (k * k - 1) / scale, (1 - k / quality + k * k) / scale],
    )


def _high_pass(sample_rate: int) -> tuple[list[float], list[float]]:
    quality, frequency = 0.5003270373238773, 38.13547087602444
    k = np.tan(np.pi * frequency / sample_rate)
    scale = 1 + k / quality + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / scale, (1 - k / quality + k * k) / scale]
