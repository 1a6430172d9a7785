"""What the tests of protocols share: settings, lists of folds, and what must hold of every split."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Make = Callable[..., Any]


def configured(train_settings: Make, protocol: str, **changes: Any) -> Any:
    changes = {"folds": 3, "test_corpora": ["beta"], "predefined": "own", **changes, "protocol": protocol}
    return train_settings(**{f"split__{name}": value for name, value in changes.items()}).split


def write_list(folder: Path, table: pd.DataFrame, name: str = "own") -> None:
    (folder / "splits").mkdir(exist_ok=True)
    table.to_csv(folder / "splits" / f"{name}.csv", index=False)


def speakers_in_turn(clips: pd.DataFrame, folds: int = 3) -> pd.DataFrame:
    speakers = sorted(clips["speaker"].unique())
    return pd.DataFrame({"speaker": speakers, "fold": np.arange(len(speakers)) % folds})


def check_no_leak(split: pd.DataFrame, clips: pd.DataFrame, protocol: str) -> None:
    """What must hold of every split, told anew without the code under test."""
    assert list(split) == ["fold", "clip_id", "part"]
    assert sorted(split["fold"].unique()) == list(range(split["fold"].nunique()))
    assert split[["fold", "clip_id"]].apply(tuple, axis=1).is_monotonic_increasing
    about = clips.set_index("clip_id")
    tested: set[str] = set()
    for _, fold in split.groupby("fold"):
        members = {part: fold.loc[fold["part"] == part, "clip_id"].tolist() for part in ("train", "validation", "test")}
        assert sum(map(len, members.values())) == len(fold)
        assert all(members.values())
        for column in ["clip_id", "digest"] + (["speaker"] if protocol != "random_kfold" else []):
            seen = [set(ids) if column == "clip_id" else set(about.loc[ids, column]) for ids in members.values()]
            assert len(seen[0] | seen[1] | seen[2]) == sum(map(len, seen)), f"{column} on two sides"
        assert set(about.loc[fold["clip_id"], "label"]) == set(about.loc[members["train"], "label"])
        assert not tested & set(members["test"])
        tested |= set(members["test"])


def speakers_by_part(split: pd.DataFrame, clips: pd.DataFrame) -> pd.DataFrame:
    return split.merge(clips, on="clip_id").groupby(["fold", "part"])["speaker"].nunique().unstack()
