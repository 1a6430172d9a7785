"""Audio that comes through a pipe: kept in a temporary file while it is needed, since decoding moves to and fro."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO

from speech_emotion.core.errors import UserError

_STANDARD_INPUT = ("-", "/dev/stdin")
_HINT = "pipe audio in, as in: cat some.wav | ser predict -"


def is_stream(path: Path) -> bool:
    """Whether a path stands for what comes through a pipe: "-" for standard input, or a named pipe."""
    return str(path) in _STANDARD_INPUT or path.is_fifo()


@contextmanager
def as_file(path: Path) -> Iterator[Path]:
    """Give a file that can be read to and fro and more than once.

    Parameters
    ----------
    path : Path
        A file, or a stream (see `is_stream`), which is read to its end.

    Yields
    ------
    Path
        `path` itself, or for a stream a temporary file with what came through it.

    Raises
    ------
    UserError
        If nothing came through it, or standard input is a terminal.

    Examples
    --------
    >>> import os
    >>> from tempfile import TemporaryDirectory
    >>> from threading import Thread
    >>> with TemporaryDirectory() as folder:
    ...     pipe = Path(folder, "pipe")
    ...     os.mkfifo(pipe)
    ...     Thread(target=pipe.write_bytes, args=[b"RIFF"]).start()
    ...     with as_file(pipe) as file:
    ...         print(file.read_bytes())
    b'RIFF'
    """
    if not is_stream(path):
        yield path
        return
    with NamedTemporaryFile() as kept:
        with _opened(path) as stream:
            shutil.copyfileobj(stream, kept)
        kept.flush()
        if not kept.tell():
            raise UserError(f"{path}: nothing came in; {_HINT}")
        yield Path(kept.name)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if str(path) not in _STANDARD_INPUT:
        with path.open("rb") as stream:
            yield stream
    elif sys.stdin is None:  # closed by the shell
        raise UserError(f"{path}: standard input is closed; {_HINT}")
    elif sys.stdin.isatty():
        raise UserError(f"{path}: standard input is a terminal; {_HINT}")
    else:
        yield sys.stdin.buffer
