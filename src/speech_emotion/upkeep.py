"""Look at the caches of features and of trained networks, and bound their size."""

import json
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from speech_emotion.extraction.shards import RECIPE, UNREADABLE, remove_abandoned, shards, stat
from speech_emotion.training import memo


@dataclass(frozen=True)
class Part:
    """One combination of recipe, code and libraries in a cache."""

    folder: Path
    recipe: dict[str, object]
    """Of the features that it holds; empty if unknown."""
    num_clips: int
    """Number of clips, each view of a clip counted as one."""
    size: int
    """Of its shards, in bytes."""
    last_used: float
    """When features were last taken from it or added, in seconds since the epoch."""


def parts(root: Path) -> list[Part]:
    """List what a cache holds, the most recently used first.

    Parameters
    ----------
    root : Path
        Folder of the cache.

    Examples
    --------
    >>> parts(Path("no/such/folder"))
    []
    """
    found = []
    for folder in _folders(root):
        files, num_clips = shards(folder), 0
        for shard in files:
            try:
                with zipfile.ZipFile(shard) as archive:
                    num_clips += len(archive.namelist())
            except UNREADABLE:
                continue
        stats = [about for shard in files if (about := stat(shard))]
        try:
            recipe = json.loads((folder / RECIPE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            recipe = {}
        size, last_used = sum(about.st_size for about in stats), max((about.st_mtime for about in stats), default=0.0)
        found.append(Part(folder, recipe, num_clips, size, last_used))
    return sorted(found, key=lambda part: -part.last_used)


@dataclass(frozen=True)
class Pruned:
    """What `prune` did."""

    removed: int
    """In bytes."""
    kept: int
    """In bytes, with what could not be removed."""
    refused: list[tuple[Path, str]]
    """What could not be removed, and why."""


def prune(
    root: Path, networks: Path, *, max_bytes: int | None = None, unused_seconds: float | None = None
) -> Pruned:
    """Remove shards and networks: those unused for long, then the least recently used until the rest is small enough.

    Parameters
    ----------
    root : Path
        Folder of the cache of features.
    networks : Path
        Folder of the memo of trained networks.
    max_bytes : int >= 0 or None
        Size to keep to, of both together; None for any size.
    unused_seconds : float >= 0 or None
        Time without use after which something goes; None for never.

    Returns
    -------
    Pruned
        What may not be removed, such as a colleague's in a shared folder, stays, and the rest is gone through.

    Examples
    --------
    >>> prune(Path("no/such/folder"), Path("nor/this"), max_bytes=0)
    Pruned(removed=0, kept=0, refused=[])
    """
    now = time.time()
    by_age: list[tuple[float, int, Path, Callable[[], None]]] = [
        (part.last_used, part.size, part.folder, partial(memo.remove, part)) for part in memo.parts(networks)]
    for folder in _folders(root):
        by_age += [(about.st_mtime, about.st_size, shard, partial(shard.unlink, missing_ok=True))
                   for shard in shards(folder) if (about := stat(shard))]
        with suppress(OSError):
            remove_abandoned(folder)
    removed, kept = 0, sum(size for _, size, *_ in by_age)
    refused = []
    for used, size, path, remove in sorted(by_age, key=lambda entry: entry[:3]):
        too_old = unused_seconds is not None and now - used > unused_seconds
        too_much = max_bytes is not None and kept > max_bytes
        if too_old or too_much:
            try:
                remove()
            except OSError as error:
                refused.append((path, error.strerror or str(error)))
            else:
                removed, kept = removed + size, kept - size
    for folder in _folders(root):
        with suppress(OSError):  # another process may just have begun to fill it, or it is a colleague's
            if not any(path.name != RECIPE for path in folder.iterdir()):
                (folder / RECIPE).unlink(missing_ok=True)
                folder.rmdir()
    return Pruned(removed, kept, refused)


def _folders(root: Path) -> list[Path]:
    return sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
