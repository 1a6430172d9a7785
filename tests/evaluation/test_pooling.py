"""What is evaluated is the test parts of all folds, pooled, and nothing that does not belong there."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.evaluation.pooling import pool_test_parts
from speech_emotion.predictions import Predictions

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")


@pytest.fixture(scope="module")
def clips(grid: Make) -> pd.DataFrame:
    table: pd.DataFrame = grid(6, LABELS, takes=1)
    return table


@pytest.fixture
def predictions(clips: pd.DataFrame, make_predictions: Make) -> Predictions:
    """Three folds of two speakers each; in each, two others validate."""
    speakers = sorted(clips["speaker"].unique())
    parts = [(fold, part, speakers[(2 * fold + first) % 6 : (2 * fold + first) % 6 + 2])
             for fold in range(3) for part, first in (("test", 0), ("validation", 2))]
    rows = pd.concat([clips.loc[clips["speaker"].isin(who), ["clip_id", "label"]].assign(fold=fold, part=part)
                      for fold, part, who in parts])
    made: Predictions = make_predictions(rows, LABELS)
    return made


def changed(predictions: Predictions, table: pd.DataFrame, **origin: Any) -> Predictions:
    return Predictions(table, type(predictions.origin)(**{**vars(predictions.origin), **origin}))


def test_every_test_clip_once_with_what_the_manifest_knows(clips: pd.DataFrame, predictions: Predictions) -> None:
    rows = pool_test_parts(predictions, clips)
    assert sorted(rows["clip_id"]) == sorted(clips["clip_id"])
    assert rows[["fold", "clip_id"]].apply(tuple, axis=1).is_monotonic_increasing
    about = clips.set_index("clip_id")
    for column in ("speaker", "corpus", "label", "digest", "sex"):
        assert rows[column].tolist() == about.loc[rows["clip_id"], column].tolist()
    probabilities = rows[[f"p_{label}" for label in LABELS]].to_numpy(dtype=float)
    assert rows["predicted"].tolist() == [LABELS[which] for which in probabilities.argmax(axis=1)]


def test_the_label_is_the_one_that_was_trained_on(clips: pd.DataFrame, predictions: Predictions) -> None:
    other = clips.assign(label="another word")
    assert set(pool_test_parts(predictions, other)["label"]) == set(LABELS)


def test_a_manifest_that_lacks_a_clip(clips: pd.DataFrame, predictions: Predictions) -> None:
    with pytest.raises(UserError, match=f"clips that the manifest lacks, such as {clips['clip_id'].iloc[0]}"):
        pool_test_parts(predictions, clips.iloc[1:])


def test_a_clip_tested_in_two_folds(clips: pd.DataFrame, predictions: Predictions) -> None:
    first = predictions.part("test").drop(columns="predicted").iloc[:1]
    twice = pd.concat([predictions.table, first.assign(fold=2)])
    with pytest.raises(UserError, match=f"test clip {first['clip_id'].iloc[0]} in two folds"):
        pool_test_parts(changed(predictions, twice), clips)


def test_a_speaker_who_chose_the_epoch_and_is_tested(clips: pd.DataFrame, predictions: Predictions) -> None:
    table = predictions.table.reset_index(drop=True)
    moved = np.flatnonzero((table["fold"] == 1) & (table["part"] == "test"))[0]
    table.loc[moved, "part"] = "validation"
    with pytest.raises(UserError, match="fold 1 both validated with and tested the speaker toy-"):
        pool_test_parts(changed(predictions, table), clips)
    assert len(pool_test_parts(changed(predictions, table, speaker_independent=False), clips)) == len(clips) - 1


def test_a_recording_that_chose_the_epoch_and_is_tested(clips: pd.DataFrame, predictions: Predictions) -> None:
    table = predictions.table
    fold = table[table["fold"] == 0].groupby("part")["clip_id"].first()
    digest = clips.set_index("clip_id")["digest"]
    twins = clips.assign(digest=clips["digest"].replace(digest[fold["validation"]], digest[fold["test"]]))
    with pytest.raises(UserError, match="fold 0 both validated with and tested the digest"):
        pool_test_parts(changed(predictions, table, speaker_independent=False), twins)


def test_no_test_part(clips: pd.DataFrame, predictions: Predictions) -> None:
    with pytest.raises(UserError, match="the predictions hold no test part; run: dvc repro"):
        pool_test_parts(changed(predictions, predictions.table[predictions.table["part"] == "validation"]), clips)
