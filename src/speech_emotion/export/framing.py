"""Overlapping frames of a signal, as parts of a graph; see `features.framing`."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from speech_emotion.export.tensor import Tensor


@dataclass(frozen=True)
class Signal:
    """A signal of which features are computed.

    Attributes
    ----------
    samples : Tensor [shape=(n,), dtype=float32]
        Prepared.
    sample_rate, hop_length : int > 0
        In Hz, and in samples.
    num_frames : Tensor [shape=(), dtype=int64]
        ``1 + n // hop_length``.
    """

    samples: Tensor
    sample_rate: int
    hop_length: int
    num_frames: Tensor

    @classmethod
    def of(cls, samples: Tensor, sample_rate: int, hop_length: int) -> "Signal":
        """Take prepared samples."""
        return cls(samples, sample_rate, hop_length, samples.size(0) // hop_length + 1)

    def framed(self, start: int, length: int) -> Callable[[Tensor], Tensor]:
        """Prepare to cut frames out, with zeros beyond the ends.

        Parameters
        ----------
        start : int <= 0
            Where a frame begins, in samples from its centre.
        length : int > 0
            How long it is.

        Returns
        -------
        callable
            From the numbers of frames, int64 [m], to the frames, float32 [m, length].
        """
        hop = self.hop_length
        rows = -(-length // hop)
        # The signal as rows of a hop each: a frame is some rows one after another.
        padded = self.samples.pad((-start, (rows + 1) * hop))
        padded = padded.slice(0, 0, (self.num_frames + (rows - 1)) * hop).reshape(-1, hop)

        def frames(at: Tensor) -> Tensor:
            return padded.gather(at.reshape(-1, 1) + np.arange(rows)).reshape(-1, rows * hop).slice(1, 0, length)

        return frames
