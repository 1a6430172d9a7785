"""A clip under analysis: its samples, and what features keep of its power spectra, computed in one pass."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from speech_emotion.arrays import Float32
from speech_emotion.audio.spool import Signal
from speech_emotion.features.spectrum import Spectrum, padded_window, power_spectra

Array = npt.NDArray[np.floating]


def _unchanged(kept: Array) -> Array:
    return kept


@dataclass(frozen=True, eq=False)
class Reduction:
    """What is kept of each power spectrum, so that those of an hour need not be held.

    What makes one keeps it (``functools.lru_cache``): making filter banks takes longer than a clip does, and features
    that ask for the same reduction share its result.
    """

    spectrum: Spectrum
    """Of which spectra."""
    shape: tuple[int, ...]
    """Of what is kept of one frame."""
    dtype: npt.DTypeLike
    """Of what is kept."""
    of_chunk: Callable[[Float32], Array]
    """From power spectra [shape=(frames, n_fft // 2 + 1)] to what is kept of them [shape=(frames, *shape)]."""
    of_clip: Callable[[Array], Array] = _unchanged
    """From what was kept of all frames, which may be overwritten, to the result; such as a limit below the maximum."""


class Analysis:
    """A clip from which features are computed.

    Parameters
    ----------
    signal : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono samples, prepared, ``n > 0``; those of a long recording are on disk.
    sample_rate : int > 0
        In Hz.
    hop_length : int > 0
        From one frame to the next, in samples.
    reductions : iterable of Reduction
        What will be asked of `reduced`. There is one pass for each distinct spectrum.

    Attributes
    ----------
    signal, sample_rate, hop_length
        As above. What works on a stretch at a time, as `framing.frames` does, takes `signal`.
    num_frames : int > 0
        Frames at that hop length, ``1 + n // hop_length``.

    Examples
    --------
    >>> energy = Reduction(
    ...     Spectrum(n_fft=16, win_length=16, window="boxcar"), shape=(), dtype=np.float32,
    ...     of_chunk=lambda power: power.sum(axis=1),
    ... )
    >>> clip = Analysis(np.ones(32, dtype=np.float32), sample_rate=16, hop_length=16, reductions=[energy])
    >>> clip.num_frames, clip.reduced(energy)[1]
    (3, np.float32(256.0))
    """

    def __init__(
        self, signal: Signal, sample_rate: int, hop_length: int, reductions: Iterable[Reduction] = ()
    ) -> None:
        self.signal = signal
        self.sample_rate = sample_rate
        self.hop_length = hop_length
        self.num_frames = 1 + len(signal) // hop_length
        self._reduced: dict[Reduction, Array] = {
            reduction: np.empty((self.num_frames, *reduction.shape), reduction.dtype) for reduction in reductions
        }
        passes: dict[Spectrum, list[tuple[Reduction, Array]]] = {}
        for reduction, kept in self._reduced.items():
            passes.setdefault(reduction.spectrum, []).append((reduction, kept))
        for spectrum, wanted in passes.items():
            for which, power in power_spectra(signal, padded_window(spectrum), hop_length):
                for reduction, kept in wanted:
                    kept[which] = reduction.of_chunk(power)
        for reduction, kept in self._reduced.items():
            self._reduced[reduction] = reduction.of_clip(kept)

    @property
    def samples(self) -> Float32:
        """All of `signal` as an array, for what needs it whole; read from disk each time where it is there."""
        return np.asarray(self.signal)

    def reduced(self, reduction: Reduction) -> Array:
        """Give what an announced reduction has made of the clip.

        Returns
        -------
        np.ndarray [shape=(num_frames, ...)]
            Shared by all who ask, so not to be altered.
        """
        return self._reduced[reduction]

    def keep(self, reductions: Iterable[Reduction]) -> None:
        """Let go of the results of all but some reductions: of hours, each takes a third of what the samples do."""
        wanted = set(reductions)
        self._reduced = {reduction: kept for reduction, kept in self._reduced.items() if reduction in wanted}
