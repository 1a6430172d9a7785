"""The mel scale: pitch as it is heard, against frequency."""

import numpy as np
import numpy.typing as npt

# Slaney's scale: linear to 1 kHz (15 mel), then 27 mel per factor of 6.4.
_LINEAR = 200.0 / 3
_KNEE_HZ, _KNEE_MEL, _LOG_STEP = 1000.0, 1000.0 / _LINEAR, np.log(6.4) / 27.0


def mel_frequencies(count: int, *, fmin: float, fmax: float, htk: bool) -> npt.NDArray[np.float64]:
    """Frequencies at equal distances on the mel scale; equals ``librosa.mel_frequencies`` bit by bit.

    Parameters
    ----------
    count : int > 1
        Number of frequencies.
    fmin, fmax : float
        The first and the last, in Hz.
    htk : bool
        HTK's scale, 2595 log10(1 + f / 700), in place of Slaney's (linear below 1 kHz).

    Returns
    -------
    np.ndarray [shape=(count,), dtype=float64]
        In Hz, ascending.

    Examples
    --------
    >>> mel_frequencies(4, fmin=0, fmax=8000, htk=False).round().tolist()
    [0.0, 1006.0, 2836.0, 8000.0]
    """
    return _mel_to_hz(np.linspace(_hz_to_mel(fmin, htk), _hz_to_mel(fmax, htk), count), htk)


def filled_bands(n_mels: int, *, sample_rate: int, n_fft: int, fmin: float, fmax: float, htk: bool) -> bool:
    """Tell whether each of `n_mels` triangular bands holds a bin of an FFT of length `n_fft`.

    Returns
    -------
    bool
        False where ``librosa.filters.mel`` would warn of empty filters (the lowest band included).

    Examples
    --------
    >>> known = {"sample_rate": 16000, "n_fft": 512, "fmin": 0.0, "fmax": 8000.0, "htk": False}
    >>> filled_bands(40, **known), filled_bands(200, **known)
    (True, False)
    """
    edges = mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax, htk=htk)
    bins = np.fft.rfftfreq(n=n_fft, d=1.0 / sample_rate)
    inside = np.searchsorted(bins, edges[2:], side="left") - np.searchsorted(bins, edges[:-2], side="right")
    return bool((inside > 0).all())


def _hz_to_mel(frequency: float, htk: bool) -> float:
    if htk:
        return float(2595.0 * np.log10(1.0 + frequency / 700.0))
    if frequency < _KNEE_HZ:
        return frequency / _LINEAR
    return float(_KNEE_MEL + np.log(frequency / _KNEE_HZ) / _LOG_STEP)


def _mel_to_hz(mel: npt.NDArray[np.float64], htk: bool) -> npt.NDArray[np.float64]:
    if htk:
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    return np.where(mel < _KNEE_MEL, _LINEAR * mel, _KNEE_HZ * np.exp(_LOG_STEP * (mel - _KNEE_MEL)))
