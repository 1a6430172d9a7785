"""What comes between decoding and features: silence trimmed, level set, high frequencies raised."""

from collections.abc import Iterator

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.audio.spool import Signal, SignalT, cut, like, pieces
from speech_emotion.features.framing import root_mean_square
from speech_emotion.features.loudness import integrated_loudness, mean_square

TRIM_FRAME, TRIM_HOP = 2048, 512
"""Frame and hop length in samples over which silence is judged; librosa's defaults."""


def trimmed(samples: SignalT, top_db: float | None) -> SignalT:
    """Cut off leading and trailing silence; equals ``librosa.effects.trim(samples, top_db=top_db)[0]``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal.
    top_db : float > 0 or None
        How far below the loudest frame is silence, in dB; None to keep everything.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=float32] or Spool
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
    kept = cut(samples, int(loud[0]) * TRIM_HOP, (int(loud[-1]) + 1) * TRIM_HOP)
    return kept if len(kept) else samples


def levelled(samples: SignalT, sample_rate: int, method: str, target_db: float) -> SignalT:
    """Multiply a signal so that its level is `target_db`.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
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
    np.ndarray [shape=(n,), dtype=float32] or Spool
        Digital silence stays as it is.

    Examples
    --------
    >>> levelled(np.array([0.25, -0.5], dtype=np.float32), 16000, method="peak", target_db=0.0)
    array([ 0.5, -1. ], dtype=float32)
    """
    if method == "lufs":
        level = integrated_loudness(samples, sample_rate)
    elif method == "peak":
        level = 20 * np.log10(max(_peak(samples), 1e-10))
    else:
        level = 10 * np.log10(max(mean_square(samples), 1e-20))
    if level <= -190:
        return samples
    gain = np.float32(10 ** ((target_db - level) / 20))
    return like(samples, (piece * gain for piece in pieces(samples)))


def pre_emphasised(samples: SignalT, coefficient: float) -> SignalT:
    """Raise high frequencies: ``y[n] - coefficient * y[n - 1]``.

    Equals ``librosa.effects.preemphasis(samples, coef=coefficient)``, whose first sample continues the signal
    backwards on a straight line.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal.
    coefficient : float
        Between 0 (the signal stays) and 1.

    Returns
    -------
    np.ndarray [shape=(n,), dtype=float32] or Spool

    Examples
    --------
    >>> pre_emphasised(np.array([1, 1, 1, 3], dtype=np.float32), coefficient=0.5)
    array([2. , 0.5, 0.5, 2.5], dtype=float32)
    """
    if coefficient == 0 or len(samples) < 2:
        return samples
    return like(samples, _raised(samples, np.float32(coefficient)))


def _peak(samples: Signal) -> float:
    return max(float(np.abs(piece).max()) for piece in pieces(samples))


def _raised(samples: Signal, coefficient: np.float32) -> Iterator[Float32]:
    before: np.float32 | None = None
    for piece in pieces(samples):
        result = piece.copy()
        result[1:] -= coefficient * piece[:-1]
        if before is None:
            result[0] += 2 * piece[0] - piece[1]  # librosa takes this as the filter's state, unscaled
        else:
            result[0] -= coefficient * before
        before = piece[-1]
        yield result
