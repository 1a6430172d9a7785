"""Predictions of files as text: a table for people, CSV or JSON for programs."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from speech_emotion.prediction.said import Predicted

_DIGITS = 6


class Format(StrEnum):
    """How predictions are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    """A line for each file; see `batch` for those that are written as soon as a file is judged."""

    @classmethod
    def of(cls, path: Path | None) -> "Format":
        """Choose what a file's extension says; a table for any other.

        Examples
        --------
        >>> Format.of(Path("out.JSON")), Format.of(Path("out.txt")), Format.of(None)
        (<Format.JSON: 'json'>, <Format.TABLE: 'table'>, <Format.TABLE: 'table'>)
        """
        extension = path.suffix[1:].lower() if path else ""
        return cls(extension) if extension in set(cls) else cls.TABLE


def text(said: Sequence[Predicted], labels: Sequence[str], form: Format) -> str:
    """Write predictions out.

    Parameters
    ----------
    said : sequence of Predicted
        What is said of each file.
    labels : sequence of str
        The classes.
    form : Format
        How.

    Returns
    -------
    str
        Whole lines. CSV has the columns file, label, p_<label> for each label, not_judged and note, with nothing in
        place of what is missing. JSON is a list of objects with the keys file, label, probabilities (by label),
        not_judged and note, with null in place of it; lines of JSON are these objects. The table for people has no
        column not_judged, whose note says the same, and a column note only if there is any.

    Examples
    --------
    >>> import numpy as np
    >>> said = [Predicted("a.wav", "d2a8", np.array([0.25, 0.75])),
    ...         Predicted("b.wav", "77f0", None, "silent", "not judged: silent (digital silence)")]
    >>> print(text(said, ["anger", "fear"], Format.CSV), end="")
    file,label,p_anger,p_fear,not_judged,note
    a.wav,fear,0.250000,0.750000,,
    b.wav,,,,silent,not judged: silent (digital silence)
    >>> print(text(said, ["anger", "fear"], Format.TABLE), end="")
     file  label  p_anger  p_fear  note
    a.wav   fear    0.250   0.750
    b.wav      -        -       -  not judged: silent (digital silence)
    """
    match form:
        case Format.CSV:
            return _csv(said, labels)
        case Format.JSON:
            documents = [document(one, labels) for one in said]
            return json.dumps(documents, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        case Format.TABLE:
            return "".join(f"{line}\n" for line in _for_people(said, labels)) if said else ""
        case Format.JSONL:
            return "".join(json.dumps(document(one, labels), ensure_ascii=False, allow_nan=False) + "\n"
                           for one in said)


def document(one: Predicted, labels: Sequence[str]) -> dict[str, object]:
    """Give what is said of a file as plain data ready for JSON.

    Returns
    -------
    dict
        Keys file, label, probabilities (by label), not_judged and note, with None in place of what is missing.
    """
    said = one.probabilities
    return {"file": one.file, "label": one.label(labels),
            "probabilities": None if said is None else {
                label: round(float(p), _DIGITS) for label, p in zip(labels, said, strict=True)},
            "not_judged": one.not_judged, "note": one.note}


def _csv(said: Sequence[Predicted], labels: Sequence[str]) -> str:
    lines = io.StringIO()
    table = csv.writer(lines, lineterminator="\n")
    table.writerow(["file", "label", *(f"p_{label}" for label in labels), "not_judged", "note"])
    for one in said:
        table.writerow([one.file, one.label(labels) or "", *_numbers(one, labels, _DIGITS, ""), one.not_judged or "",
                        one.note or ""])
    return lines.getvalue()


def _numbers(one: Predicted, labels: Sequence[str], digits: int, missing: str) -> list[str]:
    return ([missing] * len(labels) if one.probabilities is None
            else [f"{number:.{digits}f}" for number in one.probabilities])


def _for_people(said: Sequence[Predicted], labels: Sequence[str]) -> Iterator[str]:
    rows = [["file", "label", *(f"p_{label}" for label in labels)],
            *([one.file, one.label(labels) or "-", *_numbers(one, labels, 3, "-")] for one in said)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    notes = ["note" if any(one.note for one in said) else "", *(one.note or "" for one in said)]
    for row, note in zip(rows, notes, strict=True):
        yield "  ".join([*(cell.rjust(width) for cell, width in zip(row, widths, strict=True)), note]).rstrip()
