"""Mel-frequency cepstral coefficients and their deltas."""

from functools import lru_cache
from typing import Annotated, cast

import numpy as np
import scipy.fft
from pydantic import Field, ValidationInfo, field_validator

from speech_emotion.arrays import Float32
from speech_emotion.features import arithmetic, mel
from speech_emotion.features.analysis import Analysis, Reduction
from speech_emotion.features.feature import Feature

HALF = 4
"""Frames before and after each over which its delta is estimated."""

_TIMES = np.arange(-HALF, HALF + 1)
_FIT = {
    1: _TIMES / 60,  # 60: sum of squared times
    2: 2 * (_TIMES**2 - 20 / 3) / 308,  # 20 / 3: mean of the squared times; 308: sum of squared deviations from it
}
"""What nine frames weigh in the slope of a line, or in the second derivative of a parabola, fitted to them."""

_ROWS = 1 << 15
"""Frames that are transformed at a time: a multiple of what a processor takes at once, so that the bits do not depend
on it."""


class Settings(mel.Mel):
    """Settings of the feature `mfcc`."""

    n_mfcc: Annotated[int, Field(ge=1)]
    lifter: Annotated[float, Field(ge=0)]
    deltas: Annotated[int, Field(ge=0, le=2)]

    @field_validator("n_mfcc")
    @classmethod
    def _within_mels(cls, value: int, info: ValidationInfo) -> int:
        n_mels = info.data.get("n_mels")
        if n_mels and value > n_mels:
            raise ValueError(f"must be at most n_mels ({n_mels})")
        return value


def columns(settings: Settings) -> list[str]:
    """One column for each coefficient, then for each one's delta, then for each one's delta of second order."""
    kinds = ["mfcc", "mfcc_delta", "mfcc_delta2"][: settings.deltas + 1]
    return [f"{kind}_{index}" for kind in kinds for index in range(settings.n_mfcc)]


@lru_cache(maxsize=16)
def reduction(settings: Settings, sample_rate: int) -> Reduction:
    """Mel bands in place of spectra; the very reduction of a feature `log_mel` with equal settings."""
    return mel.log_mel(mel.Mel.part_of(settings), sample_rate)


def compute(clip: Analysis, settings: Settings) -> Float32:
    """MFCCs and their deltas; equals ``librosa.feature.mfcc(y, ...).T`` beside `delta` of it.

    Returns
    -------
    np.ndarray [shape=(frames, n_mfcc * (1 + deltas)), dtype=float32]

    Examples
    --------
    >>> from speech_emotion.testing import tone
    >>> settings = Settings(n_fft=512, win_length=400, window="hann", mel_scale="slaney", fmin=20.0, fmax=8000.0,
    ...                     n_mels=64, top_db=80.0, n_mfcc=13, lifter=0.0, deltas=1)
    >>> clip = Analysis(tone(), sample_rate=16_000, hop_length=160, reductions=[reduction(settings, 16_000)])
    >>> compute(clip, settings).shape
    (51, 26)
    """
    log_mel = cast(Float32, clip.reduced(reduction(settings, clip.sample_rate)))
    static = cepstrum(log_mel, settings.n_mfcc, settings.lifter)
    if not settings.deltas:
        return static
    width = settings.n_mfcc
    matrix = np.empty((len(static), width * (1 + settings.deltas)), dtype=np.float32)
    matrix[:, :width] = static
    del static
    for order in range(1, settings.deltas + 1):
        matrix[:, order * width : (order + 1) * width] = delta(matrix[:, :width], order)
    return matrix


def cepstrum(log_mel: Float32, n_mfcc: int, lifter: float) -> Float32:
    """Turn a log-mel spectrum into liftered MFCCs.

    Equals ``librosa.feature.mfcc(S=log_mel.T, n_mfcc=n_mfcc, lifter=lifter).T``.

    Parameters
    ----------
    log_mel : np.ndarray [shape=(frames, n_mels), dtype=float32]
        In dB.
    n_mfcc : int > 0
        Number of coefficients, at most `n_mels`.
    lifter : float >= 0
        Strength of the sinusoidal lifter; 0 for none.

    Returns
    -------
    np.ndarray [shape=(frames, n_mfcc), dtype=float32]

    Examples
    --------
    >>> cepstrum(np.array([[-40, -40, -40, -40]], dtype=np.float32), n_mfcc=2, lifter=0)
    array([[-80.,   0.]], dtype=float32)
    """
    coefficients = np.empty((len(log_mel), n_mfcc), dtype=np.float32)
    for at in range(0, len(log_mel), _ROWS):  # so that of hours not all coefficients are there at once
        coefficients[at : at + _ROWS] = scipy.fft.dct(log_mel[at : at + _ROWS], axis=1, norm="ortho")[:, :n_mfcc]
    if lifter > 0:
        weights = 1 + (lifter / 2) * np.sin(np.pi * np.arange(1, 1 + n_mfcc) / lifter)
        coefficients *= weights.astype(np.float32)
    return coefficients


def delta(values: Float32, order: int) -> Float32:
    """Local estimate of the derivative along time, by a Savitzky-Golay filter over nine frames.

    Equals ``librosa.feature.delta(values.T, order=order).T``: the derivative of a polynomial of degree `order`, fitted
    to the nine frames around each frame (Savitzky & Golay, Anal. Chem. 36, 1964). Such a derivative is constant, so
    that the first and last four frames take those of the first and last fit. A clip of fewer than nine frames, which
    librosa refuses, is continued with its first and last frame.

    Parameters
    ----------
    values : np.ndarray [shape=(frames, columns), dtype=float32]
        A feature over time.
    order : int
        1 or 2.

    Returns
    -------
    np.ndarray [shape=(frames, columns), dtype=float32]
        Change per frame, to the power of `order`.

    Examples
    --------
    >>> rising = 3 * np.arange(20, dtype=np.float32)[:, np.newaxis]
    >>> delta(rising, order=1)[:3].ravel().round(3).tolist()
    [3.0, 3.0, 3.0]
    """
    short = len(values) <= 2 * HALF
    if short:
        values = np.pad(values, ((HALF, HALF), (0, 0)), mode="edge")
    # Sums of shifted matrices: quick, and in the same order on every machine.
    count = len(values) - 2 * HALF
    change = np.empty(values.shape, dtype=np.float32)
    for first in range(0, count, _ROWS):
        fitted = change[HALF + first : HALF + min(first + _ROWS, count)]
        fitted[:] = 0
        for at, weight in enumerate(_FIT[order].astype(np.float32), start=first):
            fitted += weight * values[at : at + len(fitted)]
    if short:
        return change[HALF:-HALF]
    change[:HALF], change[-HALF:] = change[HALF], change[-HALF - 1]
    return change


FEATURE = Feature(
    settings=Settings, columns=columns, compute=compute, reduction=reduction, problems=mel.problems,
    rounding=arithmetic.LOG,
)
