"""The recording chain: level, tremor and the room, from the synthesiser's samples to a 16-bit clip."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

# The speech level of a neutral clip, before the recording's gain.
_REFERENCE_DBFS = -27.0
_PEAK = 0.95
# Of the gain, over the clips of one speaker (actors move, engineers turn knobs): together with the speakers' own
# gains wide enough that level alone says little about the emotion.
_GAIN_SD_DB = 3.0
_NOISE_SD_DB = 2.0
_MARGIN_S = (0.08, 0.25)
_SILENT = 60  # of 32768


def record(
    speech: NDArray[np.int16], sample_rate: int, *, loudness: float, tremor: float, gain: float, noise: float,
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """Record one clip.

    Parameters
    ----------
    speech : np.ndarray [shape=(n,), dtype=int16]
        From the synthesiser; silence around it is cut off.
    sample_rate : int [Hz]
        Of input and output.
    loudness : float [dB]
        Relative to neutral.
    tremor : float [scalar, 0 to 1]
        Depth of the amplitude tremor, at 4 to 7 Hz (0 to 35 %).
    gain : float [dB]
        Of the speaker's recordings.
    noise : float [dBFS]
        Level of the room's noise, before the gain.
    rng : np.random.Generator
        The clip's.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=int16]
        With room noise throughout, and 0.08 to 0.25 s of it before and after the speech.

    Examples
    --------
    >>> from speech_emotion.synthesis.espeak import synthesise
    >>> speech, sample_rate = synthesise("Good morning.", accent="en-US", voice="pitch 80 120", rate=170, seed=1)
    >>> clip = record(speech, sample_rate, loudness=0.0, tremor=0.0, gain=0.0, noise=-60.0,
    ...               rng=np.random.default_rng(1))
    >>> clip.dtype, bool(np.abs(clip).max() <= 0.95 * 32767)
    (dtype('int16'), True)
    """
    heard = np.flatnonzero(np.abs(speech.astype(np.int32)) > _SILENT)
    voice = speech[heard[0]:heard[-1] + 1].astype(np.float64)
    time = np.arange(len(voice)) / sample_rate
    depth = 0.35 * min(max(tremor, 0.0), 1.0)
    voice *= 1 + depth * np.sin(2 * np.pi * (rng.uniform(4, 7) * time + rng.uniform()))
    voice *= _amplitude(_REFERENCE_DBFS + loudness) / _rms(voice)

    before, after = (round(rng.uniform(*_MARGIN_S) * sample_rate) for _ in range(2))
    clip = np.pad(voice, (before, after))
    # Rooms rumble: noise that falls by 6 dB an octave above some 400 Hz.
    pole = np.exp(-2 * np.pi * 400 / sample_rate)
    room = lfilter([1.0], [1.0, -pole], rng.standard_normal(len(clip)))
    clip += room * _amplitude(noise + rng.normal(0, _NOISE_SD_DB)) / _rms(room)
    clip *= _amplitude(gain + rng.normal(0, _GAIN_SD_DB))
    clip *= min(1.0, _PEAK / np.abs(clip).max())
    return np.round(clip * 32767).astype(np.int16)


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))


def _rms(samples: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(samples**2)))
