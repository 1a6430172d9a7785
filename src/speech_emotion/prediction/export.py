"""Predictions of files as text: a table for people, CSV or JSON for programs."""

import json
from enum import StrEnum
from pathlib import Path

import pandas as pd


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


def text(table: pd.DataFrame, form: Format) -> str:
    """Write predictions out.

    Parameters
    ----------
    table : pd.DataFrame
        As `predict_files` gives it.
    form : Format
        How.

    Returns
    -------
    str
        Whole lines. CSV has the table's columns, with nothing in place of what is missing. JSON is a list of objects
        with the keys file, label, probabilities (by label), not_judged and note, with null in place of it; lines of
        JSON are these objects. The table for people has no column not_judged, whose note says the same, and a column
        note only if there is any.

    Examples
    --------
    >>> table = pd.DataFrame({"file": ["a.wav", "b.wav"], "label": ["fear", None], "p_anger": [0.25, None],
    ...                       "p_fear": [0.75, None], "not_judged": [None, "silent"],
    ...                       "note": [None, "not judged: silent (digital silence)"]})
    >>> print(text(table, Format.CSV), end="")
    file,label,p_anger,p_fear,not_judged,note
    a.wav,fear,0.250000,0.750000,,
    b.wav,,,,silent,not judged: silent (digital silence)
    """
    match form:
        case Format.CSV:
            return table.to_csv(index=False, float_format="%.6f", lineterminator="\n")
        case Format.JSON:
            return json.dumps(_documents(table), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        case Format.TABLE:
            return _for_people(table)
        case Format.JSONL:
            return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in _documents(table))


def _documents(table: pd.DataFrame) -> list[dict[str, object]]:
    probabilities = table.filter(regex="^p_").rename(columns=lambda name: name[2:]).round(6).to_dict("records")
    words = table[["file", "label", "not_judged", "note"]].astype(object)
    return [
        {"file": row["file"], "label": row["label"], "probabilities": None if row["not_judged"] else numbers,
         "not_judged": row["not_judged"], "note": row["note"]}
        for row, numbers in zip(words.where(words.notna(), None).to_dict("records"), probabilities, strict=True)
    ]


def _for_people(table: pd.DataFrame) -> str:
    if table.empty:
        return ""
    shown = table.drop(columns="not_judged")
    notes = shown.pop("note")
    lines = shown.fillna({"label": "-"}).to_string(index=False, float_format="%.3f", na_rep="-").splitlines()
    if notes.notna().any():
        lines = [f"{line}  {note}".rstrip() for line, note in zip(lines, ["note", *notes.fillna("")], strict=True)]
    return "\n".join(lines) + "\n"
