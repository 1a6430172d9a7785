"""The table of a split, as compact as a split of many folds has to be, and fold by fold."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from speech_emotion.core.errors import UserError

PARTS = ("train", "validation", "test")
"""The parts of a fold: to learn from, to validate with, to test on."""
TRAIN, VALIDATION, TEST = range(3)
"""Their numbers."""
_LETTERED = np.array([sorted(PARTS).index(part) for part in PARTS], dtype=np.int8)
"""Their numbers in the order of the alphabet, in which whoever groups by part gets them."""
NONE = -1
"""Of a clip that is in no part."""
Numbers = NDArray[np.int8]
"""For each clip, the number of its part, or `NONE`."""


class Fold(NamedTuple):
    """One fold of a split."""

    name: int
    rows: NDArray[np.intp]
    """Which of the clips are in it, in the table's order."""
    part: Numbers
    """The part of each of them."""


def table(clip_ids: pd.Series, folds: Iterable[Numbers]) -> pd.DataFrame:
    """Lay a split out as a table.

    Parameters
    ----------
    clip_ids : pd.Series [str]
        Sorted.
    folds : iterable of np.ndarray [shape=(len(clip_ids),), dtype=int8]
        By fold, the part of each clip.

    Returns
    -------
    pd.DataFrame
        Columns fold (an integer), clip_id and part (both categorical: a row takes 7 bytes, since leaving one of 500
        speakers out makes 500 rows of each clip); sorted by fold and clip_id.

    Examples
    --------
    >>> table(pd.Series(["a", "b"]), [np.array([0, 2], np.int8), np.array([2, -1], np.int8)])
       fold clip_id   part
    0     0       a  train
    1     0       b   test
    2     1       a   test
    """
    codes, parts, counts = bytearray(), bytearray(), []  # which grow without being copied
    for part in folds:
        rows = np.flatnonzero(part != NONE)
        codes += rows.astype(np.int32).data
        parts += _LETTERED[part[rows]].data
        counts.append(len(rows))
    kind = np.int16 if len(counts) < 1 << 15 else np.int32
    return pd.DataFrame({
        "fold": np.repeat(np.arange(len(counts), dtype=kind), counts),
        "clip_id": pd.Categorical.from_codes(np.frombuffer(codes, np.int32), pd.Index(clip_ids), validate=False),
        "part": pd.Categorical.from_codes(np.frombuffer(parts, np.int8), pd.Index(sorted(PARTS)), validate=False),
    }, copy=False)


def by_fold(split: pd.DataFrame, clips: pd.DataFrame) -> Iterator[Fold]:
    """Go through a split fold by fold, in the order of their names.

    Parameters
    ----------
    split : pd.DataFrame
        Columns fold, clip_id, part, in any form.
    clips : pd.DataFrame
        With a column clip_id, in which each is once.

    Raises
    ------
    UserError
        If the split names a clip that is not there.

    Examples
    --------
    >>> split = pd.DataFrame({"fold": [1, 0], "clip_id": ["a", "b"], "part": ["test", "train"]})
    >>> for fold in by_fold(split, pd.DataFrame({"clip_id": ["a", "b"]})):
    ...     print(fold.name, fold.rows, fold.part)
    0 [1] [0]
    1 [0] [2]
    """
    if not split["fold"].is_monotonic_increasing:
        split = split.sort_values("fold", kind="stable")
    ids, names = (_categorical(split[column]) for column in ("clip_id", "part"))
    row_of = pd.Index(clips["clip_id"]).get_indexer(pd.Index(ids.categories))
    number_of = np.array([PARTS.index(name) if name in PARTS else NONE for name in names.categories], dtype=np.int8)
    fold, codes, parts = split["fold"].to_numpy(), ids.codes, names.codes
    for name in split["fold"].unique():
        where = slice(*(np.searchsorted(fold, name, side=side) for side in ("left", "right")))
        rows = row_of[codes[where]]
        if (rows < 0).any():
            lost = ids.categories[codes[where][rows < 0][0]]
            raise UserError(f"the split names clips that the manifest lacks, such as {lost}")
        yield Fold(int(name), rows, number_of[parts[where]])


def _categorical(values: pd.Series) -> pd.Categorical:
    array = values.array
    return array if isinstance(array, pd.Categorical) else pd.Categorical(array)  # which would copy one that is
