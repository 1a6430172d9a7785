"""Any readable audio file as mono float32 samples at its own sample rate."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import soundfile

from speech_emotion.audio.containers import ForFFmpeg, for_ffmpeg
from speech_emotion.audio.recording import (
    BLOCK,
    LONGEST,
    NoDecoder,
    Recording,
    UnreadableAudio,
    is_special,
    plausible,
    require_plausible,
)
from speech_emotion.audio.truncation import cut_short

__all__ = ["BLOCK", "READ", "SoundFileRecording", "UnreadableAudio", "opened", "read"]

READ = 4 * BLOCK
"""Samples that are read at a time. More than a block, because soundfile seeks around each read."""
_FEW = 8
"""Channels up to which so many samples are read at a time; fewer of more channels, of which there may be 1,024."""
_BY_EXTENSION = ("RAW", "MP3")
"""What libsndfile takes a file for because it is called so; all else it knows by content."""
_TAKEN = frozenset({"WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "NIST", "FLAC", "OGG", "MP3"})
"""What is read of the formats that libsndfile knows: those of which a cut file can be told from a whole one. It takes
any text for RAW if it is called .gsm or .vox."""
_HEADERLESS = "headerless audio; convert it to WAV or FLAC"
_NOT_READ = "a format that is not read ({}); convert it to WAV or FLAC"
_UNKNOWN = 1 << 62
"""Numbers of samples from here on stand for "unknown", as of a FLAC that was written to a pipe."""


class SoundFileRecording:
    """A `Recording` that libsndfile decodes; made by `opened`.

    Parameters
    ----------
    path : Path or str
        For messages.
    file : soundfile.SoundFile
        The open file.
    longest : float > 0
        Length in s beyond which it is not decoded.
    """

    def __init__(self, path: Path | str, file: soundfile.SoundFile, longest: float = LONGEST) -> None:
        self.sample_rate: int = file.samplerate
        self.channels: int = file.channels
        subtype: str = file.subtype  # looked up anew each time
        self.lossless: bool = subtype.startswith(("PCM", "FLOAT", "DOUBLE", "ALAC"))
        self.encoding: str = subtype.lower()
        self._path = path
        self._file = file
        self._longest = longest

    def blocks(self) -> Iterator[np.ndarray]:
        """Decode the file piece by piece, once; see `Recording.blocks`.

        Equals ``soundfile.read(path, dtype="float32", always_2d=True)[0].mean(axis=1)``, cut into pieces.
        """
        announced = 0 if self._file.frames >= _UNKNOWN else self._file.frames
        decoded = 0
        for block in plausible(self._path, self.sample_rate, self._blocks(announced), self._longest):
            decoded += len(block)
            yield block
        if decoded < announced:
            raise UnreadableAudio(f"{self._path}: damaged audio (ends after {decoded} of {announced} samples)")

    def _blocks(self, announced: int) -> Iterator[np.ndarray]:
        # libsndfile takes three times as long to give floats as the 16-bit integers that such a file holds.
        integers = self.encoding == "pcm_16"
        at_once = READ if self.channels <= _FEW else READ * _FEW // self.channels
        if announced:  # room for a short clip, and one more, so that its end shows
            at_once = min(at_once, announced + 1)
        buffer = np.empty((at_once, self.channels), dtype=np.int16 if integers else np.float32)
        block = np.empty((min(BLOCK, at_once), self.channels), dtype=np.float32)
        while len(read := self._read(buffer)):
            for at in range(0, len(read), BLOCK):
                samples = read[at : at + BLOCK]
                if integers:
                    samples = np.multiply(samples, np.float32(1 / 0x8000), out=block[: len(samples)])
                yield samples[:, 0] if self.channels == 1 else samples.mean(axis=1)
            if len(read) < at_once:
                break

    def _read(self, buffer: np.ndarray) -> np.ndarray:
        try:
            read: np.ndarray = self._file.read(out=buffer)
        except soundfile.LibsndfileError as error:
            raise UnreadableAudio(f"{self._path}: damaged audio ({error.error_string})") from error
        return read


def opened(path: Path | str, longest: float = LONGEST) -> AbstractContextManager[Recording]:
    """Open an audio file.

    Parameters
    ----------
    path : Path or str
        A WAV, FLAC, AIFF, OGG, MP3 or other file that libsndfile reads, or one that FFmpeg decodes in its place (M4A,
        WebM, WMA and others; see `containers.ForFFmpeg`). The content decides, not the extension.
    longest : float > 0
        Length in s beyond which a recording is refused; infinity for who never holds a recording as a whole.

    Returns
    -------
    context manager of Recording
        Closes the file.

    Raises
    ------
    NoDecoder
        If FFmpeg is needed and not installed.
    Implausible
        If its header says a sample rate or a length that no recording of speech has.
    UnreadableAudio
        If it is no file, cannot be opened as audio, or was cut short.

    Examples
    --------
    >>> import tempfile
    >>> from speech_emotion.testing import write_clip
    >>> with tempfile.TemporaryDirectory() as folder, opened(write_clip(Path(folder) / "a.wav")) as recording:
    ...     print(recording.sample_rate, recording.channels, sum(len(block) for block in recording.blocks()))
    16000 1 8000
    """
    path = path if isinstance(path, Path) else Path(path)  # which would be parsed once more
    if is_special(path):
        raise UnreadableAudio(f"{path}: is no file")
    try:
        _refuse_what_is_printed(path)
        # As bytes where names are bytes: not every one is text.
        file = soundfile.SoundFile(os.fsencode(path) if os.name == "posix" else path)
    except OSError as error:
        raise _unreadable(path, error) from error
    except (soundfile.LibsndfileError, TypeError) as error:
        if container := for_ffmpeg(path):
            return _by_ffmpeg(path, container, longest)
        raise _unreadable(path, error) from error
    kind = file.format
    if kind in _BY_EXTENSION and (container := for_ffmpeg(path)):
        file.close()
        return _by_ffmpeg(path, container, longest)
    try:
        _require_sound(path, file, kind, longest)
    except UnreadableAudio:
        file.close()
        raise
    return _by_libsndfile(path, file, longest)


def read(path: Path | str) -> tuple[np.ndarray, int]:
    """Decode a whole file at its own sample rate.

    Returns
    -------
    samples : np.ndarray [shape=(n,), dtype=float32]
        The mean over channels; see `Recording.blocks`.
    sample_rate : int
        In Hz.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.

    Examples
    --------
    >>> import tempfile
    >>> from speech_emotion.testing import write_clip
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     samples, sample_rate = read(write_clip(Path(folder) / "a.flac", duration=0.5, channels=2))
    >>> samples.shape, samples.dtype, sample_rate
    ((8000,), dtype('float32'), 16000)
    """
    with opened(path) as recording:
        pieces = [block.copy() for block in recording.blocks()]
    if not pieces:
        raise UnreadableAudio(f"{path}: holds no samples")
    return (pieces[0] if len(pieces) == 1 else np.concatenate(pieces)), recording.sample_rate


@contextmanager
def _by_libsndfile(path: Path, file: soundfile.SoundFile, longest: float) -> Iterator[Recording]:
    with file:
        yield SoundFileRecording(path, file, longest)


def _by_ffmpeg(path: Path, container: ForFFmpeg, longest: float) -> AbstractContextManager[Recording]:
    try:
        # Only here: it is optional, and takes a tenth of a second to load.
        from speech_emotion.audio import ffmpeg
    except ImportError as error:
        raise NoDecoder(f"{path}: needs FFmpeg ({container}), which is not installed: "
                        "pip install 'speech-emotion[formats]'") from error
    if missing := cut_short(path):
        raise UnreadableAudio(f"{path}: damaged audio ({missing})")
    return ffmpeg.opened(path, container, longest)


def _refuse_what_is_printed(path: Path) -> None:
    """Refuse that of which libsndfile prints to standard output what is wrong, even while it opens it."""
    with path.open("rb", buffering=0) as file:
        head = file.read(4)
    if head[:2] == b"\xf0\x7e" and head[3:] == b"\x01":
        raise UnreadableAudio(f"{path}: {_NOT_READ.format('MIDI Sample Dump')}")
    if head == b"caff" and (missing := cut_short(path)):
        raise UnreadableAudio(f"{path}: damaged audio ({missing})")


def _require_sound(path: Path, file: soundfile.SoundFile, kind: str, longest: float) -> None:
    if kind == "RAW":
        raise UnreadableAudio(f"{path}: {_HEADERLESS}")
    if kind not in _TAKEN:
        raise UnreadableAudio(f"{path}: {_NOT_READ.format(file.format_info)}")
    require_plausible(path, file.samplerate, 0 if file.frames >= _UNKNOWN else file.frames, longest)
    if missing := cut_short(path):
        raise UnreadableAudio(f"{path}: damaged audio ({missing})")


def _unreadable(path: Path, error: Exception) -> UnreadableAudio:
    if isinstance(error, TypeError):  # a bare .raw extension asks for a format that only the user could know
        return UnreadableAudio(f"{path}: {_HEADERLESS}")
    if not path.is_file():
        return UnreadableAudio(f"{path}: there is no such file")
    if isinstance(error, OSError):
        return UnreadableAudio(f"{path}: cannot be read ({error.strerror})")
    return UnreadableAudio(f"{path}: not readable as audio ({getattr(error, 'error_string', error)})")
