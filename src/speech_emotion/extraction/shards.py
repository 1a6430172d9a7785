"""The files of which a cache consists, as every process that reads or writes one sees them."""

import os
import time
import zipfile
import zlib
from pathlib import Path

RECIPE = "recipe.json"
"""File beside the shards of a folder that says what they hold, for people to read."""

ABANDONED_SECONDS = 24 * 3600.0
"""Age at which a shard that was never finished is rubbish."""

DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError)
"""What reading a damaged archive can raise."""


def shards(folder: Path) -> list[Path]:
    """List the finished shards of a folder; none if it cannot be read.

    Examples
    --------
    >>> shards(Path("no/such/folder"))
    []
    """
    try:
        return sorted(folder.glob("*.zip"))
    except OSError:
        return []


def stat(path: Path) -> os.stat_result | None:
    """Look at a file; None if another process has removed it."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def remove_abandoned(folder: Path) -> None:
    """Remove what a killed process was writing.

    Raises
    ------
    OSError
        If it cannot be removed.
    """
    for unfinished in folder.glob(".*.tmp"):
        if (found := stat(unfinished)) and time.time() - found.st_mtime > ABANDONED_SECONDS:
            unfinished.unlink(missing_ok=True)
