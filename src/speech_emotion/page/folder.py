"""Write a page's folder."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing
from speech_emotion.page.description import FORMAT_KEY, about
from speech_emotion.portable.card import Card
from speech_emotion.portable.model import Model

WEB = Path(__file__).parent / "web"
"""The page itself: its document, style and modules."""
MODEL = "model/model.onnx"
"""Address of the model in a page's folder."""
ABOUT = "model/model.json"
"""Address of what the page must know of the model."""
CARD = "model/card.txt"
"""Address of the model card: as plain text, which every browser shows."""
RUNTIME = {"dist/ort.wasm.bundle.min.mjs": "runtime/ort.js",
           "dist/ort-wasm-simd-threaded.wasm": "runtime/ort-wasm-simd-threaded.wasm"}
"""Addresses of the runtime's files. Not every host knows what type a file named .mjs has."""


@dataclass(frozen=True)
class Written:
    """What has been written.

    Attributes
    ----------
    folder : Path
        The page's folder.
    num_bytes : int
        Size of all that is in it.
    card : Card
        What the model says of itself.
    """

    folder: Path
    num_bytes: int
    card: Card


def write(model: Path, output: Path, runtime: Mapping[str, bytes], *, card: str | None = None) -> Written:
    """Write a page's folder: the page, the model, and what runs it.

    Parameters
    ----------
    model : Path
        File of an exported model.
    output : Path
        The folder to write. One that holds a page is replaced.
    runtime : mapping from str to bytes
        What `runtime.files` gave.
    card : str or None
        Text of the model card, if there is one.

    Returns
    -------
    Written

    Raises
    ------
    UserError
        If there is no such model, it is none, or the folder holds something else.
    """
    _require_own(output)
    exported = Model(model)
    content = model.read_bytes()
    contents = {path.name: path.read_bytes() for path in sorted(WEB.iterdir())}
    contents |= {address: runtime[name] for name, address in RUNTIME.items()}
    contents[MODEL] = content
    if card is not None:
        contents[CARD] = card.encode()
    sizes = {address: len(contents[address]) for address in (MODEL, *RUNTIME.values())}
    document = about(exported.card, sizes, has_card=card is not None)
    contents[ABOUT] = (json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n").encode()
    with replacing(output, directory=True) as temporary:
        for address, each in contents.items():
            path = temporary / PurePosixPath(address)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(each)
    return Written(output, sum(map(len, contents.values())), exported.card)


def _require_own(folder: Path) -> None:
    """Refuse to replace what is no page."""
    if not os.path.lexists(folder) or (folder.is_dir() and not any(folder.iterdir())):
        return
    try:
        if folder.is_dir() and FORMAT_KEY in json.loads((folder / ABOUT).read_text(encoding="utf-8")):
            return
    except (OSError, ValueError, TypeError):
        pass
    raise UserError(f"{folder}: is there already, and no page of this command; name another folder (--output)")
