"""The clips of each fold of a split."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from speech_emotion.protocol.parts import PARTS, Assignment

_NAMES = np.array(PARTS, dtype=object)


class Members(Mapping[int, pd.DataFrame]):
    """The clips of each fold by its number, laid out when they are asked for.

    Those of all folds at once may not fit in memory: leaving one of many speakers out has every clip in every fold.

    Parameters
    ----------
    assignment : Assignment
        Who is in which part of each fold.
    clips : pd.DataFrame
        Rows of the manifest.
    columns : sequence of str
        Columns of it that are needed.

    Examples
    --------
    >>> clips = pd.DataFrame({"clip_id": ["b", "a"], "label": ["fear", "anger"]})
    >>> members = Members(Assignment(pd.Series(["a", "b"]), [np.array([0, 2], np.int8)]), clips, ["label"])
    >>> members[0]
       fold clip_id   part  label
    0     0       a  train  anger
    1     0       b   test   fear
    """

    def __init__(self, assignment: Assignment, clips: pd.DataFrame, columns: Sequence[str]) -> None:
        self._clips = clips[["clip_id", *columns]].astype(object)
        self._folds = assignment.folds(clips)

    def __len__(self) -> int:
        """How many folds there are."""
        return len(self._folds)

    def __iter__(self) -> Iterator[int]:
        """Go through their numbers."""
        return iter(range(len(self._folds)))

    def __getitem__(self, number: int) -> pd.DataFrame:
        """Give the clips of a fold, sorted by clip_id: fold, clip_id, part, and the columns."""
        if number not in range(len(self._folds)):
            raise KeyError(number)
        fold = self._folds[number]
        rows = self._clips.iloc[fold.rows].reset_index(drop=True)
        rows.insert(0, "fold", number)
        rows.insert(2, "part", _NAMES[fold.part])
        return rows
