"""Zero-crossing rate: the part of a frame's samples at which the sign changes."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from pydantic import Field

from speech_emotion.arrays import Float32
from speech_emotion.features import arithmetic
from speech_emotion.features.analysis import Analysis
from speech_emotion.features.feature import Feature
from speech_emotion.features.framing import frames, gaps
from speech_emotion.params.base import Section

THRESHOLD = 1e-10
"""Magnitude up to which a sample counts as 0; librosa's default."""


class Settings(Section):
    """Settings of the feature `zcr`."""

    frame_length: Annotated[int, Field(ge=2, le=1 << 16, multiple_of=2)]


def columns(_settings: Settings) -> list[str]:
    """One column."""
    return ["zcr"]


def compute(clip: Analysis, settings: Settings) -> Float32:
    """Part of a frame's samples at which the sign changes.

    Equals ``librosa.feature.zero_crossing_rate(samples, frame_length=..., hop_length=...).T``.

    Returns
    -------
    np.ndarray [shape=(frames, 1), dtype=float32]
        Between 0 and 1.

    Examples
    --------
    >>> signs = Analysis(np.array([1, -1, 1, -1, 1, 1, 1, 1], dtype=np.float32), sample_rate=8, hop_length=4)
    >>> compute(signs, Settings(frame_length=4)).ravel().tolist()
    [0.25, 0.5, 0.0]
    """
    rates = []
    for _, framed in frames(clip.signal, settings.frame_length, clip.hop_length, edge=True):
        negative = np.signbit(np.where(np.abs(framed) <= THRESHOLD, np.float32(0), framed))
        rates.append(np.count_nonzero(negative[:, 1:] != negative[:, :-1], axis=1) / settings.frame_length)
    return np.concatenate(rates).astype(np.float32)[:, np.newaxis]


def problems(settings: Settings, _sample_rate: int, hop_length: int) -> Iterator[tuple[str, str]]:
    """Tell which settings do not fit; see `Feature.problems`."""
    return gaps("frame_length", settings.frame_length, hop_length)


FEATURE = Feature(settings=Settings, columns=columns, compute=compute, problems=problems, rounding=arithmetic.NONE)
