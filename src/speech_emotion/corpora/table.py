"""A user's own clips, listed in a table that needs no description: its columns are named as this project's."""

from pathlib import Path, PurePosixPath
from typing import get_args

from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import Corpus, Parser
from speech_emotion.corpora.own.clips import remarks
from speech_emotion.corpora.own.described import from_description
from speech_emotion.corpora.own.table import REQUIRED
from speech_emotion.params.ingest import Attribute, Description

# Citation, licence, source: the user's.

# Naming scheme: none. Columns of the table: path (relative to the table's folder) and label; and, if there, those of
# `params.ingest.Attribute`.


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
        If no table is given, or it cannot be used; see `own.table.rows_by_path`.
    """
    return _described(root, file).make_parser(root)


def listed(root: Path, *, file: str = "") -> list[PurePosixPath]:
    """List the paths of all clips in the table, relative to the root."""
    corpus = _described(root, file)
    assert corpus.listed
    return corpus.listed(root)


def _described(root: Path, file: str) -> Corpus:
    if not file:
        raise UserError("the corpus 'table' needs ingest.table: a CSV, TSV or Parquet file below ingest.root, with the "
                        f"columns {', '.join(REQUIRED)} and, if known, "
                        f"{', '.join(name for name in get_args(Attribute) if name not in REQUIRED)}")
    return from_description("table", Description(table=file), root, PurePosixPath(), "ingest.table")


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
    folder=PurePosixPath(),
    remarks=lambda clips: remarks(clips, {}),
)
