"""What comes between samples and features, as parts of a graph; see `features.preparation`, which says what it is."""

from math import gcd

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.export.speeds import at_speed
from speech_emotion.export.tensor import Tensor, concatenated, where
from speech_emotion.features.preparation import TRIM_FRAME, TRIM_HOP
from speech_emotion.params.extract_mfcc import Level, Recipe


def prepared(samples: Tensor, recipe: Recipe, view: str) -> Tensor:
    """Apply what `features.compute.prepare` does.

    Parameters
    ----------
    samples : Tensor [shape=(n,), dtype=float32]
        At the recipe's sample rate.
    recipe : Recipe
        What decides the numbers.
    view : str
        The plain one or one at another speed.

    Returns
    -------
    Tensor [shape=(m,), dtype=float32]

    Raises
    ------
    UserError
        If a setting cannot be exported.
    """
    samples = _trimmed(samples, recipe.trim_db)
    samples = at_speed(samples, view, recipe.sample_rate)
    if level := recipe.level:
        samples = _levelled(samples, level)
    return _pre_emphasised(samples, recipe.pre_emphasis)


def pooled(values: Tensor, ends: tuple[int, int], length: int, hop_length: int) -> Tensor:
    """Mean of `length` values from every `hop_length`-th on, of values between so many zeros; [n] to [frames]."""
    # First of as many as divide both, which many means share.
    shared = gcd(length, hop_length)
    total = values.size(0) + sum(ends)
    whole = (total + (shared - 1)) // shared * shared
    padded = values.pad((ends[0], whole - values.size(0) - ends[0]))
    few = padded.reshape(-1, shared).mean(1) if shared > 1 else padded
    pool = few.reshape(1, 1, -1).then("AveragePool", kernel_shape=[length // shared], strides=[hop_length // shared])
    return pool.reshape(-1).slice(0, 0, (total - length) // hop_length + 1)


def root_mean_square(samples: Tensor, frame_length: int, hop_length: int) -> Tensor:
    """Compute what `features.framing.root_mean_square` does; [n] to [frames]."""
    half = frame_length // 2
    return pooled(samples * samples, (half, half), frame_length, hop_length).sqrt()


def _trimmed(samples: Tensor, top_db: float | None) -> Tensor:
    if top_db is None:
        return samples
    level = root_mean_square(samples, TRIM_FRAME, TRIM_HOP).at_least(1e-5)
    loud = (level > level.largest(0, keep=True) * 10 ** (-top_db / 20)).cast(np.float32)
    length = samples.size(0)
    start = loud.arg("Max", 0, keep=True) * TRIM_HOP
    stop = ((loud.arg("Max", 0, keep=True, last=True) + 1) * TRIM_HOP).at_most(length)
    kept = start < stop
    return samples.slice(0, where(kept, start, 0), where(kept, stop, length))


def _levelled(samples: Tensor, level: Level) -> Tensor:
    target = 10 ** (level.target_db / 20)
    match level.method:
        case "peak":
            measured, silent = samples.abs().largest(0), 10 ** (-190 / 20)
        case "rms":
            measured, silent = (samples * samples).mean(0).sqrt(), 10 ** (-190 / 20)
        case _:
            raise UserError("extract_mfcc.level: the method lufs cannot be exported (its filters run backwards through "
                            "the whole clip); train with rms or peak")
    audible = measured > silent
    return samples * where(audible, target / where(audible, measured, 1.0), 1.0)


def _pre_emphasised(samples: Tensor, coefficient: float) -> Tensor:
    if coefficient == 0:
        return samples
    first, second = samples.slice(0, 0, 1), samples.slice(0, 1, 2)
    rest = samples.slice(0, 1) - samples.slice(0, 0, -1) * coefficient
    return concatenated([3.0 * first - second, rest], 0)
