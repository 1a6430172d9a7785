"""Whether an audio file was cut short.

libsndfile reads a cut WAV, AIFF, AU or OGG without complaint, as if it were a shorter recording, and so does FFmpeg
with a cut WebM or AVI. So the length that the container announces is compared with the file's here. The sources are
those of `containers`, and Matroska (RFC 9559).
"""

import math
import re
from pathlib import Path
from typing import BinaryIO, Literal

from speech_emotion.audio.containers import HEAD, sniff

_STREAMED = 0x7FFF0000
"""Sizes from here on stand for "unknown": programs that write to a pipe cannot know, and put their largest."""
_OGG_TAIL = 65_307
"""Largest possible Ogg page in bytes (RFC 3533, section 6)."""
_END_OF_STREAM = 0x04
_SEGMENT = b"\x18\x53\x80\x67"
_W64_DATA = b"data" + bytes.fromhex("f3acd3118cd100c04f8edb8a")
_PACKETS, _PACKETS_HEAD = 1 << 24, 24
"""Bytes that a CAF's table of packets has at most (hundreds of hours), and those in front of the packets' sizes."""
_NIST_HEAD = 1 << 16
"""Bytes of a NIST header that are read at most; it is text of 1,024 bytes as a rule."""


def cut_short(path: Path | str) -> str | None:
    """Compare a file's length with what its container announces.

    Parameters
    ----------
    path : Path or str
        Any file; containers whose decoder notices by itself (FLAC) and those without a length (MP3, AMR, the WebM that
        a browser records) pass.

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
    path = path if isinstance(path, Path) else Path(path)  # which would be parsed once more
    with path.open("rb") as file:
        head = file.read(HEAD)
        container = sniff(head)
        size = file.seek(0, 2)
        match container:
            case "wav":
                return _chunks(file, size, b"data", "little" if head[:4] == b"RIFF" else "big")
            case "rf64":
                return _chunks(file, size, b"data", "little", _long_length(file, size))
            case "w64":
                return _w64(file, size)
            case "au":
                order: Literal["little", "big"] = "big" if head[:4] == b".snd" else "little"
                start, length = int.from_bytes(head[4:8], order), int.from_bytes(head[8:12], order)
                return None if length >= _STREAMED else _early(start, length, size)
            case "caf":
                return _caf(file, size)
            case "nist":
                return _nist(file, size)
            case "aiff":
                return _chunks(file, size, b"SSND", "big")
            case "ogg":
                file.seek(max(0, size - _OGG_TAIL))
                return _last_page(file.read())
            case "avi":
                length = int.from_bytes(head[4:8], "little")
                return None if length >= _STREAMED else _early(8, length, size)
            case "mp4":
                return _boxes(file, size)
            case "asf":
                return _objects(file, size)
            case "matroska":
                return _segment(file, size)
        return None


def _early(start: int, length: int, size: int) -> str | None:
    """Say by how much a part of `length` bytes at `start` goes beyond the file's end."""
    missing = start + length - size
    return f"ends {missing} of {length} bytes early" if missing > 0 else None


def _chunks(file: BinaryIO, size: int, wanted: bytes, order: Literal["little", "big"],
            otherwise: int | None = None) -> str | None:
    """Look the wanted chunk up; `otherwise` is its length if the chunk says it is unknown."""
    position = HEAD
    while position + 8 <= size:
        file.seek(position)
        name, length = file.read(4), int.from_bytes(file.read(4), order)
        position += 8
        if name == wanted:
            known = length if length < _STREAMED else otherwise
            return None if known is None else _early(position, known, size)
        position += length + length % 2
    return None


def _long_length(file: BinaryIO, size: int) -> int | None:
    """Length of the samples of an RF64 file, which stands in its chunk ds64, the first."""
    file.seek(HEAD)
    if file.read(4) != b"ds64":
        return None
    file.seek(HEAD + 16)
    length = int.from_bytes(file.read(8), "little")
    return length if length < 1 << 63 else None


def _w64(file: BinaryIO, size: int) -> str | None:
    position = 40  # behind two GUIDs and the file's own length
    while position + 24 <= size:
        file.seek(position)
        name, length = file.read(16), int.from_bytes(file.read(8), "little")
        if length < 24 or length >= 1 << 63:
            return None  # of a file that was written as it came
        if name == _W64_DATA:
            return _early(position, length, size)
        position += -(-length // 8) * 8
    return None


def _caf(file: BinaryIO, size: int) -> str | None:
    position = 8
    while position + 12 <= size:
        file.seek(position)
        name, length = file.read(4), int.from_bytes(file.read(8), "big", signed=True)
        position += 12
        if length < 0:  # -1 stands for "to the end of the file"
            return None
        if name in (b"data", b"pakt") and (early := _early(position, length, size)):
            return early
        if name == b"pakt" and (length > _PACKETS or not _is_table(file.read(length)[_PACKETS_HEAD:])):
            return "its table of packets is damaged"
        position += length
    return None


def _is_table(sizes: bytes) -> bool:
    """Whether these are numbers of at most four bytes, of which all but the last have their highest bit set."""
    return not re.search(rb"[\x80-\xff]{4}|[\x80-\xff]\Z", sizes)


def _nist(file: BinaryIO, size: int) -> str | None:
    file.seek(0)
    text = file.read(_NIST_HEAD)
    lines = text[: text.find(b"end_head")].split(b"\n") if b"end_head" in text else []
    said = {match[1]: int(match[2]) for line in lines
            if (match := re.fullmatch(rb"(\w+) -i (\d{1,15})\s*", line))}
    if len(lines) < 2 or not re.fullmatch(rb"\s*\d{1,6}\s*", lines[1]):
        return None
    sizes = (said.get(name, 0) for name in (b"sample_count", b"channel_count", b"sample_n_bytes"))
    return _early(int(lines[1]), math.prod(sizes), size)


def _boxes(file: BinaryIO, size: int) -> str | None:
    position = 0
    while position + 8 <= size:
        file.seek(position)
        length = int.from_bytes(file.read(4), "big")
        if length == 1:
            file.seek(position + 8)
            length = int.from_bytes(file.read(8), "big")
        if length < 8:  # 0 stands for "to the end of the file"
            return None if length == 0 else "a box of it has no length"
        if early := _early(position, length, size):
            return early
        position += length
    return None


def _objects(file: BinaryIO, size: int) -> str | None:
    position = 0
    while position + 24 <= size:
        file.seek(position + 16)
        length = int.from_bytes(file.read(8), "little")
        if length < 24:  # of a stream that was recorded as it came
            return None
        if early := _early(position, length, size):
            return early
        position += length
    return None


def _segment(file: BinaryIO, size: int) -> str | None:
    file.seek(4)
    header, _ = _ebml_length(file)
    file.seek(header, 1)
    if file.read(4) != _SEGMENT:
        return None
    length, unknown = _ebml_length(file)
    return None if unknown else _early(file.tell(), length, size)


def _ebml_length(file: BinaryIO) -> tuple[int, bool]:
    """Read a length of 1 to 8 bytes, and whether it is the largest, which stands for "unknown" (RFC 8794, 6.2)."""
    first = file.read(1) or b"\0"
    further = 8 - first[0].bit_length()
    length = int.from_bytes(first + file.read(further), "big") & ((1 << 7 * (further + 1)) - 1)
    return length, length == (1 << 7 * (further + 1)) - 1


def _last_page(tail: bytes) -> str | None:
    start = tail.rfind(b"OggS")
    if start < 0 or len(tail) < start + 27:
        return "ends within a page"
    segments = tail[start + 26]
    table = tail[start + 27 : start + 27 + segments]
    if len(table) < segments or len(tail) < start + 27 + segments + sum(table):
        return "ends within a page"
    return None if tail[start + 5] & _END_OF_STREAM else "ends before the last page"
