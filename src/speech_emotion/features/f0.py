"""Fundamental frequency, by librosa's pitch trackers."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from speech_emotion.arrays import Float32
from speech_emotion.features import arithmetic
from speech_emotion.features.analysis import Analysis
from speech_emotion.features.compiled import librosa
from speech_emotion.features.feature import Feature
from speech_emotion.features.framing import gaps, padded
from speech_emotion.params.base import Section

PIECE = 1 << 20
"""Samples (frames times frame length) that YIN is given at a time."""


class Settings(Section):
    """Settings of the feature `f0`: frequencies in Hz, `frame_length` in samples."""

    method: Literal["yin", "pyin"]
    fmin: Annotated[float, Field(gt=0)]
    fmax: Annotated[float, Field(gt=0)]
    frame_length: Annotated[int, Field(ge=4, le=1 << 16, multiple_of=2)]

    @field_validator("fmax")
    @classmethod
    def _above_fmin(cls, value: float, info: ValidationInfo) -> float:
        fmin = info.data.get("fmin")
        if fmin is not None and value <= fmin:
            raise ValueError(f"must be above fmin ({fmin:g} Hz)")
        return value


def columns(settings: Settings) -> list[str]:
    """One column; a second one for "pyin"."""
    return ["f0", "voiced_probability"] if settings.method == "pyin" else ["f0"]


def compute(clip: Analysis, settings: Settings) -> Float32:
    """Fundamental frequency.

    Method "yin" equals ``librosa.yin``, which gives a frequency for unvoiced frames too. Method "pyin" equals
    ``librosa.pyin(fill_na=0)``, a hundred times slower; it keeps a whole clip's candidates in memory (some 500 MB per
    minute), so it is for clips, not for hours.

    Returns
    -------
    np.ndarray [shape=(frames, 1 or 2), dtype=float32]
        In Hz; for "pyin" 0 where unvoiced, and the probability of being voiced.

    Examples
    --------
    >>> from speech_emotion.testing import tone
    >>> clip = Analysis(tone(pitch=200, detune=0), sample_rate=16_000, hop_length=160)
    >>> settings = Settings(method="yin", fmin=65.0, fmax=500.0, frame_length=1024)
    >>> compute(clip, settings)[25].round()
    array([200.], dtype=float32)
    """
    common: dict[str, Any] = {
        "sr": clip.sample_rate, "fmin": settings.fmin, "fmax": settings.fmax,
        "frame_length": settings.frame_length, "hop_length": clip.hop_length,
    }
    if settings.method == "pyin":
        frequency, _, voiced = librosa().pyin(clip.samples, fill_na=0.0, **common)
        return np.column_stack([frequency, voiced]).astype(np.float32)
    step = max(1, PIECE // settings.frame_length)
    pieces = []
    for first in range(0, clip.num_frames, step):
        last = min(first + step, clip.num_frames) - 1
        start = first * clip.hop_length - settings.frame_length // 2
        piece = padded(clip.signal, start, start + (last - first) * clip.hop_length + settings.frame_length)
        pieces.append(librosa().yin(piece, center=False, **common))
    return np.concatenate(pieces).astype(np.float32)[:, np.newaxis]


def problems(settings: Settings, sample_rate: int, hop_length: int) -> Iterator[tuple[str, str]]:
    """Tell which settings do not fit; see `Feature.problems`."""
    yield from gaps("frame_length", settings.frame_length, hop_length)
    if settings.fmax >= sample_rate / 3:
        yield "fmax", f"must be below a third of sample_rate ({sample_rate / 3:g} Hz)"
    if sample_rate / settings.fmin >= settings.frame_length / 2 - 1:
        yield "frame_length", (
            f"must hold two periods of fmin (more than {2 * sample_rate / settings.fmin + 2:.0f} samples)"
        )


FEATURE = Feature(settings=Settings, columns=columns, compute=compute, problems=problems, rounding=arithmetic.NONE)
