"""Audio containers: which one a file is by its first bytes, and whether it was cut short.

libsndfile reads a cut WAV, AIFF or OGG without complaint, as if it were a shorter recording. So the length that the
container announces is compared with the file's here.

Sources: WAVE and RIFF (Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0), AIFF 1.3 and
AIFF-C (Apple), Ogg (RFC 3533).
"""

from pathlib import Path
from typing import BinaryIO, Literal

HEAD = 12
"""Bytes that `sniff` needs."""
_STREAMED = 0x7FFF0000
"""Sizes from here on stand for "unknown": programs that write to a pipe cannot know, and put their largest."""
_OGG_TAIL = 65_307
"""Largest possible Ogg page in bytes (RFC 3533, section 6)."""
_END_OF_STREAM = 0x04

Container = Literal["wav", "aiff", "flac", "ogg", "mp3"]
"""Containers that are told apart by how they begin."""


def sniff(head: bytes) -> Container | None:
    """Name the container that begins with `head`, the first `HEAD` bytes of a file; None if it is no known audio.

    An MP3 is known by its ID3 tag alone: its bare frames look like too much else.

    Examples
    --------
    >>> sniff(b"fLaC" + bytes(8))
    'flac'
    """
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    return "mp3" if head[:3] == b"ID3" else None


def cut_short(path: Path | str) -> str | None:
    """Compare a file's length with what its container announces.

    Parameters
    ----------
    path : Path or str
        Any file; containers whose decoder notices by itself (FLAC) and those without a length (MP3) pass.

    Returns
    -------
    str or None
        What is missing, for people; None if nothing is, or nothing is announced.

    Raises
    ------
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from speech_emotion.testing import write_clip
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clip = write_clip(Path(folder) / "a.wav", duration=0.5)
    ...     print(cut_short(clip))
    ...     written = clip.write_bytes(clip.read_bytes()[:9000])
    ...     print(cut_short(clip))
    None
    ends 7044 of 16000 bytes early
    """
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
        container = sniff(head)
        size = file.seek(0, 2)
        if container == "wav" and head[:4] != b"RF64":
            return _chunks(file, size, b"data", "little" if head[:4] == b"RIFF" else "big")
        if container == "aiff":
            return _chunks(file, size, b"SSND", "big")
        if container == "ogg":
            file.seek(max(0, size - _OGG_TAIL))
            return _last_page(file.read())
        return None


def _chunks(file: BinaryIO, size: int, wanted: bytes, order: Literal["little", "big"]) -> str | None:
    position = HEAD
    while position + 8 <= size:
        file.seek(position)
        name, length = file.read(4), int.from_bytes(file.read(4), order)
        position += 8
        if name == wanted:
            missing = position + length - size
            if missing <= 0 or length >= _STREAMED:
                return None
            return f"ends {missing} of {length} bytes early"
        position += length + length % 2
    return None


def _last_page(tail: bytes) -> str | None:
    start = tail.rfind(b"OggS")
    if start < 0 or len(tail) < start + 27:
        return "ends within a page"
    segments = tail[start + 26]
    table = tail[start + 27 : start + 27 + segments]
    if len(table) < segments or len(tail) < start + 27 + segments + sum(table):
        return "ends within a page"
    return None if tail[start + 5] & _END_OF_STREAM else "ends before the last page"
