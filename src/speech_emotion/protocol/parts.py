"""A split, as compact as one of many folds has to be, and fold by fold."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
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


class Assignment:
    """Who is in which part of each fold.

    A clip takes one byte in each fold, and nothing else: leaving one of 500 speakers out makes 500 folds of all clips.

    Parameters
    ----------
    clip_ids : pd.Series [str]
        Sorted.
    folds : iterable of np.ndarray [shape=(len(clip_ids),), dtype=int8]
        By fold, the part of each clip, or `NONE`.

    Examples
    --------
    >>> assignment = Assignment(pd.Series(["a", "b"]), [np.array([0, 2], np.int8), np.array([2, -1], np.int8)])
    >>> assignment.num_folds, len(assignment)
    (2, 3)
    """

    def __init__(self, clip_ids: pd.Series, folds: Iterable[Numbers]) -> None:
        parts = bytearray()  # which grows without being copied
        for part in folds:
            parts += part.data
        self._ids = pd.Index(clip_ids)
        self._parts = np.frombuffer(parts, dtype=np.int8).reshape(-1, len(self._ids))

    @property
    def num_folds(self) -> int:
        """How many folds it has."""
        return len(self._parts)

    def __len__(self) -> int:
        """How many rows its table has."""
        return sum(int(np.count_nonzero(part != NONE)) for part in self._parts)

    def folds(self, clips: pd.DataFrame) -> "Folds":
        """Give the folds as rows of a table of clips.

        Parameters
        ----------
        clips : pd.DataFrame
            With a column clip_id, in which each is once.

        Raises
        ------
        UserError
            If it lacks a clip.
        """
        row_of = pd.Index(clips["clip_id"]).get_indexer(self._ids)
        _require_known(row_of, self._ids)
        return Folds(row_of, self._parts)

    def table(self) -> pd.DataFrame:
        """Lay it out as a table.

        Returns
        -------
        pd.DataFrame
            Columns fold (an integer), clip_id and part (both categorical); sorted by fold and clip_id.

        Examples
        --------
        >>> Assignment(pd.Series(["a", "b"]), [np.array([0, 2], np.int8), np.array([2, -1], np.int8)]).table()
           fold clip_id   part
        0     0       a  train
        1     0       b   test
        2     1       a   test
        """
        folds, codes = np.nonzero(self._parts != NONE)
        part = _LETTERED[self._parts[folds, codes]]
        kind = np.int16 if self.num_folds < 1 << 15 else np.int32
        return pd.DataFrame({
            "fold": folds.astype(kind),
            "clip_id": pd.Categorical.from_codes(codes.astype(np.int32), self._ids, validate=False),
            "part": pd.Categorical.from_codes(part, pd.Index(sorted(PARTS)), validate=False),
        }, copy=False)

    def write(self, path: Path) -> None:
        """Write its table as a CSV file, fold by fold."""
        names = np.array(PARTS)
        with path.open("w", encoding="utf-8", newline="") as file:
            for fold, part in enumerate(self._parts):
                there = np.flatnonzero(part != NONE)
                rows = pd.DataFrame({"fold": fold, "clip_id": self._ids[there], "part": names[part[there]]})
                rows.to_csv(file, index=False, header=fold == 0, lineterminator="\n")


class Folds(Sequence[Fold]):
    """The folds of an `Assignment`, each made when it is asked for.

    Parameters
    ----------
    row_of : np.ndarray [shape=(clips,), dtype=intp]
        The row of each clip.
    parts : np.ndarray [shape=(folds, clips), dtype=int8]
        The part of each clip, or `NONE`.
    """

    def __init__(self, row_of: NDArray[np.intp], parts: Numbers) -> None:
        self._row_of, self._parts = row_of, parts

    def __len__(self) -> int:
        """How many there are."""
        return len(self._parts)

    def __getitem__(self, number: int) -> Fold:  # type: ignore[override]  # no slices
        """Give one of them."""
        part = self._parts[number]
        there = part != NONE
        return Fold(number, self._row_of, part) if there.all() else Fold(number, self._row_of[there], part[there])


def by_fold(split: pd.DataFrame | Assignment, clips: pd.DataFrame) -> Iterator[Fold]:
    """Go through a split fold by fold, in the order of their names.

    Parameters
    ----------
    split : pd.DataFrame or Assignment
        As a table: columns fold, clip_id, part, in any form.
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
    if isinstance(split, Assignment):
        yield from split.folds(clips)
        return
    if not split["fold"].is_monotonic_increasing:
        split = split.sort_values("fold", kind="stable")
    ids, names = (_categorical(split[column]) for column in ("clip_id", "part"))
    row_of = pd.Index(clips["clip_id"]).get_indexer(pd.Index(ids.categories))
    number_of = np.array([PARTS.index(name) if name in PARTS else NONE for name in names.categories], dtype=np.int8)
    fold, codes, parts = split["fold"].to_numpy(), ids.codes, names.codes
    for name in split["fold"].unique():
        where = slice(*(np.searchsorted(fold, name, side=side) for side in ("left", "right")))
        rows = row_of[codes[where]]
        _require_known(rows, ids.categories[codes[where]])
        yield Fold(int(name), rows, number_of[parts[where]])


def _require_known(rows: NDArray[np.intp], ids: pd.Index) -> None:
    if (rows < 0).any():
        raise UserError(f"the split names clips that the manifest lacks, such as {ids[rows < 0][0]}")


def _categorical(values: pd.Series) -> pd.Categorical:
    array = values.array
    return array if isinstance(array, pd.Categorical) else pd.Categorical(array)  # which would copy one that is
