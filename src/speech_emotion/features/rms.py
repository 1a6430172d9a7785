"""Root mean square of each frame."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from speech_emotion.arrays import Float32
from speech_emotion.features import arithmetic
from speech_emotion.features.analysis import Analysis
from speech_emotion.features.feature import Feature
from speech_emotion.features.framing import gaps, root_mean_square
from speech_emotion.params.base import Section


class Settings(Section):
    """Settings of the feature `rms`."""

    frame_length: Annotated[int, Field(ge=2, le=1 << 16, multiple_of=2)]


def columns(_settings: Settings) -> list[str]:
    """One column."""
    return ["rms"]


def compute(clip: Analysis, settings: Settings) -> Float32:
    """Root mean square; equals ``librosa.feature.rms(y=samples, frame_length=..., hop_length=...).T``.

    Returns
    -------
    np.ndarray [shape=(frames, 1), dtype=float32]

    Examples
    --------
    >>> steady = Analysis(np.full(8, 0.5, dtype=np.float32), sample_rate=8, hop_length=4)
    >>> compute(steady, Settings(frame_length=4)).ravel()
    array([0.35355338, 0.5       , 0.35355338], dtype=float32)
    """
    return root_mean_square(clip.signal, settings.frame_length, clip.hop_length)[:, np.newaxis]


def problems(settings: Settings, _sample_rate: int, hop_length: int) -> Iterator[tuple[str, str]]:
    """Tell which settings do not fit; see `Feature.problems`."""
    return gaps("frame_length", settings.frame_length, hop_length)


FEATURE = Feature(settings=Settings, columns=columns, compute=compute, problems=problems, rounding=arithmetic.NONE)
