"""Loudness as broadcasters measure it."""

import numpy as np

from speech_emotion.arrays import Float32

BLOCK, STEP = 0.4, 0.1
"""Length of a gating block and distance between two, in seconds."""

SILENT = -200.0
"""Returned for a signal without a block above the absolute gate."""


def integrated_loudness(samples: Float32, sample_rate: int) -> float:
    """Gated loudness of a mono signal by ITU-R BS.1770-4.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
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

    weighted = samples.astype(np.float64)
    for numerator, denominator in (_high_shelf(sample_rate), _high_pass(sample_rate)):
        weighted = lfilter(numerator, denominator, weighted)
    energy = np.concatenate([[0.0], np.cumsum(np.square(weighted))])
    length = min(round(BLOCK * sample_rate), len(samples))
    starts = np.arange(0, len(samples) - length + 1, max(1, round(STEP * sample_rate)))
    power = np.maximum((energy[starts + length] - energy[starts]) / length, 1e-20)
    power = power[_lufs(power) > -70]
    if not len(power):
        return SILENT
    return float(_lufs(power[_lufs(power) > _lufs(power.mean()) - 10].mean()))


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
