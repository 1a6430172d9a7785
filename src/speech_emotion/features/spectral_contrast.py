"""Spectral contrast: peak over valley in each octave of the spectrum."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

import numpy as np
import numpy.typing as npt
from pydantic import Field

from speech_emotion.arrays import Float32
from speech_emotion.features import arithmetic, spectrum
from speech_emotion.features.analysis import Analysis, Reduction
from speech_emotion.features.feature import Feature

QUANTILE = 0.02
"""Part of an octave's bins that counts as its valley or its peak; librosa's default."""

RANGE_DB = 80.0
"""How far below the clip's maximum valleys and peaks are cut off; librosa's default."""


class Settings(spectrum.Spectrum):
    """Settings of the feature `spectral_contrast`."""

    n_bands: Annotated[int, Field(ge=1, le=16)]
    fmin: Annotated[float, Field(gt=0)]


def columns(settings: Settings) -> list[str]:
    """One column for the band below `fmin`, and one for each octave above it."""
    return [f"spectral_contrast_{index}" for index in range(settings.n_bands + 1)]


def octaves(settings: Settings, sample_rate: int) -> list[tuple[npt.NDArray[np.intp], int]]:
    """FFT bins of each band, as ``librosa.feature.spectral_contrast`` chooses them.

    Returns
    -------
    list of (bins, count)
        For each of ``n_bands + 1`` bands: its bins' indices, and how many of them make its valley and its peak.

    Examples
    --------
    >>> settings = Settings(n_fft=32, win_length=32, window="hann", n_bands=2, fmin=1000.0)
    >>> [(bins.tolist(), count) for bins, count in octaves(settings, sample_rate=16000)]
    [([0, 1], 1), ([1, 2, 3], 1), ([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 1)]
    """
    frequency = np.fft.rfftfreq(n=settings.n_fft, d=1.0 / sample_rate)
    edges = np.concatenate([[0.0], settings.fmin * 2.0 ** np.arange(settings.n_bands + 1)])
    found = []
    for band in range(settings.n_bands + 1):
        highest = band == settings.n_bands
        inside = (frequency >= edges[band]) & (frequency <= edges[band + 1])
        bins = np.flatnonzero(inside)
        if band > 0:
            inside[bins[0] - 1] = True
        if highest:
            inside[bins[-1] + 1 :] = True
        chosen = np.flatnonzero(inside)
        count = max(int(np.rint(QUANTILE * len(chosen))), 1)
        found.append((chosen if highest else chosen[:-1], count))
    return found


@lru_cache(maxsize=16)
def reduction(settings: Settings, sample_rate: int) -> Reduction:
    """Valley and peak of each octave in place of spectra, then contrasts."""
    bands = octaves(settings, sample_rate)

    def of_chunk(power: Float32) -> npt.NDArray[np.float64]:
        magnitude = np.sqrt(power)
        valleys_peaks = np.empty((len(power), 2, len(bands)))
        for band, (bins, count) in enumerate(bands):
            ordered = np.sort(magnitude[:, bins], axis=1)
            valleys_peaks[:, 0, band] = ordered[:, :count].mean(axis=1)
            valleys_peaks[:, 1, band] = ordered[:, -count:].mean(axis=1)
        return valleys_peaks

    return Reduction(spectrum.Spectrum.part_of(settings), (2, len(bands)), np.float64, of_chunk, _contrast)


def _contrast(valleys_peaks: npt.NDArray[np.floating]) -> Float32:
    level = valleys_peaks  # in place: of hours, each copy is large
    np.maximum(1e-10, level, out=level)
    np.log10(level, out=level)
    level *= 10
    # Valleys and peaks each below their own maximum in the clip, as librosa does it.
    np.maximum(level, level.max(axis=(0, 2), keepdims=True) - RANGE_DB, out=level)
    return np.asarray(level[:, 1] - level[:, 0], dtype=np.float32)


def compute(clip: Analysis, settings: Settings) -> Float32:
    """Peak over valley in dB; equals ``librosa.feature.spectral_contrast(y, fmin=..., n_bands=..., ...).T``.

    Returns
    -------
    np.ndarray [shape=(frames, n_bands + 1), dtype=float32]
        In dB.

    Examples
    --------
    >>> settings = Settings(n_fft=512, win_length=400, window="hann", n_bands=2, fmin=2000.0)
    >>> tone = np.sin(2 * np.pi * 3000 / 16000 * np.arange(16000)).astype(np.float32)
    >>> clip = Analysis(tone, sample_rate=16000, hop_length=160, reductions=[reduction(settings, 16000)])
    >>> compute(clip, settings).shape, compute(clip, settings)[50].argmax()
    ((101, 3), np.int64(1))
    """
    return np.asarray(clip.reduced(reduction(settings, clip.sample_rate)), dtype=np.float32)


def problems(settings: Settings, sample_rate: int, hop_length: int) -> Iterator[tuple[str, str]]:
    """Tell which settings do not fit; see `Feature.problems`."""
    yield from spectrum.problems(settings, sample_rate, hop_length)
    width = sample_rate / settings.n_fft
    if settings.fmin < width:
        yield "fmin", f"must be at least the width of an FFT bin ({width:g} Hz), or some bands hold none"
    if settings.fmin * 2 ** (settings.n_bands - 1) >= sample_rate / 2:
        yield "n_bands", (
            "the lowest edge of the highest octave, fmin * 2**(n_bands - 1), "
            f"must be below half of sample_rate ({sample_rate / 2:g} Hz)"
        )


FEATURE = Feature(
    settings=Settings, columns=columns, compute=compute, reduction=reduction, problems=problems,
    rounding=arithmetic.LOG10,
)
