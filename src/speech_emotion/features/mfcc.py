"""Mel-frequency cepstral coefficients and their deltas."""

import numpy as np
import scipy.fft

from speech_emotion.arrays import Float32

HALF = 4
"""Frames before and after each over which its delta is estimated."""

_TIMES = np.arange(-HALF, HALF + 1)
_FIT = {
    1: _TIMES / 60,  # 60: sum of squared times
    2: 2 * (_TIMES**2 - 20 / 3) / 308,  # 20 / 3: mean of the squared times; 308: sum of squared deviations from it
}
"""What nine frames weigh in the slope of a line, or in the second derivative of a parabola, fitted to them."""


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
    """
    coefficients: Float32 = scipy.fft.dct(log_mel, axis=1, norm="ortho")[:, :n_mfcc]
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
    """
    short = len(values) <= 2 * HALF
    if short:
        values = np.pad(values, ((HALF, HALF), (0, 0)), mode="edge")
    # Sums of shifted matrices: quick, and in the same order on every machine.
    count = len(values) - 2 * HALF
    fitted = np.zeros((count, values.shape[1]), dtype=np.float32)
    for at, weight in enumerate(_FIT[order].astype(np.float32)):
        fitted += weight * values[at : at + count]
    return fitted if short else np.pad(fitted, ((HALF, HALF), (0, 0)), mode="edge")
