"""Audio containers: which one a file is by its first bytes.

Sources: WAVE and RIFF (Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0), RF64 (EBU Tech
3306), W64 (Sonic Foundry), AIFF 1.3 and AIFF-C (Apple), CAF (Apple, Core Audio Format Specification 1.0), AU (Sun),
SPHERE (NIST), Ogg (RFC 3533), ISO base media file format (ISO/IEC 14496-12), EBML (RFC 8794), ADTS (ISO/IEC 13818-7),
AMR (RFC 4867), ASF (Microsoft, Advanced Systems Format Specification 1.20), FLV (Adobe, Video File Format
Specification 10.1).
"""

from pathlib import Path
from typing import Literal

HEAD = 12
"""Bytes that `sniff` needs."""
W64_GUID = bytes.fromhex("726966662e91cf11a5d628db")
"""How the GUID of a W64 file begins, as far as `HEAD` goes."""
_EBML = b"\x1a\x45\xdf\xa3"
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa")
"""How the GUID of an ASF file's first object begins."""

ForFFmpeg = Literal["mp4", "matroska", "asf", "adts", "amr", "avi", "flv"]
"""Containers that libsndfile does not read: mp4 (M4A, MOV and 3GP too), matroska (WebM), asf (WMA), adts (bare AAC)."""
Container = Literal["wav", "rf64", "w64", "aiff", "au", "caf", "nist", "flac", "ogg", "mp3", ForFFmpeg]
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
        return "rf64" if head[:4] == b"RF64" else "wav"
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
    W64_GUID: "w64",
    b".snd": "au",
    b"dns.": "au",
    b"caff": "caf",
    b"NIST_1A\n": "nist",
}
