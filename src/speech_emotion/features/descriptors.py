"""Low-level descriptors beside the mel family: chroma, spectral contrast, zero-crossing rate, RMS, f0.

Filter banks and pitch trackers are librosa's own. Those that librosa computes from whole spectrograms are computed
here a few frames at a time, so that an hour of audio fits in memory.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.features.mel import bands
from speech_emotion.features.spectrum import chunks, frames

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from speech_emotion.params.extract_mfcc import F0

QUANTILE = 0.02
"""Part of an octave's bins that counts as its valley or its peak; librosa's default."""


def chroma(power: Float32, bank: "csr_array") -> Float32:
    """Energy by pitch class; equals ``librosa.feature.chroma_stft(S=power.T, tuning=..., n_chroma=...).T``.

    Parameters
    ----------
    power : np.ndarray [shape=(frames, bins), dtype=float32]
        Power spectra.
    bank : csr_array [shape=(n_chroma, bins), dtype=float32]
        Made by ``librosa.filters.chroma``.

    Returns
    -------
    np.ndarray [shape=(frames, n_chroma), dtype=float32]
        Each frame's largest value is 1, or all are 0.
    """
    raw = bands(power, bank)
    largest = np.abs(raw).max(axis=1, keepdims=True)
    largest[largest < np.finfo(np.float32).tiny] = 1
    return np.asarray(raw / largest, dtype=np.float32)


def contrast_bands(sample_rate: int, n_fft: int, n_bands: int, fmin: float) -> list[tuple[np.ndarray, int]]:
    """FFT bins of each octave band of the spectral contrast, as ``librosa.feature.spectral_contrast`` chooses them.

    Returns
    -------
    list of (bins, count)
        For each of ``n_bands + 1`` bands: its bins' indices, and how many of them make its valley and its peak.
    """
    frequency = np.fft.rfftfreq(n=n_fft, d=1.0 / sample_rate)
    edges = np.concatenate([[0.0], fmin * 2.0 ** np.arange(n_bands + 1)])
    bands = []
    for band in range(n_bands + 1):
        inside = (frequency >= edges[band]) & (frequency <= edges[band + 1])
        bins = np.flatnonzero(inside)
        if band > 0:
            inside[bins[0] - 1] = True
        if band == n_bands:
            inside[bins[-1] + 1 :] = True
        chosen = np.flatnonzero(inside)
        count = max(int(np.rint(QUANTILE * len(chosen))), 1)
        bands.append((chosen if band == n_bands else chosen[:-1], count))
    return bands


def valleys_and_peaks(power: Float32, bands: list[tuple[np.ndarray, int]]) -> np.ndarray:
    """Mean magnitude of the weakest and of the strongest bins of each octave band.

    Returns
    -------
    np.ndarray [shape=(2, frames, len(bands)), dtype=float64]
        Valleys, then peaks.
    """
    magnitude = np.sqrt(power)
    result = np.empty((2, len(power), len(bands)))
    for band, (bins, count) in enumerate(bands):
        ordered = np.sort(magnitude[:, bins], axis=1)
        result[0, :, band] = ordered[:, :count].mean(axis=1)
        result[1, :, band] = ordered[:, -count:].mean(axis=1)
    return result


def spectral_contrast(valleys_peaks: np.ndarray) -> Float32:
    """Peak over valley in dB; equals ``librosa.feature.spectral_contrast(y, fmin=..., n_bands=...).T``.

    Parameters
    ----------
    valleys_peaks : np.ndarray [shape=(2, frames, bands)]
        See `valleys_and_peaks`; of the whole clip, since librosa limits both to 80 dB below the clip's maximum.

    Returns
    -------
    np.ndarray [shape=(frames, bands), dtype=float32]
        In dB.
    """
    level = 10 * np.log10(np.maximum(1e-10, valleys_peaks))
    level = np.maximum(level, level.max(axis=(1, 2), keepdims=True) - 80.0)
    return np.asarray(level[1] - level[0], dtype=np.float32)


def rms(samples: Float32, frame_length: int, hop_length: int) -> Float32:
    """Root mean square; equals ``librosa.feature.rms(y=samples, frame_length=..., hop_length=...).T``.

    Returns
    -------
    np.ndarray [shape=(frames, 1), dtype=float32]
    """
    framed = frames(samples, frame_length, hop_length)
    power = np.concatenate([np.mean(np.square(framed[which]), axis=1) for which in chunks(framed)])
    return np.asarray(np.sqrt(power)[:, np.newaxis], dtype=np.float32)


def zero_crossing_rate(samples: Float32, frame_length: int, hop_length: int) -> Float32:
    """Part of a frame's samples at which the sign changes.

    Equals ``librosa.feature.zero_crossing_rate(samples, frame_length=..., hop_length=...).T``.

    Returns
    -------
    np.ndarray [shape=(frames, 1), dtype=float32]
        Between 0 and 1.
    """
    framed = frames(samples, frame_length, hop_length, edge=True)
    rates = []
    for which in chunks(framed):
        negative = np.signbit(np.where(np.abs(framed[which]) <= 1e-10, np.float32(0), framed[which]))
        rates.append(np.count_nonzero(negative[:, 1:] != negative[:, :-1], axis=1) / frame_length)
    return np.concatenate(rates).astype(np.float32)[:, np.newaxis]


def f0(samples: Float32, sample_rate: int, hop_length: int, settings: "F0") -> Float32:
    """Fundamental frequency.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    sample_rate, hop_length : int > 0
        In Hz and samples.
    settings : F0
        Method "yin" equals ``librosa.yin``, which gives a frequency for unvoiced frames too. Method "pyin" equals
        ``librosa.pyin(fill_na=0)``, a hundred times slower; it keeps a whole clip's candidates in memory (some
        500 MB per minute), so it is for clips, not for hours.

    Returns
    -------
    np.ndarray [shape=(frames, 1 or 2), dtype=float32]
        In Hz; for "pyin" 0 where unvoiced, and the probability of being voiced.
    """
    import librosa  # brings numba, which takes a second and only this feature needs

    common: dict[str, Any] = {
        "sr": sample_rate, "fmin": settings.fmin, "fmax": settings.fmax,
        "frame_length": settings.frame_length, "hop_length": hop_length,
    }
    if settings.method == "pyin":
        frequency, _, voiced = librosa.pyin(samples, fill_na=0.0, **common)
        return np.column_stack([frequency, voiced]).astype(np.float32)
    half = settings.frame_length // 2
    count = 1 + len(samples) // hop_length
    padded = np.pad(samples, half)
    step = max(1, (1 << 20) // settings.frame_length)
    pieces = []
    for first in range(0, count, step):
        last = min(first + step, count) - 1
        piece = padded[first * hop_length : last * hop_length + settings.frame_length]
        pieces.append(librosa.yin(piece, center=False, **common))
    return np.concatenate(pieces).astype(np.float32)[:, np.newaxis]
