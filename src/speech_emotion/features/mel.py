"""Mel filter bank, mel power spectrum and its logarithm."""

from typing import TYPE_CHECKING

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.features.mel_scale import mel_frequencies

if TYPE_CHECKING:
    from scipy.sparse import csr_array

AMIN = 1e-10
"""Power below which the logarithm is cut off, as in ``librosa.power_to_db``."""


def filter_bank(*, sample_rate: int, n_fft: int, n_mels: int, fmin: float, fmax: float, htk: bool) -> Float32:
    """Triangular filters of equal width on the mel scale, each of area 1 (Slaney's normalisation).

    Equals ``librosa.filters.mel(sr=sample_rate, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, htk=htk)`` bit by
    bit. It is written out here because importing ``librosa.filters`` brings numba, which takes a second in each
    process and is needed for nothing else.

    Parameters
    ----------
    sample_rate : int > 0
        In Hz.
    n_fft : int > 0
        Length of the FFT.
    n_mels : int > 0
        Number of bands.
    fmin, fmax : float
        Lowest and highest frequency in Hz, ``0 <= fmin < fmax <= sample_rate / 2``.
    htk : bool
        HTK's mel scale in place of Slaney's.

    Returns
    -------
    np.ndarray [shape=(n_mels, n_fft // 2 + 1), dtype=float32]
        Weight of each FFT bin's power in each band.
    """
    edges = mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax, htk=htk)
    ramps = np.subtract.outer(edges, np.fft.rfftfreq(n=n_fft, d=1.0 / sample_rate))
    widths = np.diff(edges)
    weights = np.zeros((n_mels, n_fft // 2 + 1), dtype=np.float32)
    for band in range(n_mels):
        rising, falling = -ramps[band] / widths[band], ramps[band + 2] / widths[band + 1]
        weights[band] = np.maximum(0, np.minimum(rising, falling))
    weights *= (2.0 / (edges[2:] - edges[:n_mels]))[:, np.newaxis]
    return weights


def bands(power: Float32, bank: "csr_array") -> Float32:
    """Weigh and add the FFT bins of each band.

    The product is one of a sparse matrix, since a band takes in a few bins only, and because what BLAS makes of a
    dense one depends on the processor: the order of its additions, and with it the last bits.

    Parameters
    ----------
    power : np.ndarray [shape=(frames, n_fft // 2 + 1), dtype=float32]
        From `spectrum.power_spectra`.
    bank : csr_array [shape=(n_bands, n_fft // 2 + 1), dtype=float32]
        `filter_bank`, or any other weights.

    Returns
    -------
    np.ndarray [shape=(frames, n_bands), dtype=float32]
    """
    weighed: Float32 = (bank @ power.T).T
    return weighed


def power_to_db(power: Float32, top_db: float | None) -> Float32:
    """Power in dB relative to 1; equals ``librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=top_db)``.

    Parameters
    ----------
    power : np.ndarray [dtype=float32]
        Overwritten.
    top_db : float > 0 or None
        How far below the clip's maximum values are cut off, in dB; None for no limit.

    Returns
    -------
    np.ndarray [dtype=float32]
        `power` itself.
    """
    np.maximum(power, np.float32(AMIN), out=power)
    # Not log10: numpy has no vectorised one for most processors, and another one for the rest.
    np.log(power, out=power)
    power *= np.float32(10 / np.log(10))
    if top_db is not None:
        np.maximum(power, power.max() - np.float32(top_db), out=power)
    return power
