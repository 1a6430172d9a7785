"""Wait for others, and say so."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout


@contextmanager
def alone(lock: Path, waiting: str) -> Iterator[None]:
    """Hold a lock, which ends with the process that holds it.

    Whoever holds it may remove the file: who waits for it, or comes later, then holds a new one (filelock looks whether
    the file that it has locked is still there).

    Parameters
    ----------
    lock : Path
        A file, made if need be, in a folder that is there.
    waiting : str
        Said on standard error if another process holds it.

    Raises
    ------
    OSError
        If it cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, alone(Path(folder, "lock"), "waiting for another run"):
    ...     pass
    """
    held = FileLock(lock)
    try:
        held.acquire(timeout=0)
    except Timeout:
        print(waiting, file=sys.stderr, flush=True)
        held.acquire()
    try:
        yield
    finally:
        held.release()
