"""The compact table of a split, and its folds."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.protocol import splits
from speech_emotion.protocol.parts import Assignment, by_fold

from .common import Make, configured


def test_a_row_takes_a_few_bytes_however_long_the_ids_are() -> None:
    ids = pd.Series([f"corpus-{number:024x}" for number in range(1000)])
    split = Assignment(ids, [np.zeros(1000, np.int8)] * 300).table()
    assert len(split) == 300_000
    assert split.memory_usage(deep=True).sum() < 8 * len(split)


def test_what_is_laid_out_is_what_is_read_in_any_form() -> None:
    random = np.random.default_rng(0)
    clips = pd.DataFrame({"clip_id": [f"{number:03d}" for number in range(40)]})
    folds = [random.integers(-1, 3, 40).astype(np.int8) for _ in range(5)]
    assignment = Assignment(clips["clip_id"], folds)
    split = assignment.table()
    assert len(split) == len(assignment)
    plain = split.astype({"fold": int, "clip_id": str, "part": str}).sample(frac=1, random_state=1)
    for given in (split, plain, assignment):
        read = list(by_fold(given, clips))
        assert [fold.name for fold in read] == [0, 1, 2, 3, 4]
        for fold, part in zip(read, folds, strict=True):
            again = np.full(40, -1)
            again[fold.rows] = fold.part
            np.testing.assert_array_equal(again, part)


def test_a_clip_that_is_not_there_is_named() -> None:
    split = pd.DataFrame({"fold": 0, "clip_id": ["a", "b"], "part": "train"})
    with pytest.raises(UserError, match="names clips that the manifest lacks, such as b"):
        list(by_fold(split, pd.DataFrame({"clip_id": ["a"]})))


def test_an_assignment_says_so_too_and_is_written_as_its_table(tmp_path: Path) -> None:
    assignment = Assignment(pd.Series(["a", "b,c"]), [np.array(part, np.int8) for part in ([0, 2], [2, -1], [1, 0])])
    with pytest.raises(UserError, match="names clips that the manifest lacks, such as b,c"):
        assignment.folds(pd.DataFrame({"clip_id": ["a"]}))
    shuffled = assignment.folds(pd.DataFrame({"clip_id": ["b,c", "x", "a"]}))
    assert [(fold.rows.tolist(), fold.part.tolist()) for fold in shuffled] == [
        ([2, 0], [0, 2]), ([2], [2]), ([2, 0], [1, 0])]
    assignment.write(tmp_path / "split.csv")
    assert (tmp_path / "split.csv").read_text() == assignment.table().to_csv(index=False)


@pytest.mark.parametrize(("protocol", "expected"), [
    ("loso", "c6ea04b2"), ("speaker_kfold", "9cc89567"), ("speaker_holdout", "67405dfa"),
])
def test_many_speakers_are_split_as_before(protocol: str, expected: str, grid: Make, train_settings: Make) -> None:
    """More than are exchanged with each other at a time; the hashes are those of the first version that dealt so."""
    clips = grid(230, takes=1) if protocol != "loso" else grid(60)
    split = splits.make(clips, configured(train_settings, protocol), 1)
    assert hashlib.md5(split.to_csv(index=False).encode()).hexdigest()[:8] == expected
