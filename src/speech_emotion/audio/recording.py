"""What every decoder gives: a recording that is open for decoding, or why it cannot be."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from speech_emotion.core.errors import UserError

BLOCK = 1 << 16
"""Samples that are worked on at a time: few enough to stay in a processor's cache."""


class UnreadableAudio(UserError):
    """A file that is not audio, or is damaged."""


class NoAudioTrack(UnreadableAudio):
    """A sound container, such as a video, in which there is no sound."""


class NoDecoder(UnreadableAudio):
    """A file whose decoder is optional, and not installed."""


class Recording(Protocol):
    """An audio file that is open for decoding; made by `decoding.opened`."""

    sample_rate: int
    """In Hz."""
    channels: int
    """Number of channels; what is decoded is their mean."""
    lossless: bool
    """Whether its encoding gives back the very samples that went in."""

    def blocks(self) -> Iterator[np.ndarray]:
        """Decode the file piece by piece, once.

        Yields
        ------
        np.ndarray [shape=(n,), dtype=float32]
            The next `n <= BLOCK` samples, the mean over channels; full scale is 1, and a lossy decoder may go a little
            beyond. Overwritten by the next block.

        Raises
        ------
        UnreadableAudio
            If the file cannot be decoded, or ends before the length its header gives.
        """
