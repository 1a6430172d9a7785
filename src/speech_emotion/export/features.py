"""All features of a recipe side by side, as a part of a graph; see `features.compute`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.export.framing import Signal
from speech_emotion.export.graph import in_blocks
from speech_emotion.export.pitch import frequency
from speech_emotion.export.signals import pooled, root_mean_square
from speech_emotion.export.spectra import Computed, cepstrum, contrast, log_mel, pitch_classes
from speech_emotion.export.tensor import Tensor, concatenated
from speech_emotion.features import mel, registry, rms, zcr
from speech_emotion.features.views import PLAIN
from speech_emotion.params.extract_mfcc import Recipe

_DEEPEST_DB = 100.0
"""How far below the loudest band a resampler leaves nothing of its own, with something to spare."""
_OF_NO_LEVEL = ("zcr", "f0", "chroma")
"""Features that are the same however soft a signal is."""
FRAMES = 1024
"""Frames whose spectra are computed at a time, at most."""


def _zero_crossings(signal: Signal, settings: zcr.Settings) -> Computed:
    """Compute what `features.zcr` does."""
    length, half = settings.frame_length, settings.frame_length // 2
    negative = (signal.samples < -zcr.THRESHOLD).cast(np.float32)
    # Beyond the ends, where the first and the last sample go on, no sign changes.
    changes = (negative.slice(0, 1) - negative.slice(0, 0, -1)).abs().pad((half, half))
    rates = pooled(changes, length - 1, signal.hop_length).slice(0, 0, signal.num_frames) * ((length - 1) / length)
    return _whole(rates)


def _loudness(signal: Signal, settings: rms.Settings) -> Computed:
    """Compute what `features.rms` does."""
    return _whole(root_mean_square(signal.samples, settings.frame_length, signal.hop_length))


def _whole(column: Tensor) -> Computed:
    return Computed(1, lambda at: column.gather(at).reshape(-1, 1))


EXPORTED: Mapping[str, Callable[[Signal, Any], Computed]] = {
    "mfcc": cepstrum, "log_mel": log_mel, "chroma": pitch_classes, "spectral_contrast": contrast,
    "zcr": _zero_crossings, "rms": _loudness, "f0": frequency,
}
"""What makes each feature, by its name."""


def require_exact(recipe: Recipe, views: Sequence[str], in_pauses: Collection[str] = ()) -> None:
    """Refuse features whose numbers, of a view at another speed, are those of the resampler's rounding.

    A slower view holds nothing above the frequencies that it comes from, and a faster one little at its upper end. Nor
    is digital silence silent once it was resampled: what does not depend on the level takes what is left for a sound.

    Parameters
    ----------
    recipe : Recipe
        What decides the features.
    views : sequence of str
        Which are judged.
    in_pauses : collection of str
        Columns that count in pauses too.

    Raises
    ------
    UserError
        If there is such a feature.
    """
    if list(views) == [PLAIN]:
        return
    for name, settings in recipe.features.chosen().items():
        instead = ""
        if isinstance(settings, mel.Mel) and (settings.top_db is None or settings.top_db > _DEEPEST_DB):
            instead = f"train {name} with a top_db of at most {_DEEPEST_DB:g}"
        elif name == "spectral_contrast":
            instead = f"train without {name}"
        elif name in _OF_NO_LEVEL and not set(in_pauses).isdisjoint(registry.features()[name].columns(settings)):
            instead = f"leave {name} to the baseline, beside rms (train_cnn.baseline_only)"
        if instead:
            raise UserError(f"extract_mfcc.features.{name}: of clips at other speeds this depends on the last bits of "
                            f"the resampler, and cannot be exported; {instead}, or judge without speeds "
                            "(train_cnn.average_speeds: false)")


def matrix(samples: Tensor, recipe: Recipe, frames: int | None = FRAMES) -> Tensor:
    """Compute the feature matrix of prepared samples.

    Parameters
    ----------
    samples : Tensor [shape=(n,), dtype=float32]
        From `signals.prepared`.
    recipe : Recipe
        What decides the numbers.
    frames : int or None
        See `FRAMES`; None for all at once, without a loop.

    Returns
    -------
    Tensor [shape=(frames, columns), dtype=float32]

    Raises
    ------
    UserError
        If a feature, or a setting of one, cannot be exported.
    """
    signal = Signal.of(samples, recipe.sample_rate, recipe.hop_length)
    computed = []
    for name, settings in recipe.features.chosen().items():
        if name not in EXPORTED:
            raise UserError(f"extract_mfcc.features.{name}: this feature cannot be exported, only "
                            f"{', '.join(EXPORTED)}; train without it, or predict with the model folder")
        computed.append(EXPORTED[name](signal, settings))
    kept = in_blocks(samples.graph, signal.num_frames, frames,
                     lambda at: [(each.of_frames(at), each.width) for each in computed])
    return concatenated([each.of_clip(rows) for each, rows in zip(computed, kept, strict=True)], 1)
