"""Views at another speed, as the resampler makes them: its own impulse responses, measured, as a convolution.

For a ratio of small whole numbers a resampler is linear, and what it does repeats: every `produced` output samples it
has gone on by `consumed` input samples. So its answers to `consumed` impulses say all, but for its first outputs, where
its inner stages have begun in the middle of what came before; for these there is a matrix of their own.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import soxr

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.export.tensor import Tensor, concatenated
from speech_emotion.features.perturbation import perturbed
from speech_emotion.features.views import PLAIN

_MOST = 200
"""Largest numerator and denominator of a speed."""
_REACH = 160
"""Samples, at the slower of both rates, after which an answer has died away."""
_NOTHING = 1e-7
_HEAD, _INFLUENCE = 48, 256
"""Output samples that differ at the beginning, and input samples that they depend on."""
_AT_A_TIME = 64
"""Output samples that are computed from one stretch of the input, at least about so many."""
_ALLOWED = 2e-6
"""Largest difference to the resampler, in noise of half full scale."""


@dataclass(frozen=True)
class Resampler:
    """What a resampler does.

    Attributes
    ----------
    produced, consumed : int > 0
        Output samples, for so many input samples.
    kernels : np.ndarray [shape=(produced, taps), dtype=float32]
        What each of `produced` outputs is of the input.
    before : int
        How far in front of the first of `consumed` samples the taps begin.
    head : np.ndarray [shape=(_HEAD, _INFLUENCE), dtype=float32]
        What the first outputs are beside that, of the first input samples.
    """

    produced: int
    consumed: int
    kernels: Float32
    before: int
    head: Float32


@lru_cache(maxsize=8)
def measured(view: str, sample_rate: int) -> Resampler:
    """Measure the resampler of a view at another speed.

    Raises
    ------
    UserError
        If the speed is no ratio of small numbers, or the convolution is not what the resampler does.
    """
    text = view.rpartition("-")[2]
    speed = Fraction(text)
    produced, consumed = speed.denominator, speed.numerator
    if max(produced, consumed) > _MOST:
        raise UserError(f"extract_mfcc.views.speed: {text} cannot be exported; take one with fewer digits, or judge "
                        "without speeds (train_cnn.average_speeds: false)")
    ratio = (sample_rate * float(text), sample_rate)
    reach = int(_REACH * max(1, consumed / produced) // consumed + 1) * consumed  # input samples, in whole periods
    # Impulses at every place of a period, each a place farther from its predecessor than a whole number of periods.
    distance = 2 * reach + 2 * consumed
    places = [distance * (at + 1) + at for at in range(consumed)]
    signal = np.zeros(distance * (consumed + 2), np.float32)
    signal[places] = 1
    answer = soxr.resample(signal, *ratio, quality="HQ")
    kernels = np.zeros((produced, 2 * reach + consumed), np.float32)
    for place in places:
        for period in range((place - reach) // consumed + 1, (place + reach) // consumed):
            kernels[:, place - consumed * period + reach] = answer[produced * period : produced * (period + 1)]
    heard = np.flatnonzero(np.abs(kernels).max(axis=0) > _NOTHING)
    first, last = int(heard[0]), int(heard[-1]) + 1
    plain = Resampler(produced, consumed, kernels[:, first:last], reach - first, np.zeros((0, 0), np.float32))
    head = np.zeros((_HEAD, _INFLUENCE), np.float32)
    for place in range(_INFLUENCE):
        impulse = np.zeros(2 * _INFLUENCE, np.float32)
        impulse[place] = 1
        head[:, place] = soxr.resample(impulse, *ratio, quality="HQ")[:_HEAD] - _convolved(impulse, plain)[:_HEAD]
    head[np.abs(head) < _NOTHING] = 0
    found = Resampler(produced, consumed, plain.kernels, plain.before, head)
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, sample_rate).astype(np.float32)
    ours, theirs = _convolved(noise, found), perturbed(view, noise, sample_rate, digest="")
    if len(ours) != len(theirs) or np.abs(ours - theirs).max() > _ALLOWED:
        raise UserError(f"extract_mfcc.views.speed: {text} cannot be exported: the resampler does what no convolution "
                        "does; judge without speeds (train_cnn.average_speeds: false)")
    return found


def _convolved(samples: Float32, by: Resampler) -> Float32:
    length = -(-len(samples) * by.produced // by.consumed)
    periods = -(-length // by.produced)
    taps = by.kernels.shape[1]
    padded = np.pad(samples, (by.before, by.consumed * periods + taps))
    framed = np.lib.stride_tricks.sliding_window_view(padded, taps)[:: by.consumed][:periods]
    result: Float32 = np.einsum("qt,pt->qp", framed, by.kernels).ravel()[:length]
    # The resampler rounds lengths, and a view rounds them up.
    given = (2 * len(samples) * by.produced + by.consumed) // (2 * by.consumed)
    if by.head.size:
        result[:_HEAD] += by.head @ samples[:_INFLUENCE]
    result[given:] = 0
    return result


def at_speed(samples: Tensor, view: str, sample_rate: int) -> Tensor:
    """Compute a view of a signal.

    Parameters
    ----------
    samples : Tensor [shape=(n,), dtype=float32]
        Mono signal.
    view : str
        The plain one or one at another speed; see `features.views`.
    sample_rate : int > 0
        In Hz.

    Returns
    -------
    Tensor [shape=(m,), dtype=float32]
        `samples` itself for the plain view.

    Raises
    ------
    UserError
        See `measured`.
    """
    if view == PLAIN:
        return samples
    by, graph, speed = measured(view, sample_rate), samples.graph, float(view.rpartition("-")[2])
    count, taps = samples.size(0), by.kernels.shape[1]
    # Several periods at a time, so that the input is not laid out anew for each of them.
    periods = max(1, _AT_A_TIME // by.produced)
    produced, consumed = periods * by.produced, periods * by.consumed
    kernels = np.zeros((periods, by.produced, taps + (periods - 1) * by.consumed), np.float32)
    for at in range(periods):
        kernels[at, :, at * by.consumed : at * by.consumed + taps] = by.kernels
    kernels = kernels.reshape(produced, -1)
    # As there: in floating point, which is not the ratio of whole numbers for every speed.
    length = (count.cast(np.float64) / speed).then("Ceil").cast(np.int64)
    blocks = (length + (produced - 1)) // produced
    # For pictures, here one sample high, runtimes have quicker convolutions.
    padded = samples.pad((by.before, blocks * consumed + kernels.shape[1] - count)).reshape(1, 1, 1, -1)
    result = padded.then("Conv", kernels[:, np.newaxis, np.newaxis], strides=[1, consumed])
    result = result.reshape(produced, -1).transpose(1, 0).reshape(-1)
    influence = samples.slice(0, 0, _INFLUENCE)
    influence = influence.pad((0, _INFLUENCE - influence.size(0))).reshape(1, -1)
    begun = result.slice(0, 0, _HEAD)
    begun = begun + (influence @ by.head.T).reshape(-1).slice(0, 0, begun.size(0))
    given = (count * (2 * by.produced) + by.consumed) // (2 * by.consumed)
    given = given.at_most(length)
    return concatenated([begun.slice(0, 0, given), result.slice(0, _HEAD, given),
                         graph.constant(np.zeros(1)).slice(0, 0, length - given)], 0)
