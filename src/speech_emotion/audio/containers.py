"""Audio containers: which one a file is by its first bytes, and whether it was cut short.

libsndfile reads a cut WAV, AIFF or OGG without complaint, as if it were a shorter recording, and so does FFmpeg with a
cut WebM or AVI. So the length that the container announces is compared with the file's here.

Sources: WAVE and RIFF (Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0), AIFF 1.3 and
AIFF-C (Apple), Ogg (RFC 3533), ISO base media file format (ISO/IEC 14496-12), EBML (RFC 8794), Matroska (RFC 9559),
ADTS (ISO/IEC 13818-7), AMR (RFC 4867), ASF (Microsoft, Advanced Systems Format Specification 1.20), FLV (Adobe, Video
File Format Specification 10.1).
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
_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa")
"""How the GUID of an ASF file's first object begins."""

ForFFmpeg = Literal["mp4", "matroska", "asf", "adts", "amr", "avi", "flv"]
"""Containers that libsndfile does not read: mp4 (M4A, MOV and 3GP too), matroska (WebM), asf (WMA), adts (bare AAC)."""
Container = Literal["wav", "aiff", "flac", "ogg", "mp3", ForFFmpeg]
"""Containers that are told apart by how they begin."""


def sniff(head: bytes) -> Container | None:
    """Name the container that begins with `head`, the first `HEAD` bytes of a file; None if it is no known audio.

    An MP3 is known by its ID3 tag alone: its bare frames look like too much else. Bare AAC has more to go by: more
    than a dozen bits of its header have values that are fixed.

    Examples
    --------
    >>> sniff(b"fLaC" + bytes(8))
    'flac'
    >>> sniff(bytes(4) + b"ftypM4A ")
    'mp4'
    """
    if head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] == b"ftyp":
        return "mp4"
    if head[:HEAD] == _ASF:
        return "asf"
    if _is_adts(head):
        return "adts"
    return next((container for begins, container in _BEGINNINGS.items() if head.startswith(begins)), None)


def for_ffmpeg(path: Path | str) -> ForFFmpeg | None:
    r"""Name a file's container if libsndfile does not read it and FFmpeg does.

    Parameters
    ----------
    path : Path or str
        Any file.

    Returns
    -------
    str or None
        None also if the file cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "a.amr").write_bytes(b"#!AMR\n" + bytes(32))
    ...     for_ffmpeg(Path(folder, "a.amr"))
    'amr'
    """
    try:
        with Path(path).open("rb") as file:
            container = sniff(file.read(HEAD))
    except OSError:
        return None
    match container:
        case "mp4" | "matroska" | "asf" | "adts" | "amr" | "avi" | "flv":
            return container
    return None


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
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
        container = sniff(head)
        size = file.seek(0, 2)
        match container:
            case "wav" if head[:4] != b"RF64":
                return _chunks(file, size, b"data", "little" if head[:4] == b"RIFF" else "big")
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


def _chunks(file: BinaryIO, size: int, wanted: bytes, order: Literal["little", "big"]) -> str | None:
    position = HEAD
    while position + 8 <= size:
        file.seek(position)
        name, length = file.read(4), int.from_bytes(file.read(4), order)
        position += 8
        if name == wanted:
            return None if length >= _STREAMED else _early(position, length, size)
        position += length + length % 2
    return None


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


def _is_adts(head: bytes) -> bool:
    if len(head) < HEAD or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:  # all sync bits, and a layer of 0
        return False
    rate, length = head[2] >> 2 & 0xF, (head[3] & 0x3) << 11 | head[4] << 3 | head[5] >> 5
    return rate < 13 and length > 7 and not head[3] & 0xC


_BEGINNINGS: dict[bytes, Container] = {
    b"fLaC": "flac",
    b"OggS": "ogg",
    b"ID3": "mp3",
    _EBML: "matroska",
    b"#!AMR": "amr",
    b"FLV\x01": "flv",
}
