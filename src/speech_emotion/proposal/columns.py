"""Which column of a table names the audio, and from which folder its paths start."""

import os
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.corpora.own.table import EXTENSIONS, read

_ENOUGH = 0.5
"""Share of a column's values that have to be files for it to name the audio."""


@dataclass(frozen=True)
class Paths:
    """A column that names audio."""

    column: str
    audio: str
    """Folder that its paths start from, relative to the table's; "" for the table's own, and for absolute paths."""
    share: float
    """Of the rows, whose file is there."""


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    """Give all values as text without blanks around it, "" where there is none, and columns by their names as text."""
    text: pd.DataFrame = table.astype(object).where(table.notna(), "").astype(str)
    text = text.apply(lambda values: values.str.strip())
    text.columns = pd.Index([str(column) for column in table.columns])
    return text


def find_paths(rows: pd.DataFrame, folder: Path, files: Sequence[PurePosixPath]) -> Paths | None:
    """Find the column that names audio.

    Parameters
    ----------
    rows : pd.DataFrame
        As `as_text` gives it.
    folder : Path
        The table's.
    files : sequence of PurePosixPath
        Audio below it, relative to it.

    Returns
    -------
    Paths or None
        That with the most files; None if no column has any to speak of.

    Examples
    --------
    >>> rows = pd.DataFrame({"clip": ["1.wav", "2.wav"], "mood": ["HAPPY", "sad"]})
    >>> find_paths(rows, Path("calls"), [PurePosixPath("wav/1.wav"), PurePosixPath("wav/2.wav")])
    Paths(column='clip', audio='wav', share=1.0)
    """
    by_name: dict[str, list[PurePosixPath]] = defaultdict(list)
    for file in files:
        by_name[file.name].append(file)
    found = [_paths(str(column), rows[column], folder, by_name) for column in rows]
    best = max(found, key=lambda paths: paths.share)
    return best if best.share >= _ENOUGH else None


def find_table(folder: Path, files: Sequence[PurePosixPath]) -> Path | None:
    """Find a table in a folder, or one level below, that names the folder's audio; that with the most files of them."""
    tables = sorted(path for pattern in ("*", "*/*") for path in folder.glob(pattern)
                    if path.suffix.lower() in EXTENSIONS and path.is_file())
    best: tuple[float, Path | None] = (0.0, None)
    for table in tables:
        try:
            rows = as_text(read(table))
        except UserError:  # some other file that ends so
            continue
        inner = [PurePosixPath(os.path.relpath(folder / file, table.parent)) for file in files]
        paths = find_paths(rows, table.parent, inner) if len(rows) else None
        if paths and paths.share * len(rows) > best[0]:
            best = paths.share * len(rows), table
    return best[1]


def _paths(column: str, values: pd.Series, folder: Path, by_name: dict[str, list[PurePosixPath]]) -> Paths:
    written = [PurePosixPath(value.replace("\\", "/")) for value in values if value]
    starts: Counter[str] = Counter()
    for path in written:
        if (folder / path).is_file():  # absolute paths too
            starts["."] += 1
            continue
        for file in by_name.get(path.name, ()):
            # The table's path is the end of the file's; what comes before it is the folder.
            if file.parts[-len(path.parts):] == path.parts:
                starts[str(PurePosixPath(*file.parts[:-len(path.parts)]))] += 1
    if not starts:
        return Paths(column, "", 0.0)
    start, count = max(starts.items(), key=lambda each: (each[1], each[0] == "."))
    return Paths(column, "" if start == "." else start, count / len(values))
