"""Tables of clips: read whatever spreadsheets write, and say what each row's clip is."""

import csv
import os
from pathlib import Path, PurePosixPath
from typing import get_args

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import Clip
from speech_emotion.corpora.own.clips import make_clip
from speech_emotion.params.ingest import Attribute, Description

REQUIRED = ("path", "label")
EXTENSIONS = (".csv", ".tsv", ".tab", ".parquet")
"""Of tables that `read` takes."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How Excel's and OpenDocument's files begin."""


def rows_by_path(root: Path, folder: PurePosixPath, description: Description) -> dict[PurePosixPath, Clip]:
    r"""Say what the clips of a described table are.

    Parameters
    ----------
    root : Path
        Folder of the audio.
    folder : PurePosixPath
        The description's, relative to `root`.
    description : Description
        One with a `table`.

    Returns
    -------
    dict of PurePosixPath to Clip
        By path relative to `root`, and absolute for what does not lie below it.

    Raises
    ------
    UserError
        If the table is missing, unreadable, lacks a column, lists a path twice, or has a value that cannot be used;
        the message names table, row and column.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root:
    ...     _ = Path(root, "clips.tsv").write_text("file\tmood\na/1.wav\tHAPPY\n")
    ...     about = Description(table="clips.tsv", columns={"path": "file", "label": "mood"})
    ...     (path, clip), = rows_by_path(Path(root), PurePosixPath(), about).items()
    >>> path, clip.label, clip.native_label
    (PurePosixPath('a/1.wav'), 'happiness', 'HAPPY')
    """
    source = Path(root, folder, description.table or "")
    rows = read(source)
    columns = _columns(source, rows, description)
    audio = audio_folder(root, folder, description)
    clips: dict[PurePosixPath, Clip] = {}
    for number, row in enumerate(rows[list(columns.values())].to_dict("records"), start=1):
        said = {name: str(row[column]).strip() for name, column in columns.items() if not pd.isna(row[column])}
        where = f"{source}, row {number}"
        for name in REQUIRED:
            if not said.get(name):
                raise UserError(f"{where}: no {columns[name]}")
        written = said["path"].replace("\\", "/")
        path = below(root, audio / written)
        if path in clips:
            raise UserError(f"{where}: '{said['path']}' is listed a second time")
        try:
            clips[path] = make_clip(said, written, description)
        except ValueError as error:
            raise UserError(f"{where}, '{said['path']}': {error}") from error
    return clips


def audio_folder(root: Path, folder: PurePosixPath, description: Description) -> Path:
    """Say where the paths of a described table or pattern begin."""
    base = Path(root, folder)
    return base / description.audio if description.audio or not description.table else (
        base / description.table).parent


def below(root: Path, path: Path) -> PurePosixPath:
    """Give a path relative to the root if it lies below it, else absolute; nothing has to be there.

    Examples
    --------
    >>> below(Path("/data"), Path("/data/ann/../bob/1.wav")), below(Path("/data"), Path("/other/1.wav"))
    (PurePosixPath('bob/1.wav'), PurePosixPath('/other/1.wav'))
    """
    absolute, around = (Path(os.path.normpath(Path.cwd() / each)) for each in (path, root))
    if absolute.is_relative_to(around):
        return PurePosixPath(absolute.relative_to(around).as_posix())
    # One of the two may be written by way of a link.
    real, around = absolute.resolve(), around.resolve()
    if real.is_relative_to(around):
        return PurePosixPath(real.relative_to(around).as_posix())
    return PurePosixPath(absolute.as_posix())


def read(source: Path) -> pd.DataFrame:
    """Read a table: comma, semicolon or tab, or Parquet; all values of a text file as text.

    Parameters
    ----------
    source : Path
        The file.

    Returns
    -------
    pd.DataFrame

    Raises
    ------
    UserError
        If it is missing or no such table; the message says what to do.
    """
    try:
        if source.suffix.lower() == ".parquet":
            return pd.read_parquet(source)
        with source.open("rb") as file:
            if file.read(4) in _WORKBOOKS:
                raise UserError(f"{source}: is a spreadsheet program's own file; save it as CSV (in UTF-8) or TSV, and "
                                "name that")
        return _read_text(source)
    except FileNotFoundError as error:
        raise UserError(f"{source}: there is no such table") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{source}: is no text in UTF-8; save the table as CSV in UTF-8") from error
    except (ValueError, OSError, csv.Error) as error:
        raise UserError(f"{source}: cannot be read as a table ({str(error).strip()})") from error


def _read_text(source: Path) -> pd.DataFrame:
    """Read all as text: a speaker "01" is not the number 1, and a label "None" or "null" is one."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        # Spreadsheets differ in the separator they write.
        lines = [line for line in csv.reader(file, delimiter=max(",;\t", key=first.count), strict=True) if any(line)]
    if not lines:
        raise ValueError("it is empty")
    header, *rows = lines
    while not header[-1]:  # of columns that were emptied
        header.pop()
    for number, row in enumerate(rows, start=1):
        if any(row[len(header):]):
            raise UserError(f"{source}, row {number}: has {len(row)} values for {len(header)} columns; put a value "
                            "that holds a separator in double quotes")
    filled = [[value or None for value in row[: len(header)]] + [None] * (len(header) - len(row)) for row in rows]
    return pd.DataFrame(filled, columns=header, dtype=object)


def _columns(source: Path, rows: pd.DataFrame, description: Description) -> dict[str, str]:
    """From what is said about a clip to the column that says it."""
    there = [str(column) for column in rows.columns]
    rows.columns = pd.Index(there)
    columns: dict[str, str] = {name: name for name in (*REQUIRED, *get_args(Attribute))
                               if name in there or name in REQUIRED}
    if description.columns is not None:
        columns = {str(name): column for name, column in description.columns.items()}
    for name, column in columns.items():
        if column not in there:
            role = f" for the {name}" if column != name else ""
            raise UserError(f"{source}: the column '{column}'{role} is missing; it has {', '.join(there)}")
    return columns
