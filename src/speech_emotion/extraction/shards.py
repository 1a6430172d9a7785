"""The files of which a cache consists, as every process that reads or writes one sees them."""

import io
import os
import time
import zipfile
import zlib
from pathlib import Path

RECIPE = "recipe.json"
"""File beside the shards of a folder that says what they hold, for people to read."""

ABANDONED_SECONDS = 24 * 3600.0
"""Age at which a shard that was never finished is rubbish."""

UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError,
              RuntimeError)
"""What reading an archive can raise: a damaged one, or one that cannot be read here and now."""


def is_damaged(shard: Path) -> bool:
    """Tell whether an archive's own checksums show damage.

    A file that cannot be read, by this user or at this moment (too many are open), is not thereby damaged.

    Examples
    --------
    >>> is_damaged(Path("no/such/shard.zip"))
    False
    """
    try:
        content = io.BytesIO(shard.read_bytes())  # whole, so that what is raised below is of the content alone
    except OSError:
        return False
    try:
        with zipfile.ZipFile(content) as archive:
            return archive.testzip() is not None
    except UNREADABLE:
        return True


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
    """Look at a file; None if another process has removed it, or its folder does not let one."""
    try:
        return path.stat()
    except (FileNotFoundError, PermissionError):
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
