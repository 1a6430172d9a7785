"""What comes between decoding and features: silence trimmed, level set, high frequencies raised."""

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.features.framing import root_mean_square
from speech_emotion.features.loudness import integrated_loudness

TRIM_FRAME, TRIM_HOP = 2048, 512
"""Frame and hop length in samples over which silence is judged; librosa's defaults."""


def trimmed(samples: Float32, top_db: float | None) -> Float32:
    """Cut off leading and trailing silence; equals ``librosa.effects.trim(samples, top_db=top_db)[0]``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    top_db : float > 0 or None
        How far below the loudest frame is silence, in dB; None to keep everything.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=float32]
        A view. All of `samples` where nothing would be left.

    Examples
    --------
    >>> clip = np.zeros(16000, dtype=np.float32)
    >>> clip[6000:9000] = 0.5
    >>> len(trimmed(clip, top_db=30.0))
    5120
    """
    if top_db is None:
        return samples
    # In float64: NumPy's log10 of float32 rounds otherwise on other processors, and here a frame is in or out.
    level = 20 * np.log10(np.maximum(root_mean_square(samples, TRIM_FRAME, TRIM_HOP).astype(np.float64), 1e-5))
    loud = np.flatnonzero(level - level.max() > -top_db)
    kept = samples[loud[0] * TRIM_HOP : (loud[-1] + 1) * TRIM_HOP]
    return kept if len(kept) else samples


def levelled(samples: Float32, sample_rate: int, method: str, target_db: float) -> Float32:
    """Multiply a signal so that its level is `target_db`.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    sample_rate : int > 0
        In Hz.
    method : {"peak", "rms", "lufs"}
        What is measured: the largest magnitude (dBFS; for 0 dB this equals ``librosa.util.normalize``), the root mean
        square (dBFS), or the gated loudness of ITU-R BS.1770-4 (LUFS).
    target_db : float <= 0
        In dB.

    Returns
    -------
    np.ndarray [shape=(n,), dtype=float32]
        Digital silence stays as it is.

    Examples
    --------
    >>> levelled(np.array([0.25, -0.5], dtype=np.float32), 16000, method="peak", target_db=0.0)
    array([ 0.5, -1. ], dtype=float32)
    """
    if method == "lufs":
        level = integrated_loudness(samples, sample_rate)
    elif method == "peak":
        level = 20 * np.log10(max(float(np.abs(samples).max()), 1e-10))
    else:
        level = 10 * np.log10(max(float(np.mean(np.square(samples, dtype=np.float64))), 1e-20))
    if level <= -190:
        return samples
    return samples * np.float32(10 ** ((target_db - level) / 20))


def pre_emphasised(samples: Float32, coefficient: float) -> Float32:
    """Raise high frequencies: ``y[n] - coefficient * y[n - 1]``.

    Equals ``librosa.effects.preemphasis(samples, coef=coefficient)``, whose first sample continues the signal
    backwards on a straight line.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    coefficient : float
        Between 0 (the signal stays) and 1.

    Returns
    -------
    np.ndarray [shape=(n,), dtype=float32]

    Examples
    --------
    >>> pre_emphasised(np.array([1, 1, 1, 3], dtype=np.float32), coefficient=0.5)
    array([2. , 0.5, 0.5, 2.5], dtype=float32)
    """
    if coefficient == 0 or len(samples) < 2:
        return samples
    result = samples.copy()
    result[1:] -= np.float32(coefficient) * samples[:-1]
    result[0] += 2 * samples[0] - samples[1]  # librosa takes this as the filter's state, unscaled
    return result
