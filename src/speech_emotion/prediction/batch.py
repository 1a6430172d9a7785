"""Predictions of many files as lines of JSON, as they come, and how an interrupted run goes on."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from speech_emotion.core import documents
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing
from speech_emotion.prediction.export import document
from speech_emotion.prediction.said import Predicted


def line(one: Predicted, labels: Sequence[str], model: str) -> str:
    r"""Write what is said of a file as a line of JSON.

    Parameters
    ----------
    one : Predicted
        What is said of it.
    labels : sequence of str
        The classes.
    model : str
        What `models.identity.digest` gives.

    Returns
    -------
    str
        An object with the keys file, label, probabilities (by label), not_judged, note, sha256 (of the file's bytes)
        and model, with null in place of what is missing; and a line's end.

    Examples
    --------
    >>> line(Predicted("a.wav", "d2a8", None, "silent", "not judged: silent"), ["fear"], "77f0")[:60]
    '{"file": "a.wav", "label": null, "probabilities": null, "not'
    """
    about = {**document(one, labels), "sha256": one.sha256, "model": model}
    return json.dumps(about, ensure_ascii=False, allow_nan=False) + "\n"


def resume(path: Path, model: str) -> dict[str, str]:
    """Say what an earlier run has written, and drop a last line that was cut off.

    Parameters
    ----------
    path : Path
        A file of `line`, or none yet.
    model : str
        What `models.identity.digest` gives.

    Returns
    -------
    dict from str to str
        By path, the SHA-256 of each file in it.

    Raises
    ------
    UserError
        If it was written by another model, or is something else.
    """
    if not path.exists():
        return {}
    done: dict[str, str] = {}
    whole = 0
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if not text.endswith(b"\n"):
                break
            written = _parsed(text, f"{path}, line {number}")
            if written["model"] != model:
                raise UserError(f"{path}: was written by another model ({written['model']}, and this is {model}); name "
                                "another file with --output")
            done[written["file"]] = written["sha256"]
            whole += len(text)
    if whole < path.stat().st_size:
        with path.open("r+b") as file:
            file.truncate(whole)
    return done


def without_repeats(path: Path) -> None:
    """Keep of each file that occurs twice, since it has changed, the last line."""
    last = {}
    with path.open("rb") as lines:
        for number, text in enumerate(lines):
            last[_parsed(text, f"{path}, line {number + 1}")["file"]] = number
    kept = set(last.values())
    if len(kept) <= number:
        with path.open("rb") as lines, replacing(path) as temporary, temporary.open("wb") as shorter:
            shorter.writelines(text for number, text in enumerate(lines) if number in kept)


def _parsed(text: bytes, where: str) -> dict[str, Any]:
    try:
        document = documents.parse(text)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not all(isinstance(document.get(key), str)
                                                 for key in ("file", "sha256", "model")):
        raise UserError(f"{where}: is no line of `ser predict --format jsonl`; name another file with --output")
    return document
