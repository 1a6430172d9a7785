"""Published (or the user's own) lists of folds, for the protocol `predefined`."""

from pathlib import Path

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.protocol.parts import PARTS

KEY = "train_cnn.split.predefined"
"""The setting that names a list."""
LISTS = Path("splits")
"""Folder of the lists, one CSV each."""


def list_path(name: str) -> Path:
    """Say where a list lies, as `KEY` names it."""
    return LISTS / f"{name}.csv"


def read_list(path: Path) -> pd.DataFrame:
    """Read and check a list of folds.

    Parameters
    ----------
    path : Path
        As `list_path` gives it.

    Returns
    -------
    pd.DataFrame
        Columns fold, one or both of speaker and clip_id, and perhaps part. Without part, each row is one that the
        fold tests.

    Raises
    ------
    UserError
        If the file is missing, no CSV, or lacks a column, or if it names a part that there is not.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.csv")
    ...     pd.DataFrame({"speaker": ["toy-1", "toy-2"], "fold": [0, 1]}).to_csv(path, index=False)
    ...     read_list(path)
      speaker  fold
    0   toy-1     0
    1   toy-2     1
    """
    try:
        listed = pd.read_csv(path, dtype={"speaker": str, "clip_id": str})
    except FileNotFoundError as error:
        known = ", ".join(sorted(file.stem for file in path.parent.glob("*.csv"))) or "none"
        raise UserError(f"{KEY}: there is no {path}; the lists there are {known}") from error
    except (ValueError, pd.errors.ParserError) as error:
        raise unusable(path, f"is no CSV ({error})") from error
    if "fold" not in listed or not {"speaker", "clip_id"} & set(listed):
        raise unusable(path, "needs a column `fold` and one of `speaker` or `clip_id`: the test part of each fold or, "
                             "with a column `part`, all its parts")
    if "part" in listed and not set(listed["part"]) <= set(PARTS):
        raise unusable(path, f"has something else than {', '.join(PARTS)} in its column `part`")
    return listed


def unusable(path: Path, how: str) -> UserError:
    """Make the error for a list that is wrong, or does not fit the data."""
    return UserError(f"{KEY}: {path} {how}")
