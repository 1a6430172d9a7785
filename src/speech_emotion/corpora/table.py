"""A user's own clips, described by a table (CSV or Parquet)."""

from pathlib import Path, PurePosixPath

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import Clip, Corpus, Parser, Sex

# Citation, licence, source: the user's.

# Naming scheme: none. Columns of the table: path (relative to the table's folder) and label; and, if there,
REQUIRED = ("path", "label")
OPTIONAL = ("speaker", "sex", "age", "language", "statement", "intensity", "repetition")
UNKNOWN_SPEAKER = "unknown"
"""Speaker of every clip for which the table gives none: one for all, so that no split can take two of them apart."""
_SEXES: dict[str, Sex] = {"f": "female", "female": "female", "m": "male", "male": "male"}


def make_parser(root: Path, *, file: str = "") -> Parser:
    """Give the parser.

    Parameters
    ----------
    root : Path
        Folder of the audio.
    file : str
        The table, relative to `root`.

    Raises
    ------
    UserError
        If the table is missing, unreadable, lacks a required column, lists a path twice, or has a value that
        cannot be used; the message names table, row and column.
    """
    clips = _described(root, file)
    return lambda path: clips.get(PurePosixPath(*path.parts[1:]))


def listed(root: Path, *, file: str = "") -> list[PurePosixPath]:
    """List the paths, relative to the root, of all clips in the table."""
    return list(_described(root, file))


def _described(root: Path, file: str) -> dict[PurePosixPath, Clip]:
    if not file:
        raise UserError("the corpus 'table' needs ingest.table: a CSV or Parquet file below ingest.root, with the "
                        f"columns {', '.join(REQUIRED)} and, if known, {', '.join(OPTIONAL)}")
    source = root / file
    rows = _read(source)
    for column in REQUIRED:
        if column not in rows.columns:
            raise UserError(f"{source}: the column '{column}' is missing; it has {', '.join(map(str, rows.columns))}")
    clips: dict[PurePosixPath, Clip] = {}
    folder = PurePosixPath(file).parent
    for number, row in enumerate(rows.to_dict("records"), start=1):
        values = {str(key): str(value).strip() for key, value in row.items() if not pd.isna(value)}
        where = f"{source}, row {number}"
        for column in REQUIRED:
            if not values.get(column):
                raise UserError(f"{where}: no {column}")
        path = folder / values["path"].replace("\\", "/")
        if path.is_absolute() or ".." in path.parts:
            raise UserError(f"{where}: path '{values['path']}' leaves the folder; give it relative to the table")
        if path in clips:
            raise UserError(f"{where}: '{values['path']}' is listed a second time")
        sex = values.get("sex", "").lower()
        if sex and sex not in _SEXES:
            raise UserError(f"{where}: sex '{sex}' is none of female, male, f, m, empty")
        clips[path] = Clip(
            label=values["label"], native_label=values["label"],
            speaker=(values.get("speaker") or UNKNOWN_SPEAKER).lower(), sex=_SEXES.get(sex),
            age=_integer(values, "age", where), language=values.get("language"), statement=values.get("statement"),
            intensity=values.get("intensity"), repetition=_integer(values, "repetition", where),
        )
    return clips


def _integer(values: dict[str, str], column: str, where: str) -> int | None:
    if not values.get(column):
        return None
    try:
        return int(float(values[column]))
    except (ValueError, OverflowError) as error:
        raise UserError(f"{where}: {column} '{values[column]}' is not a number") from error


def _read(source: Path) -> pd.DataFrame:
    try:
        if source.suffix.lower() == ".parquet":
            return pd.read_parquet(source)
        # As text: a speaker "01" is not the number 1. Spreadsheets differ in the separator they write.
        with source.open(encoding="utf-8-sig") as file:
            header = file.readline()
        return pd.read_csv(source, dtype=str, sep=max(",;\t", key=header.count), encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"{source}: there is no such table; ingest.table is relative to ingest.root") from error
    except (ValueError, OSError, pd.errors.ParserError) as error:
        raise UserError(f"{source}: cannot be read as a table ({error})") from error


CORPUS = Corpus(
    name="table",
    title="Own clips in a table",
    citation="The user's own.",
    licence="the user's own",
    redistributable=False,
    how_to_get="write a CSV or Parquet file with the columns path, label, speaker",
    make_parser=make_parser,
    listed=listed,
    by_name=False,
)
