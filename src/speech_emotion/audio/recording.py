"""What every decoder gives: a recording that is open for decoding, or why it cannot be."""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from speech_emotion.core.errors import UserError

BLOCK = 1 << 16
"""Samples that are worked on at a time: few enough to stay in a processor's cache."""

LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000
"""Sample rates in Hz between which a header is believed: less carries no speech (telephones have 8,000), more no
converter gives. A rate of 1 Hz makes 40 hours, and 9 GB at 16 kHz, of a file of 288 kB."""
LONGEST = 4 * 3600.0
"""Longest recording that is read as a whole, in s. A lossless file of hours of silence takes a few kB, so the file's
size bounds nothing; this bounds what an hour takes in memory (docs/features.md). Read in pieces, any length will do."""


class UnreadableAudio(UserError):
    """A file that is not audio, or is damaged."""


class NoAudioTrack(UnreadableAudio):
    """A sound container, such as a video, in which there is no sound."""


class Implausible(UnreadableAudio):
    """A file that says what no recording of speech is: its sample rate or its length."""


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
    encoding: str
    """The encoding's name, in small letters, as its decoder has it."""

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


def is_special(path: Path) -> bool:
    """Tell whether something lies there that is no file: a pipe would be waited for, a device has no end.

    Examples
    --------
    >>> is_special(Path(".")), is_special(Path("no/such/file"))
    (True, False)
    """
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def require_plausible(path: Path | str, sample_rate: int, num_samples: float, longest: float = LONGEST) -> None:
    """Refuse what a header says before anything is made room for.

    Parameters
    ----------
    path : Path or str
        For the message.
    sample_rate : int
        In Hz.
    num_samples : float >= 0
        Announced, or decoded so far; per channel.
    longest : float > 0
        In s.

    Raises
    ------
    Implausible
        If the rate is outside of `LOWEST_RATE` to `HIGHEST_RATE`, or the recording is longer than `longest`.

    Examples
    --------
    >>> require_plausible("a.wav", 1, 144_000)
    Traceback (most recent call last):
    speech_emotion.audio.recording.Implausible: a.wav: says a sample rate of 1 Hz, which is not from 1000 to 768000
    """
    if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE:
        raise Implausible(f"{path}: says a sample rate of {sample_rate} Hz, which is not from {LOWEST_RATE} to "
                          f"{HIGHEST_RATE}")
    if num_samples / sample_rate > longest:
        raise Implausible(f"{path}: is longer than {longest / 3600:g} hours")


def plausible(
    path: Path | str, sample_rate: int, blocks: Iterable[np.ndarray], longest: float = LONGEST
) -> Iterator[np.ndarray]:
    """Pass a recording on as it is decoded, as long as `require_plausible` is content: not every header is right."""
    num_samples = 0
    for block in blocks:
        num_samples += len(block)
        require_plausible(path, sample_rate, num_samples, longest)
        yield block
