"""Mel-frequency cepstral coefficients and their deltas."""

import numpy as np

from speech_emotion.features.spectrum import Float32

WIDTH = 9
"""Frames over which a delta is estimated."""


def dct_matrix(n_mels: int, n_mfcc: int, lifter: float) -> Float32:
    """Return the matrix that turns a log-mel spectrum into liftered MFCCs.

    Parameters
    ----------
    n_mels, n_mfcc : int > 0
        Number of mel bands and of coefficients, ``n_mfcc <= n_mels``.
    lifter : float >= 0
        Strength of the sinusoidal lifter; 0 for none.

    Returns
    -------
    np.ndarray [shape=(n_mels, n_mfcc), dtype=float32]
        ``log_mel @ matrix`` equals ``scipy.fft.dct(log_mel, type=2, norm="ortho")[:, :n_mfcc]``, liftered as in
        ``librosa.feature.mfcc(lifter=lifter)``.
    """
    bands = (np.arange(n_mels) + 0.5)[:, np.newaxis]
    matrix = np.cos(np.pi / n_mels * bands * np.arange(n_mfcc)) * np.sqrt(2 / n_mels)
    matrix[:, 0] /= np.sqrt(2)
    if lifter > 0:
        matrix *= 1 + (lifter / 2) * np.sin(np.pi * np.arange(1, 1 + n_mfcc) / lifter)
    return np.asarray(matrix, dtype=np.float32)


def delta(values: Float32, order: int) -> Float32:
    """Local estimate of the derivative along time, by a Savitzky-Golay filter over nine frames.

    Equals ``librosa.feature.delta(values.T, order=order).T``. A clip of fewer than nine frames, which librosa
    refuses, is continued with its first and last frame.

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
    from scipy.signal import savgol_filter  # takes half a second to import, and is not always needed

    mode = "interp" if len(values) >= WIDTH else "nearest"
    result: Float32 = savgol_filter(values, WIDTH, polyorder=order, deriv=order, axis=0, mode=mode)
    return result
