"""Frames of a signal and their power spectrum, a few at a time."""

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import scipy.fft

from speech_emotion.arrays import Float32

CHUNK = 3 << 15
"""Samples (frames times frame length) worked on at a time: 384 KiB, so that a chunk stays in a core's cache."""

WINDOWS: dict[str, Callable[[int], npt.NDArray[np.float64]]] = {
    "hann": np.hanning, "hamming": np.hamming, "blackman": np.blackman, "bartlett": np.bartlett, "boxcar": np.ones,
}
"""numpy's, because importing ``scipy.signal`` for the same takes half a second in each process."""


def padded_window(window: str, win_length: int, n_fft: int) -> Float32:
    """Return an analysis window, centred in `n_fft` samples; what ``librosa.stft`` multiplies each frame with.

    Returns
    -------
    np.ndarray [shape=(n_fft,), dtype=float32]
        The periodic window named `window` of length `win_length`, with zeros before and after.
    """
    # numpy's windows are symmetric; without its last sample, one of length + 1 is periodic.
    periodic = WINDOWS[window](win_length + 1)[:-1]
    before = (n_fft - win_length) // 2
    return np.pad(periodic, (before, n_fft - win_length - before)).astype(np.float32)


def frames(samples: Float32, frame_length: int, hop_length: int, *, edge: bool = False) -> Float32:
    """Cut a signal into overlapping frames; frame `t` is centred at sample ``t * hop_length``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    frame_length, hop_length : int > 0
        In samples; `frame_length` is even.
    edge : bool
        Continue the first and last sample beyond the ends, in place of zeros.

    Returns
    -------
    np.ndarray [shape=(1 + n // hop_length, frame_length), dtype=float32]
        A read-only view, of the padded signal.
    """
    half = frame_length // 2
    padded = np.empty(len(samples) + 2 * half, dtype=np.float32)  # several times as quick as np.pad
    padded[:half] = samples[0] if edge else 0
    padded[half : half + len(samples)] = samples
    padded[half + len(samples) :] = samples[-1] if edge else 0
    step = padded.strides[0]
    return np.lib.stride_tricks.as_strided(
        padded, (1 + len(samples) // hop_length, frame_length), (hop_length * step, step), writeable=False
    )


def chunks(framed: Float32) -> Iterator[slice]:
    """Ranges of frames that hold about `CHUNK` samples each.

    They depend on the number of frames alone: what is computed by chunk is the same wherever it is computed.
    """
    step = max(8, CHUNK // framed.shape[1])
    for first in range(0, len(framed), step):
        yield slice(first, min(first + step, len(framed)))


def power_spectra(samples: Float32, window: Float32, hop_length: int) -> Iterator[tuple[slice, Float32]]:
    """Power spectrum of each frame.

    Equals ``np.abs(librosa.stft(samples, n_fft=len(window), hop_length=hop_length, ...)).T ** 2`` (centred frames,
    zeros beyond the ends).

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
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
    """
    framed = frames(samples, len(window), hop_length)
    windowed: Float32 | None = None
    for which in chunks(framed):
        count = which.stop - which.start
        if windowed is None:
            windowed = np.empty((count, len(window)), dtype=np.float32)
            bins = len(window) // 2 + 1
            # Rows a little apart: at a distance of nearly a power of 2 they would share a few places of the cache.
            power = np.empty((count, bins + 15), dtype=np.float32)[:, :bins]
            imaginary = np.empty((count, bins), dtype=np.float32)
        np.multiply(framed[which], window, out=windowed[:count])
        spectrum = scipy.fft.rfft(windowed[:count], axis=1)
        np.square(spectrum.real, out=power[:count])
        np.square(spectrum.imag, out=imaginary[:count])
        power[:count] += imaginary[:count]
        yield which, power[:count]
