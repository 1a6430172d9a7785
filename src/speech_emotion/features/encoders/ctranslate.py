"""CTranslate2's file of weights, as far as it takes to leave layers out of it.

The format (version 6, as ``ctranslate2.specs.ModelSpec`` writes it; numbers are little-endian): version u32, name
and revision u32 of the specification; number of variables u32, and of each its name, rank u8, dimensions u32, type u8,
length u32 and bytes; number of aliases u32, and of each two names. A name is its length u16 and its bytes, with a 0 at
the end.
"""

import re
import struct
from collections.abc import Callable

VERSION = 6
_ENCODER_LAYER = re.compile(r"encoder/layer_(\d+)/")
_DECODER_LAYER = re.compile(r"decoder/layer_(\d+)/")


def encoder_up_to(content: bytes, layers: int) -> bytes:
    """Give a Whisper model whose encoder ends after some layers, and whose decoder has but one.

    Parameters
    ----------
    content : bytes
        Of ``model.bin``.
    layers : int > 0
        Layers of the encoder that stay.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If it is no such file, or is damaged.
    """
    def stays(name: str) -> bool:
        for pattern, most in ((_ENCODER_LAYER, layers), (_DECODER_LAYER, 1)):
            if match := pattern.match(name):
                return int(match[1]) < most
        return True

    return _filtered(content, stays)


def num_encoder_layers(content: bytes) -> int:
    """Count the layers of the encoder; raises as `encoder_up_to` does."""
    found: set[int] = set()

    def note(name: str) -> bool:
        if match := _ENCODER_LAYER.match(name):
            found.add(int(match[1]))
        return False

    _filtered(content, note)
    return len(found)


def _filtered(content: bytes, stays: Callable[[str], bool]) -> bytes:
    try:
        return _parts(memoryview(content), stays)
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise ValueError("it ends early, or is of another format") from error


def _parts(content: memoryview, stays: Callable[[str], bool]) -> bytes:
    at = 0

    def number(kind: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from(f"<{kind}", content, at)
        at += struct.calcsize(f"<{kind}")
        return int(value)

    def text() -> str:
        nonlocal at
        length = number("H")
        name = bytes(content[at : at + length]).rstrip(b"\0").decode()
        at += length
        return name

    def skip(count: int) -> None:
        nonlocal at
        at += count

    if (version := number("I")) != VERSION:
        raise ValueError(f"it has version {version} of CTranslate2's format, and {VERSION} is read")
    if (name := text()) != "WhisperSpec":
        raise ValueError(f"it is a {name[:50]!r}, and WhisperSpec is read")
    number("I")
    parts = [bytes(content[:at])]
    for is_variable in (True, False):
        kept: list[memoryview] = []
        for _ in range(number("I")):
            first = at
            name = text()
            if is_variable:
                skip(4 * number("B"))
                number("B")
                skip(number("I"))
            else:
                text()
            if at > len(content):
                raise ValueError("it ends early")
            if stays(name):
                kept.append(content[first:at])
        parts += [struct.pack("<I", len(kept)), *map(bytes, kept)]
    return b"".join(parts)
