"""Write files so that a reader never meets a half-written one."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

_UNFINISHED = ".tmp"


def shown(path: PurePath | str) -> str:
    r"""Give a path as text that can be printed and stored anywhere, whatever bytes its name is made of.

    Parameters
    ----------
    path : PurePath or str
        Any; on Linux a name may be no text.

    Returns
    -------
    str
        The path itself if it is text; else with backslash escapes.

    Examples
    --------
    >>> import os
    >>> shown("Ann/café.wav"), shown(os.fsdecode(b"caf\xe9.wav"))
    ('Ann/café.wav', 'caf\\xe9.wav')
    """
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


@contextmanager
def replacing(target: Path | str, *, directory: bool = False) -> Iterator[Path]:
    """Give a temporary path beside `target` to write to, and move it there when the block succeeds.

    Parameters
    ----------
    target : Path or str
        The file (or, with `directory`, the folder) to create or replace. Missing parent folders are made.
    directory : bool
        Whether `target` is a folder. The temporary folder then exists when the block begins.

    Yields
    ------
    Path
        A path on the same file system as `target`. If the block raises, whatever lies there is removed
        and `target` is as it was before.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     target = Path(folder, "new", "table.csv")
    ...     with replacing(target) as temporary:
    ...         _ = temporary.write_text("a,b")
    ...         print(target.exists())
    ...     print(target.read_text())
    False
    a,b
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Inside a folder of its own, so that the name (and with it the extension that libraries look at) stays.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.", suffix=_UNFINISHED) as scratch:
        temporary = Path(scratch) / target.name
        if directory:
            temporary.mkdir()
        yield temporary
        if directory and target.exists():
            # A folder cannot be renamed over one that has something in it.
            shutil.move(target, Path(scratch) / "replaced")
        temporary.replace(target)


def remove_unfinished(target: Path) -> None:
    """Remove what `replacing` left beside a target when it was killed; only for who knows that nobody writes there.

    Parameters
    ----------
    target : Path
        As `replacing` was called with; the last part may be a pattern.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(folder, ".table.csv.x7_k.tmp").mkdir()
    ...     remove_unfinished(Path(folder, "table.csv"))
    ...     print(list(Path(folder).iterdir()))
    []
    """
    for unfinished in target.parent.glob(f".{target.name}.*{_UNFINISHED}"):
        shutil.rmtree(unfinished, ignore_errors=True)
