"""Where an encoder lies, and the hash that it is pinned by."""

import hashlib
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from speech_emotion.core.errors import UserError

VARIABLE = "SER_ENCODER"
"""Environment variable with the encoders of trained models: their paths, or folders of them, with colons between."""

WEIGHTS = "model.bin"
"""In a folder of CTranslate2's format; the only file there that decides a number."""


def located(model: str, sha256: str, name: str) -> Path:
    """Find an encoder, and make sure that it is the one that is meant.

    Parameters
    ----------
    model : str
        Path of its folder or file; "" to look where `VARIABLE` points.
    sha256 : str
        `digest` of the one that is meant.
    name : str
        What it is called, for messages.

    Returns
    -------
    Path

    Raises
    ------
    UserError
        If it is not there, or is another one.
    """
    if model:
        if (found := digest(Path(model))) != sha256:
            raise UserError(f"{model}: this is not the encoder {name} with SHA-256 {sha256}, but one with {found}; "
                            "name the right one (extract_mfcc.features.encoder.model), or set sha256 to this one's")
        return Path(model)
    places = [Path(place) for place in os.environ.get(VARIABLE, "").split(os.pathsep) if place]
    for candidate in _candidates(places):
        if digest(candidate) == sha256:
            return candidate
    raise UserError(f"the encoder {name} with SHA-256 {sha256} is needed, and "
                    + (f"is not in {', '.join(map(str, places))}" if places else f"{VARIABLE} does not say where it is")
                    + f"; let {VARIABLE} name its folder or file")


def digest(model: Path) -> str:
    """Hash of what decides an encoder's numbers: the SHA-256 of one file, which ``sha256sum`` gives too.

    Parameters
    ----------
    model : Path
        A folder with a ``model.bin`` of CTranslate2, an ONNX file, or a folder with one. Of an ONNX file whose weights
        lie in files beside it, the hash is of all their hashes.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    UserError
        If it is neither.
    """
    files = [weights(model)]
    if files[0].suffix == ".onnx":
        files += sorted(path for path in files[0].parent.iterdir() if path.name.startswith(files[0].name + "_")
                        or path.name == files[0].name + ".data")
    digests = [_of_file(path, *_state(path)) for path in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("\n".join(digests).encode()).hexdigest()


def weights(model: Path) -> Path:
    """Give the file that tells the format of an encoder; raises as `digest` does."""
    if model.is_file():
        if model.suffix == ".onnx":
            return model
        if model.name == WEIGHTS:
            return model
    elif (model / WEIGHTS).is_file():
        return model / WEIGHTS
    elif len(files := sorted(model.glob("*.onnx"))) == 1:
        return files[0]
    if not model.exists():
        raise UserError(f"{model}: there is no encoder here; docs/encoders.md says where to get one")
    raise UserError(f"{model}: this is no encoder that can be read: neither a Whisper model in CTranslate2's format (a "
                    f"folder with {WEIGHTS}) nor an ONNX file (.onnx), nor a folder with just one")


def _candidates(places: list[Path]) -> Iterator[Path]:
    for place in places:
        inside = sorted(place.iterdir()) if place.is_dir() else []
        for candidate in (place, *inside):
            try:
                weights(candidate)
            except UserError:
                continue
            yield candidate


def _state(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_size, about.st_mtime_ns


@lru_cache(maxsize=64)
def _of_file(path: Path, _size: int, _changed: int) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UserError(f"{path}: this part of an encoder cannot be read ({error.strerror or error})") from error
