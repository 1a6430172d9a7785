"""What libsndfile does not read (AAC, WMA, AMR, the sound of videos), decoded by FFmpeg by way of PyAV.

PyAV is the optional extra `formats`; its wheels bring FFmpeg.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np

from speech_emotion.audio.containers import ForFFmpeg
from speech_emotion.audio.recording import (
    BLOCK,
    LONGEST,
    NoAudioTrack,
    UnreadableAudio,
    plausible,
    require_plausible,
)

_DEMUXERS: dict[ForFFmpeg, str] = {
    "mp4": "mov",
    "matroska": "matroska",
    "asf": "asf",
    "adts": "aac",
    "amr": "amr",
    "avi": "avi",
    "flv": "flv",
}
"""FFmpeg's names of the containers. It is not left to guess them: it takes many a file for audio."""
_ANNOUNCING = ("matroska", "asf")
"""Containers that announce a length in s, and whose damaged middle ends the decoding without an error."""
_MISSING = 0.5
"""Seconds by which a recording may be shorter than announced; encoders' own samples at both ends make a tenth."""


class FFmpegRecording:
    """A `Recording` that FFmpeg decodes; made by `opened`.

    Parameters
    ----------
    path : Path or str
        For messages.
    source : av.container.InputContainer
        The open file.
    stream : av.AudioStream
        Its track that is decoded.
    announced : float
        Its length in s, as far as the container announces it; else 0.
    longest : float > 0
        Length in s beyond which it is not decoded.
    """

    def __init__(self, path: Path | str, source: av.container.InputContainer, stream: av.AudioStream,
                 announced: float, longest: float = LONGEST) -> None:
        self.sample_rate: int = stream.rate
        self.channels: int = stream.channels
        self.lossless: bool = stream.codec_context.codec.lossless
        self.encoding: str = stream.codec_context.codec.canonical_name
        self._path = path
        self._source = source
        self._stream = stream
        self._announced = announced
        self._longest = longest

    def blocks(self) -> Iterator[np.ndarray]:
        """Decode the file piece by piece, once; see `Recording.blocks`."""
        pieces: list[np.ndarray] = []
        waiting = decoded = 0
        for piece in plausible(self._path, self.sample_rate, self._pieces(), self._longest):
            pieces.append(piece)
            waiting += len(piece)
            decoded += len(piece)
            while waiting >= BLOCK:
                samples = np.concatenate(pieces)
                yield samples[:BLOCK]
                pieces, waiting = [samples[BLOCK:]], waiting - BLOCK
        if waiting:
            yield np.concatenate(pieces)
        if (seconds := decoded / self.sample_rate) < self._announced - _MISSING:
            raise UnreadableAudio(f"{self._path}: damaged audio (ends after {seconds:.1f} of {self._announced:.1f} s)")

    def _pieces(self) -> Iterator[np.ndarray]:
        to_float = av.AudioResampler(format="fltp")  # other numbers for the same samples; the rate stays
        try:
            for frame in self._source.decode(self._stream):
                if (frame.sample_rate, frame.layout.nb_channels) != (self.sample_rate, self.channels):
                    raise UnreadableAudio(f"{self._path}: changes its sample rate or channels midway; convert it")
                if frame.is_corrupt:
                    raise UnreadableAudio(f"{self._path}: damaged audio (a frame is corrupt)")
                for converted in to_float.resample(frame):
                    yield converted.to_ndarray().mean(axis=0)
        except av.FFmpegError as error:
            raise UnreadableAudio(f"{self._path}: damaged audio ({error.strerror})") from error
        except IndexError as error:  # PyAV's, of a packet of a track that was not there when the file was opened
            raise UnreadableAudio(f"{self._path}: damaged audio (a track begins midway)") from error


@contextmanager
def opened(path: Path | str, container: ForFFmpeg, longest: float = LONGEST) -> Iterator[FFmpegRecording]:
    """Open a file that FFmpeg decodes.

    Parameters
    ----------
    path : Path or str
        A file; if it is a video, its sound is meant.
    container : str
        What `containers.sniff` says it is.
    longest : float > 0
        Length in s beyond which it is not decoded.

    Yields
    ------
    FFmpegRecording

    Raises
    ------
    NoAudioTrack
        If there is no sound in it.
    UnreadableAudio
        If it is damaged, or its encoding is unknown to FFmpeg.

    Examples
    --------
    >>> import tempfile
    >>> from speech_emotion.testing import write_encoded
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_encoded(Path(folder, "a.m4a"), np.zeros(8000, np.float32))
    ...     with opened(path, "mp4") as recording:
    ...         print(recording.sample_rate, recording.channels, recording.lossless)
    16000 1 False
    """
    # A file rather than its name, which FFmpeg would take for an address if it looked like one.
    with Path(path).open("rb") as file:
        try:
            source = av.open(file, "r", format=_DEMUXERS[container], metadata_errors="replace")
        except av.FFmpegError as error:
            raise UnreadableAudio(f"{path}: not readable as audio ({error.strerror})") from error
        with source:
            stream = source.streams.best("audio")
            if not isinstance(stream, av.AudioStream):
                raise NoAudioTrack(f"{path}: holds no audio track")
            if not getattr(stream, "codec_context", None):  # None for an encoding that FFmpeg does not know
                raise UnreadableAudio(f"{path}: its encoding is unknown to FFmpeg; convert it to WAV or FLAC")
            require_plausible(path, stream.rate, 0)
            stream.codec_context.thread_count = 1  # whoever reads many files reads several at a time
            # Of a video, the pictures' length may be meant.
            announces = container in _ANNOUNCING and len(source.streams) == 1
            announced = (source.duration or 0) / av.time_base if announces else 0.0
            yield FFmpegRecording(path, source, stream, announced, longest)
