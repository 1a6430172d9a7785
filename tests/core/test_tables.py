"""A table with its own checksum: the same bytes each time, readable by others, and no flipped bit passes."""

import subprocess
import sys
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from speech_emotion.core import documents, tables

TABLE = pyarrow.table({"name": ["a", "b", None], "count": pyarrow.array([1, 2, 3], pyarrow.int16())})
ABOUT = {b"about": b"toy"}


def test_it_comes_back_and_others_read_it(tmp_path: Path) -> None:
    tables.write(TABLE, tmp_path / "a.parquet", ABOUT)
    tables.write(TABLE, tmp_path / "b.parquet", ABOUT, compression="snappy")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    table = tables.read(tmp_path / "a.parquet")
    assert table.equals(TABLE)
    assert table.schema.metadata == ABOUT
    assert pyarrow.parquet.read_table(tmp_path / "a.parquet").equals(TABLE)


def test_no_threads_of_arrow_outlive_reading(tmp_path: Path) -> None:
    # About one in a hundred ends of the interpreter by Ctrl-C met those of its datasets, and aborted.
    tables.write(TABLE, tmp_path / "a.parquet", ABOUT)
    code = ("import sys; from speech_emotion.core import tables; from speech_emotion.corpora import emodb, published; "
            "tables.read(sys.argv[1]); published.files(emodb.CORPUS); assert 'pyarrow.dataset' not in sys.modules")
    subprocess.run([sys.executable, "-c", code, tmp_path / "a.parquet"], check=True)


def test_no_flipped_bit_passes(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    tables.write(TABLE, path, ABOUT)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :])
        with pytest.raises(tables.NoTable):
            tables.read(path)


def test_no_cut_passes(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    tables.write(TABLE, path, ABOUT)
    whole = path.read_bytes()
    for at in range(0, len(whole), 11):
        path.write_bytes(whole[:at])
        with pytest.raises(tables.NoTable):
            tables.read(path)


def test_a_checksum_among_the_values_is_not_taken_for_the_tables_own(tmp_path: Path) -> None:
    table = pyarrow.table({"a": [(tables._MARK + b"1" * 64).decode()]})
    tables.write(table, tmp_path / "t.parquet")
    assert tables.read(tmp_path / "t.parquet").equals(table)


def test_tables_of_other_programs_have_no_checksum(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(TABLE, tmp_path / "t.parquet")
    with pytest.raises(tables.NoTable, match="it has no checksum"):
        tables.read(tmp_path / "t.parquet")


@pytest.mark.parametrize("text", [
    "[" * 100_000, "[" * 40 + "]" * 40, '{"a": 1e999}', "-Infinity", '{"a": 1, "a": 2}', "9" * 5000, "", "{]",
    b"\xff\xfe{",
])
def test_json_that_is_none_is_an_error_of_value(text: str | bytes) -> None:
    with pytest.raises(ValueError):
        documents.parse(text)
