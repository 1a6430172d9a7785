"""Short-time power spectra of a signal, a few frames at a time, and the settings that they take."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import scipy.fft
from pydantic import Field, ValidationInfo, field_validator

from speech_emotion.arrays import Float32
from speech_emotion.audio.spool import Signal
from speech_emotion.features.framing import frames, gaps
from speech_emotion.params.base import Section

WINDOWS: dict[str, Callable[[int], npt.NDArray[np.float64]]] = {
    "hann": np.hanning, "hamming": np.hamming, "blackman": np.blackman, "bartlett": np.bartlett, "boxcar": np.ones,
}
"""numpy's, because importing ``scipy.signal`` for the same takes half a second in each process."""


class Spectrum(Section):
    """Settings of every feature that is computed from power spectra; lengths in samples."""

    n_fft: Annotated[int, Field(ge=16, le=1 << 16, multiple_of=2)]
    win_length: Annotated[int, Field(ge=2)]
    window: Literal["hann", "hamming", "blackman", "bartlett", "boxcar"]

    @field_validator("win_length")
    @classmethod
    def _within_fft(cls, value: int, info: ValidationInfo) -> int:
        n_fft = info.data.get("n_fft")
        if n_fft and value > n_fft:
            raise ValueError(f"must be at most n_fft ({n_fft})")
        return value


@lru_cache(maxsize=16)
def padded_window(spectrum: Spectrum) -> Float32:
    """Return an analysis window, centred in `n_fft` samples; what ``librosa.stft`` multiplies each frame with.

    Parameters
    ----------
    spectrum : Spectrum
        Names the window, its length and that of the FFT.

    Returns
    -------
    np.ndarray [shape=(n_fft,), dtype=float32]
        The periodic window named ``spectrum.window`` of length ``spectrum.win_length``, with zeros before and after.
        Read-only, since all clips share it.

    Examples
    --------
    >>> padded_window(Spectrum(n_fft=16, win_length=4, window="hann")).round(3).tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    """
    # numpy's windows are symmetric; without its last sample, one of length + 1 is periodic.
    periodic = WINDOWS[spectrum.window](spectrum.win_length + 1)[:-1]
    before = (spectrum.n_fft - spectrum.win_length) // 2
    window = np.pad(periodic, (before, spectrum.n_fft - spectrum.win_length - before)).astype(np.float32)
    window.flags.writeable = False
    return window


def problems(settings: Spectrum, _sample_rate: int, hop_length: int) -> Iterator[tuple[str, str]]:
    """Tell which settings do not fit; see `Feature.problems`."""
    return gaps("win_length", settings.win_length, hop_length)


def power_spectra(samples: Signal, window: Float32, hop_length: int) -> Iterator[tuple[slice, Float32]]:
    """Power spectrum of each frame.

    Equals ``np.abs(librosa.stft(samples, n_fft=len(window), hop_length=hop_length, ...)).T ** 2`` (centred frames,
    zeros beyond the ends).

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal.
    window : np.ndarray [shape=(n_fft,), dtype=float32]
        See `padded_window`.
    hop_length : int > 0
        In samples.

    Yields
    ------
    which : slice
        Range of frames.
    power : np.ndarray [shape=(frames, n_fft // 2 + 1), dtype=float32]
        Overwritten by the next.

    Examples
    --------
    >>> window = padded_window(Spectrum(n_fft=16, win_length=16, window="boxcar"))
    >>> cosine = np.cos(2 * np.pi * 2 / 16 * np.arange(64)).astype(np.float32)
    >>> [(which, power.shape, power[1].argmax()) for which, power in power_spectra(cosine, window, hop_length=16)]
    [(slice(0, 5, None), (5, 9), np.int64(2))]
    """
    windowed: Float32 | None = None
    for which, framed in frames(samples, len(window), hop_length):
        count = which.stop - which.start
        if windowed is None:
            windowed = np.empty((count, len(window)), dtype=np.float32)
            bins = len(window) // 2 + 1
            # Rows a little apart: at a distance of nearly a power of 2 they would share a few places of the cache.
            power = np.empty((count, bins + 15), dtype=np.float32)[:, :bins]
            imaginary = np.empty((count, bins), dtype=np.float32)
        np.multiply(framed, window, out=windowed[:count])
        spectrum = scipy.fft.rfft(windowed[:count], axis=1)
        np.square(spectrum.real, out=power[:count])
        np.square(spectrum.imag, out=imaginary[:count])
        power[:count] += imaginary[:count]
        yield which, power[:count]
