"""Mel filter bank, mel power spectrum and its logarithm, and the settings that they take."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationInfo, field_validator
from scipy.sparse import csr_array

from speech_emotion.arrays import Float32
from speech_emotion.features import spectrum
from speech_emotion.features.analysis import Reduction
from speech_emotion.features.mel_scale import filled_bands, mel_frequencies

AMIN = 1e-10
"""Power below which the logarithm is cut off, as in ``librosa.power_to_db``."""


class Mel(spectrum.Spectrum):
    """Settings of every feature that is computed from the log-mel spectrum: frequencies in Hz, `top_db` in dB."""

    mel_scale: Literal["slaney", "htk"]
    fmin: Annotated[float, Field(ge=0)]
    fmax: Annotated[float, Field(gt=0)]
    n_mels: Annotated[int, Field(ge=1, le=1 << 12)]
    top_db: Annotated[float, Field(gt=0, le=200)] | None

    @field_validator("fmax")
    @classmethod
    def _above_fmin(cls, value: float, info: ValidationInfo) -> float:
        fmin = info.data.get("fmin")
        if fmin is not None and value <= fmin:
            raise ValueError(f"must be above fmin ({fmin:g} Hz)")
        return value


def problems(settings: Mel, sample_rate: int, hop_length: int) -> Iterator[tuple[str, str]]:
    """Tell which settings do not fit; see `Feature.problems`."""
    yield from spectrum.problems(settings, sample_rate, hop_length)
    if settings.fmax > sample_rate / 2:
        yield "fmax", f"must be at most half of sample_rate ({sample_rate / 2:g} Hz)"
    elif settings.n_mels > (fitting := _most_mels(settings, sample_rate)):
        yield "n_mels", (
            f"must be at most {fitting} for n_fft {settings.n_fft} at {sample_rate} Hz, "
            "or some mel bands hold no FFT bin" + ("" if fitting else "; widen fmin to fmax")
        )


@lru_cache(maxsize=16)
def log_mel(mel: Mel, sample_rate: int) -> Reduction:
    """Make what reduces power spectra to a log-mel spectrum; one and the same for equal settings.

    Parameters
    ----------
    mel : Mel
        Settings of nothing else: those of a feature's are got by ``Mel.part_of(settings)``.
    sample_rate : int > 0
        In Hz.

    Returns
    -------
    Reduction
        To [shape=(frames, n_mels), dtype=float32], in dB.
    """
    bank = csr_array(filter_bank(
        sample_rate=sample_rate, n_fft=mel.n_fft, n_mels=mel.n_mels, fmin=mel.fmin, fmax=mel.fmax,
        htk=mel.mel_scale == "htk",
    ))

    def of_chunk(power: Float32) -> Float32:
        return bands(power, bank)

    def of_clip(power: npt.NDArray[np.floating]) -> Float32:
        return power_to_db(np.asarray(power, dtype=np.float32), mel.top_db)

    return Reduction(spectrum.Spectrum.part_of(mel), (mel.n_mels,), np.float32, of_chunk, of_clip)


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

    Examples
    --------
    >>> filter_bank(sample_rate=16000, n_fft=16, n_mels=2, fmin=0, fmax=8000, htk=False).argmax(axis=1).tolist()
    [1, 3]
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


def bands(power: Float32, bank: csr_array) -> Float32:
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

    Examples
    --------
    >>> bands(np.array([[1, 2, 3]], dtype=np.float32), csr_array(np.array([[1, 1, 0], [0, 1, 1]], dtype=np.float32)))
    array([[3., 5.]], dtype=float32)
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

    Examples
    --------
    >>> power_to_db(np.array([1, 0.1, 0], dtype=np.float32), top_db=30).round(3).tolist()
    [0.0, -10.0, -30.0]
    """
    np.maximum(power, np.float32(AMIN), out=power)
    # Not log10: numpy has no vectorised one for most processors, and another one for the rest.
    np.log(power, out=power)
    power *= np.float32(10 / np.log(10))
    if top_db is not None:
        np.maximum(power, power.max() - np.float32(top_db), out=power)
    return power


def _most_mels(settings: Mel, sample_rate: int) -> int:
    """Of at most `n_mels` bands, the largest number of which each holds an FFT bin."""
    n_fft, htk = settings.n_fft, settings.mel_scale == "htk"
    return next((
        n_mels for n_mels in range(min(settings.n_mels, n_fft // 2), 0, -1)
        if filled_bands(n_mels, sample_rate=sample_rate, n_fft=n_fft, fmin=settings.fmin, fmax=settings.fmax, htk=htk)
    ), 0)
