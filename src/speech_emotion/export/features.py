"""All features of a recipe side by side, as a part of a graph; see `features.compute`."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.export.framing import Block, Signals
from speech_emotion.export.pitch import frequency
from speech_emotion.export.signals import pooled, root_mean_square
from speech_emotion.export.spectra import Framewise, cepstrum, contrast, log_mel, pitch_classes
from speech_emotion.export.tensor import Tensor, concatenated
from speech_emotion.features import mel, registry, rms, zcr
from speech_emotion.features.views import PLAIN
from speech_emotion.params.extract_mfcc import Recipe

_DEEPEST_DB = 100.0
"""How far below the loudest band a resampler leaves nothing of its own, with something to spare."""
_OF_NO_LEVEL = ("zcr", "f0", "chroma")
"""Features that are the same however soft a signal is."""
FRAMES = 192
"""Frames whose spectra are computed at a time, at most."""


def _zero_crossings(samples: Tensor, settings: zcr.Settings, hop_length: int) -> Tensor:
    """Compute what `features.zcr` does."""
    length, half = settings.frame_length, settings.frame_length // 2
    negative = samples < -zcr.THRESHOLD
    changes = negative.slice(0, 1).then("Xor", negative.slice(0, 0, -1)).cast(np.float32)
    # Beyond the ends, where the first and the last sample go on, no sign changes.
    share = pooled(changes, (half, half + 1), length, hop_length)
    # A frame has one place fewer between samples than it has samples.
    last = changes.every(0, hop_length, start=length - 1 - half)
    return share - last.pad((0, share.size(0) - last.size(0))) / float(length)


def _loudness(samples: Tensor, settings: rms.Settings, hop_length: int) -> Tensor:
    """Compute what `features.rms` does."""
    return root_mean_square(samples, settings.frame_length, hop_length)


FRAMEWISE: Mapping[str, Callable[[Any, int], Framewise]] = {
    "mfcc": cepstrum, "log_mel": log_mel, "chroma": pitch_classes, "spectral_contrast": contrast, "f0": frequency,
}
"""What makes each feature of frames, of its settings and the sample rate."""
OF_SAMPLES: Mapping[str, Callable[[Tensor, Any, int], Tensor]] = {"zcr": _zero_crossings, "rms": _loudness}
"""What makes each column, [frames], of all samples of a clip, the settings and the hop length."""
EXPORTED = (*FRAMEWISE, *OF_SAMPLES)
"""Features that can be exported."""


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


def matrices(signals: Sequence[Tensor], recipe: Recipe, frames: int | None = FRAMES) -> list[Tensor]:
    """Compute the feature matrices of prepared signals.

    Parameters
    ----------
    signals : sequence of Tensor [shape=(n,), dtype=float32]
        From `signals.prepared`.
    recipe : Recipe
        What decides the numbers.
    frames : int or None
        See `FRAMES`; None for all at once, without a loop.

    Returns
    -------
    list of Tensor [shape=(frames, columns), dtype=float32]
        Of each signal.

    Raises
    ------
    UserError
        If a feature, or a setting of one, cannot be exported.
    """
    chosen = recipe.features.chosen()
    for name in chosen:
        if name not in EXPORTED:
            raise UserError(f"extract_mfcc.features.{name}: this feature cannot be exported, only "
                            f"{', '.join(EXPORTED)}; train without it, or predict with the model folder")
    framewise = {name: FRAMEWISE[name](settings, recipe.sample_rate) for name, settings in chosen.items()
                 if name in FRAMEWISE}

    def of_block(block: Block) -> list[tuple[Tensor, int]]:
        return [(each.of_frames(block), each.width) for each in framewise.values()]

    every = Signals(signals, recipe.sample_rate, recipe.hop_length)
    reach = max((each.reach for each in framewise.values()), default=0)
    made = every.of_frames(reach, frames, of_block) if framewise else [[] for _ in signals]
    found = []
    for samples, kept in zip(signals, made, strict=True):
        columns = {name: each.of_clip(rows) for (name, each), rows in zip(framewise.items(), kept, strict=True)}
        columns |= {name: OF_SAMPLES[name](samples, settings, recipe.hop_length).slice(0, 0, every.num_frames(samples))
                    .reshape(-1, 1) for name, settings in chosen.items() if name in OF_SAMPLES}
        found.append(concatenated([columns[name] for name in chosen], 1))
    return found
