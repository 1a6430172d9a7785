"""What of a recording comes from the room, the microphone and the editor, not from the voice; measured as it passes.

Where such a condition goes along with the label, it can be learnt in place of emotion (`evaluation.shortcuts`).
"""

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

FRAMES = 100
"""Frames in a second, over which levels are taken."""
SILENCE = 40.0
"""By so many dB a frame is below the loudest one if it is silence."""
NOISE = 0.1
"""Share of the frames that are no louder than the noise."""
IN_BAND = 80.0
"""By so many dB the mean spectrum may be below its maximum and still count as band. Speech spans 60 dB and the last
bits of 16 about 90 below it, whereas a filter before resampling, or a codec, leaves less."""
_EVERY = 16
"""Frames of which one goes into the mean spectrum: taking all would slow down the reading of audio."""
_LOWEST = 1e-12
"""Mean square that counts as the least: -120 dBFS, so that digital silence has a level."""


class Conditions(NamedTuple):
    """How a clip was recorded and cut.

    Attributes
    ----------
    leading_silence, trailing_silence : float >= 0
        In s, by steps of 0.01: what comes before the first and after the last frame that is less than `SILENCE` below
        the loudest.
    noise_dbfs : float >= -120
        Level that `NOISE` of the frames do not exceed, in dB relative to full scale, by steps of 0.1.
    bandwidth : int >= 0
        In Hz, by steps of 100: the highest frequency at which the mean spectrum is within `IN_BAND` of its maximum.
    """

    leading_silence: float
    trailing_silence: float
    noise_dbfs: float
    bandwidth: int


class Observer:
    """Observes under what conditions a recording was made.

    It keeps 4 bytes of each frame.

    Parameters
    ----------
    sample_rate : int >= 100
        Of the recording, in Hz.

    Examples
    --------
    A second of a tone of 1 kHz, after half a second of nothing:

    >>> tone = np.sin(2 * np.pi * 1000 / 16_000 * np.arange(16_000, dtype=np.float32))
    >>> observer = Observer(16_000)
    >>> for piece in observer.through([np.zeros(8000, np.float32), tone]):
    ...     pass  # it is used here, and observed on the way
    >>> conditions = observer.conditions()
    >>> conditions.leading_silence, conditions.trailing_silence, conditions.noise_dbfs
    (0.5, 0.0, -120.0)
    """

    def __init__(self, sample_rate: int) -> None:
        self._length = sample_rate // FRAMES
        self._step = sample_rate / self._length
        self._waiting = np.zeros(0, np.float32)
        self._squares: list[np.ndarray] = []
        self._power = np.zeros(self._length // 2 + 1)
        self._seen = 0

    def through(self, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Take in samples as they pass, float32 [n], cut in any way."""
        for piece in pieces:
            samples = np.concatenate([self._waiting, piece]) if len(self._waiting) else piece
            whole = len(samples) // self._length * self._length
            self._observe(samples[:whole])
            self._waiting = samples[whole:].copy()  # whoever gave the piece may write the next one over it
            yield piece

    def conditions(self) -> Conditions:
        """Say what was observed; what is shorter than a frame is one."""
        if not self._seen:
            self._observe(np.concatenate([self._waiting, np.zeros(self._length - len(self._waiting), np.float32)]))
        squares = np.maximum(np.concatenate(self._squares), _LOWEST)
        loud = np.flatnonzero(squares >= squares.max() * 10 ** (-SILENCE / 10))
        first, last = (int(loud[0]), int(loud[-1])) if len(loud) else (0, len(squares) - 1)
        quietest = int(NOISE * (len(squares) - 1))
        noise = 10 * math.log10(float(np.partition(squares, quietest)[quietest]))
        band = np.flatnonzero(self._power > self._power.max() * 10 ** (-IN_BAND / 10))
        return Conditions(first / FRAMES, (len(squares) - 1 - last) / FRAMES, round(noise, 1),
                          round(int(band[-1]) * self._step / 100) * 100 if len(band) else 0)

    def _observe(self, samples: np.ndarray) -> None:
        frames = samples.reshape(-1, self._length)
        self._squares.append(np.einsum("ij,ij->i", frames, frames) / self._length)
        with np.errstate(all="ignore"):  # samples that are not finite are found elsewhere
            spectra = np.fft.rfft(frames[-self._seen % _EVERY :: _EVERY] * _window(self._length))
            self._power += np.einsum("ij,ij->j", spectra, spectra.conj()).real
        self._seen += len(frames)


@lru_cache
def _window(length: int) -> np.ndarray:
    """Give a window whose side lobes lie 100 dB below: what leaks of a band must not count as band."""
    return np.kaiser(length, 14.0).astype(np.float32)
