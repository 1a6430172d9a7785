"""Fundamental frequency by YIN, as a part of a graph; see `features.f0` and ``librosa.yin``, whose steps these are."""

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.export.framing import Block
from speech_emotion.export.spectra import Framewise
from speech_emotion.export.tensor import Tensor, where
from speech_emotion.export.waves import Transform
from speech_emotion.features import f0

_DEEP = np.nextafter(np.float32(-0.1), np.float32(0))
"""A trough of the difference function is a period below 0.1, librosa's default; where it is negative, from this on."""
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
    distances = np.arange(longest + 1).reshape(-1, 1)

    def of_frames(block: Block) -> Tensor:
        framed = block.framed(-(length // 2), length)
        twice = transform.correlation(transform.power(framed), longest, times=2.0)
        start = framed.slice(0, 0, longest + 1)
        square = start * start
        # All negative, so that what is looked for is a maximum. At a distance of 0 it is 0.
        difference = twice - twice.slice(0, 0, 1) + _cumulative(square, exclusive=True)
        # librosa leaves the first sample's square in at a distance of 1, which counts in sums up to any other.
        total = square.slice(0, 0, 1) + _TINY - _cumulative(difference)
        depth = (difference * distances / total).slice(0, shortest).transpose(1, 0)
        return (sample_rate / (_period(depth, longest - shortest + 1) + shortest)).reshape(-1, 1)

    return Framewise(1, length // 2, of_frames)


def _cumulative(values: Tensor, *, exclusive: bool = False) -> Tensor:
    return values.then("CumSum", values.graph.constant(0), exclusive=int(exclusive))


def _period(depth: Tensor, count: int) -> Tensor:
    """Find the first deep trough, or the deepest, between samples; [m, count] to [m]."""
    beside = depth.reshape(1, -1, 1, count).then("MaxPool", kernel_shape=[1, 3], strides=[1, 1], auto_pad="SAME_UPPER")
    # No less deep than what lies beside it, and than the bound or, where none reaches that, than all.
    bound = depth.largest(1, keep=True).at_most(_DEEP)
    troughs = (depth >= beside.reshape(-1, count).at_least(bound)).cast(np.float32)
    first = count - (troughs * np.arange(count, 0, -1)).largest(1)
    at = first.cast(np.int64).reshape(-1, 1) + np.array([[-1, 0, 1]])
    near = depth.then("GatherElements", at.at_least(0).at_most(count - 1), axis=1)
    left, middle, right = (near.slice(1, column, column + 1).reshape(-1) for column in range(3))
    curvature, slope = right + left - middle * 2.0, (right - left) / 2.0
    inside = (first > 0.0) & (first < count - 1.0) & (slope.abs() < curvature.abs())
    return first - where(inside, slope / curvature, 0.0)
