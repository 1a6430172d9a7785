"""Parquet files that carry the checksum of their own bytes.

Parquet's pages can have checksums, but its footer (types, lengths, statistics, metadata) has none: with a flipped bit
there a table is read, and is another. Here the footer's metadata holds the SHA-256 of the whole file, taken while zeros
stood in its place. Other programs read such a file as any other. The same table gives the same bytes.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speech_emotion.core.files import replacing

if TYPE_CHECKING:  # imported where needed: many processes import this package, and few read tables
    import pyarrow

_KEY = b"speech_emotion.checksum"
_MARK = b"sha256 of the file with zeros here: "
_DIGITS = 64


class NoTable(ValueError):
    """A file that is no Parquet table with a checksum, or is damaged."""


def write(
    table: "pyarrow.Table", path: Path | str, metadata: Mapping[bytes, bytes] | None = None, **options: Any
) -> None:
    """Write a table; no reader meets half a file.

    Parameters
    ----------
    table : pyarrow.Table
        Its own metadata are left out.
    path : Path or str
        The file to write or replace.
    metadata : mapping from bytes to bytes, optional
        What the file is to say of itself.
    **options
        For `pyarrow.parquet.write_table`, such as `compression`.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(pyarrow.table({"a": [1, 2]}), Path(folder, "t.parquet"), {b"format": b"1"})
    ...     table = read(Path(folder, "t.parquet"))
    >>> table["a"].to_pylist(), table.schema.metadata
    ([1, 2], {b'format': b'1'})
    """
    import pyarrow
    import pyarrow.parquet

    buffer = pyarrow.BufferOutputStream()
    about = {**(metadata or {}), _KEY: _MARK + b"0" * _DIGITS}
    pyarrow.parquet.write_table(table.replace_schema_metadata(about), buffer, **options)
    content = bytearray(buffer.getvalue())
    at = _place(content)
    content[at : at + _DIGITS] = hashlib.sha256(content).hexdigest().encode()
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def read(path: Path | str) -> "pyarrow.Table":
    """Read a table that `write` wrote.

    Returns
    -------
    pyarrow.Table
        With the metadata that it was given.

    Raises
    ------
    FileNotFoundError
        If it is not there.
    OSError
        If it cannot be read.
    NoTable
        If it is not what was written.
    """
    import pyarrow
    import pyarrow.parquet

    content = bytearray(Path(path).read_bytes())
    at = _place(content)
    found = bytes(content[at : at + _DIGITS])
    content[at : at + _DIGITS] = b"0" * _DIGITS
    if hashlib.sha256(content).hexdigest().encode() != found:
        raise NoTable("its checksum is wrong")
    try:
        # Not `read_table`: its threads may still let go of the bytes when Ctrl-C has ended the interpreter, and abort.
        table = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(pyarrow.py_buffer(content))).read()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise NoTable(str(error)) from error
    return table.replace_schema_metadata({
        key: value for key, value in (table.schema.metadata or {}).items() if key != _KEY
    })


def _place(content: bytearray) -> int:
    found = content.rfind(_MARK)  # the last: the footer ends the file
    if found < 0:
        raise NoTable("it has no checksum, as other programs' and older versions' tables have none")
    return found + len(_MARK)
