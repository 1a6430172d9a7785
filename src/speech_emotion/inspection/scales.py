"""What the pictures of clips side by side share: one time axis, and the same colours for the same values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.inspection.clips import Look

MIN_SPAN = 20.0
"""Span of colours in dB, at least: what hardly changes, such as silence, has hardly a colour."""

MIN_LIMIT = 1.0
"""Magnitude of MFCCs in dB up to which colours go, at least: silence is no pattern of rounding errors."""


@dataclass(frozen=True)
class Scales:
    """Axes and colours that several clips share."""

    seconds: float
    """Where the time axis ends; it begins at 0."""
    peak: float
    """Magnitude up to which waveforms go; 1 in digital silence."""
    power: tuple[float, float]
    """Of the log-mel spectrograms, in dB."""
    level: tuple[float, float]
    """Of the first MFCC, in dB: it is the level, ten times the others and far from zero."""
    mfcc: float
    """Magnitude of the other MFCCs, in dB: of each clip the 99th percentile, of these the highest."""


def shared(looks: Sequence[Look]) -> Scales:
    """Find what several clips share.

    Parameters
    ----------
    looks : sequence of Look
        At least one.

    Returns
    -------
    Scales

    Examples
    --------
    >>> silence = Look("silence", np.zeros(1600, np.float32), sample_rate=16000, hop_length=160,
    ...                log_mel=np.full((11, 3), -100, np.float32), mfcc=np.full((11, 1), -170, np.float32),
    ...                band_centres=np.array([500.0, 1500.0, 3500.0]))
    >>> shared([silence])
    Scales(seconds=0.1, peak=1.0, power=(-100.0, -80.0), level=(-170.0, -150.0), mfcc=1.0)
    """
    limits = [np.percentile(np.abs(clip.mfcc[:, 1:]), 99) for clip in looks if clip.mfcc.shape[1] > 1]
    return Scales(
        seconds=max(clip.duration for clip in looks),
        peak=max(float(np.abs(clip.samples).max()) for clip in looks) or 1.0,
        power=_range([clip.log_mel for clip in looks]),
        level=_range([clip.mfcc[:, 0] for clip in looks]),
        mfcc=float(max([MIN_LIMIT, *limits])),
    )


def _range(values: Sequence[Float32]) -> tuple[float, float]:
    low, high = min(float(each.min()) for each in values), max(float(each.max()) for each in values)
    return low, max(high, low + MIN_SPAN)
