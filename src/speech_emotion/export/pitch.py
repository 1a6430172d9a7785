"""Fundamental frequency by YIN, as a part of a graph; see `features.f0` and ``librosa.yin``, whose steps these are."""

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.export.framing import Signal
from speech_emotion.export.spectra import Computed
from speech_emotion.export.tensor import Tensor, where
from speech_emotion.export.waves import autocorrelation
from speech_emotion.features import f0

_TROUGH = 0.1
"""Below this a trough of the difference function is a period; librosa's default."""
_TINY = np.finfo(np.float32).tiny


def frequency(signal: Signal, settings: f0.Settings) -> Computed:
    """Fundamental frequency in Hz.

    Raises
    ------
    UserError
        If it is tracked by pyin.
    """
    if settings.method != "yin":
        raise UserError("extract_mfcc.features.f0: the method pyin cannot be exported (it searches the whole clip for "
                        "a path); train with yin")
    shortest = int(np.floor(signal.sample_rate / settings.fmax))
    longest = min(int(np.ceil(signal.sample_rate / settings.fmin)), settings.frame_length - 1)
    frames = signal.framed(-(settings.frame_length // 2), settings.frame_length)

    def of_frames(at: Tensor) -> Tensor:
        framed = frames(at)
        correlation = autocorrelation(framed, settings.frame_length, longest)
        square = framed.slice(1, 0, longest)
        energy = _cumulative(square * square)
        difference = (correlation.slice(1, 0, 1) - correlation.slice(1, 1)) * 2.0 - energy
        mean = _cumulative(difference) / np.arange(1, longest + 1)
        normalised = difference.slice(1, shortest - 1) / (mean.slice(1, shortest - 1) + _TINY)
        return signal.sample_rate / (_period(normalised) + shortest)

    return Computed(1, of_frames)


def _cumulative(values: Tensor) -> Tensor:
    return values.then("CumSum", values.graph.constant(1))


def _period(difference: Tensor) -> Tensor:
    """Find the first deep trough, or the deepest, between samples; [m, distances] to [m, 1]."""
    count = difference.size(1)
    before, here, after = (difference.slice(1, at, count + (at - 2)) for at in range(3))
    first = difference.slice(1, 0, 1) < difference.slice(1, 1, 2)
    last = difference.slice(1, -1) < difference.slice(1, -2, -1)
    inner = (here < before) & (here <= after)
    troughs = first.then("Concat", inner, last, axis=1) & (difference < _TROUGH)
    deep = troughs.cast(np.float32)
    found = where(deep.largest(1, keep=True) > 0.0, deep.arg("Max", 1, keep=True), difference.arg("Min", 1, keep=True))
    left, middle, right = (
        difference.then("GatherElements", (found + step).at_least(0).at_most(count - 1), axis=1) for step in (-1, 0, 1))
    curvature, slope = right + left - middle * 2.0, (right - left) / 2.0
    inside = (found > 0) & (found < count - 1) & (slope.abs() < curvature.abs())
    shift = where(inside, -1.0 * slope / where(inside, curvature, 1.0), 0.0)
    return found.cast(np.float32) + shift
