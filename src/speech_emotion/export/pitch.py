"""Fundamental frequency by YIN, as a part of a graph; see `features.f0` and ``librosa.yin``, whose steps these are."""

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.export.framing import Block
from speech_emotion.export.spectra import Framewise
from speech_emotion.export.tensor import Tensor, where
from speech_emotion.export.waves import Transform
from speech_emotion.features import f0

_TROUGH = 0.1
"""Below this a trough of the difference function is a period; librosa's default."""
_TINY = np.finfo(np.float32).tiny
_MULTIPLE = 64
"""The transform has a multiple of so many points, which has small factors."""


def frequency(settings: f0.Settings, sample_rate: int) -> Framewise:
    """Fundamental frequency in Hz.

    Raises
    ------
    UserError
        If it is tracked by pyin.
    """
    if settings.method != "yin":
        raise UserError("extract_mfcc.features.f0: the method pyin cannot be exported (it searches the whole clip for "
                        "a path); train with yin")
    length = settings.frame_length
    shortest = int(np.floor(sample_rate / settings.fmax))
    longest = min(int(np.ceil(sample_rate / settings.fmin)), length - 1)
    transform = Transform.of(length, -(-(length + longest) // _MULTIPLE) * _MULTIPLE)
    distances = np.arange(1, longest + 1).reshape(-1, 1)

    def of_frames(block: Block) -> Tensor:
        framed = block.framed(-(length // 2), length)
        twice = transform.correlation(transform.power(framed), longest, times=2.0)
        start = framed.slice(0, 0, longest)
        square = start * start
        difference = twice.slice(0, 0, 1) - twice.slice(0, 1) - _cumulative(square)
        # librosa leaves the first sample's square in at a distance of 1, which counts in sums up to any other.
        total = _cumulative(difference).slice(0, shortest - 1) + (square.slice(0, 0, 1) + _TINY)
        normalised = difference.slice(0, shortest - 1) * distances[shortest - 1 :] / total
        period = _period(normalised, longest - shortest + 1)
        return (sample_rate / (period + shortest)).reshape(-1, 1)

    return Framewise(1, length // 2, of_frames)


def _cumulative(values: Tensor) -> Tensor:
    return values.then("CumSum", values.graph.constant(0))


def _period(difference: Tensor, count: int) -> Tensor:
    """Find the first deep trough, or the deepest, between samples; [count, m] to [1, m]."""
    falls = difference.slice(0, 1) < difference.slice(0, 0, -1)  # to each but the first
    rises = difference.slice(0, 0, 1) < difference.slice(0, 1, 2)
    inner = falls.slice(0, 0, -1) & ~falls.slice(0, 1)
    troughs = rises.then("Concat", inner, falls.slice(0, -1), axis=0) & (difference < _TROUGH)
    # As many distances lie before the first one; counted by a product, which is quicker than a maximum.
    none = (_cumulative(troughs.cast(np.float32)) < 0.5).cast(np.float32)
    before = difference.graph.constant(np.ones((1, count))) @ none
    found = where(before < count - 0.5, before.cast(np.int64), difference.arg("Min", 0, keep=True))
    left, middle, right = (
        difference.then("GatherElements", (found + step).at_least(0).at_most(count - 1), axis=0) for step in (-1, 0, 1))
    curvature, slope = right + left - middle * 2.0, (right - left) / 2.0
    inside = (found > 0) & (found < count - 1) & (slope.abs() < curvature.abs())
    shift = where(inside, -1.0 * slope / where(inside, curvature, 1.0), 0.0)
    return found.cast(np.float32) + shift
