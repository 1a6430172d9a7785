"""Chroma: energy by pitch class."""

from functools import lru_cache
from typing import Annotated, cast

import numpy as np
from pydantic import Field
from scipy.sparse import csr_array

from speech_emotion.arrays import Float32
from speech_emotion.features import arithmetic, spectrum
from speech_emotion.features.analysis import Analysis, Reduction
from speech_emotion.features.compiled import librosa
from speech_emotion.features.feature import Feature
from speech_emotion.features.mel import bands


class Settings(spectrum.Spectrum):
    """Settings of the feature `chroma`."""

    n_chroma: Annotated[int, Field(ge=2, le=120)]
    tuning: Annotated[float, Field(ge=-0.5, lt=0.5)]


def columns(settings: Settings) -> list[str]:
    """One column for each pitch class."""
    return [f"chroma_{index}" for index in range(settings.n_chroma)]


@lru_cache(maxsize=16)
def reduction(settings: Settings, sample_rate: int) -> Reduction:
    """Pitch classes in place of spectra; the filter bank is librosa's own."""
    bank = csr_array(librosa().filters.chroma(
        sr=sample_rate, n_fft=settings.n_fft, n_chroma=settings.n_chroma, tuning=settings.tuning,
    ))

    def of_chunk(power: Float32) -> Float32:
        energy = bands(power, bank)
        largest = np.abs(energy).max(axis=1, keepdims=True)
        largest[largest < np.finfo(np.float32).tiny] = 1
        return np.asarray(energy / largest, dtype=np.float32)

    return Reduction(spectrum.Spectrum.part_of(settings), (settings.n_chroma,), np.float32, of_chunk)


def compute(clip: Analysis, settings: Settings) -> Float32:
    """Energy by pitch class; equals ``librosa.feature.chroma_stft(y, tuning=..., n_chroma=..., ...).T``.

    Returns
    -------
    np.ndarray [shape=(frames, n_chroma), dtype=float32]
        Each frame's largest value is 1, or all are 0.

    Examples
    --------
    A tone of 440 Hz is an A, the tenth pitch class:

    >>> from speech_emotion.testing import tone
    >>> settings = Settings(n_fft=2048, win_length=2048, window="hann", n_chroma=12, tuning=0.0)
    >>> a = tone(pitch=440, detune=0)
    >>> clip = Analysis(a, sample_rate=16_000, hop_length=160, reductions=[reduction(settings, 16_000)])
    >>> int(compute(clip, settings)[25].argmax())
    9
    """
    return cast(Float32, clip.reduced(reduction(settings, clip.sample_rate)))


FEATURE = Feature(
    settings=Settings, columns=columns, compute=compute, reduction=reduction, problems=spectrum.problems,
    rounding=arithmetic.NONE,
)
