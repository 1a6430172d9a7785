"""Every slice is what the metrics say of its clips alone, and nothing is told of few."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.intervals import by_speaker
from speech_emotion.evaluation.slices import MAX_VALUES, MIN_CLIPS, UNKNOWN, gaps, slices
from speech_emotion.params.evaluate import Intervals

SETTINGS = Intervals(resamples=200, confidence=0.9)


@pytest.fixture(scope="module")
def clips(grid: Callable[..., Any]) -> pd.DataFrame:
    """Twelve speakers with 24 clips each, of two sentences; women are recognised more often."""
    table: pd.DataFrame = grid(12, ("anger", "neutral", "sadness"), takes=8)
    random = np.random.default_rng(0)
    right = random.random(len(table)) < np.where(table["sex"] == "female", 0.8, 0.5)
    said = np.where(right, table["label"].astype(str), random.choice(["anger", "neutral", "sadness"], len(table)))
    return table.assign(predicted=said, duration=np.arange(len(table)) / 100 + 0.5,
                        intensity=np.where(np.arange(len(table)) % 3, "strong", None),
                        audit_flags=["clipped;quiet" if at % 10 == 0 else "clipped" if at % 10 == 1 else ""
                                     for at in range(len(table))])


@pytest.fixture(scope="module")
def found(clips: pd.DataFrame) -> pd.DataFrame:
    return slices(clips, SETTINGS, seed=1)


def row(found: pd.DataFrame, dimension: str, value: str) -> pd.Series:
    (at,) = np.flatnonzero((found["dimension"] == dimension) & (found["value"] == value))
    return found.iloc[at]


def test_which_dimensions_there_are(found: pd.DataFrame) -> None:
    # One corpus, and no language that is known: no slices of these.
    assert found["dimension"].unique().tolist() == [
        "sex", "speaker", "label", "intensity", "statement", "duration", "flag"]
    values = found.groupby("dimension")["value"].apply(list)
    assert values["sex"] == ["female", "male"]
    assert values["intensity"] == [UNKNOWN, "strong"]
    assert values["flag"] == ["none", "clipped", "quiet"]
    assert found["clips"][found["dimension"] == "duration"].tolist() == [96, 96, 96]
    for dimension in ("sex", "speaker", "label", "intensity", "statement", "duration"):
        assert found["clips"][found["dimension"] == dimension].sum() == 288


def test_each_is_what_the_metrics_say_of_its_clips(clips: pd.DataFrame, found: pd.DataFrame) -> None:
    for dimension, column in (("sex", "sex"), ("speaker", "speaker"), ("label", "label"), ("statement", "statement")):
        for value, group in clips.groupby(column):
            said = row(found, dimension, str(value))
            assert (said["clips"], said["speakers"], said["labels"]) == (
                len(group), group["speaker"].nunique(), group["label"].nunique())
            for metric in ("uar", "accuracy"):
                assert said[metric] == pytest.approx(metrics.OVERALL[metric](group["label"], group["predicted"]))
                ends = by_speaker(group, metrics.OF_COUNTS[metric], resamples=200, confidence=0.9, seed=1)
                bounds = said[[f"{metric}_low", f"{metric}_high"]].tolist()
                assert bounds == pytest.approx(ends) if ends else np.isnan(bounds).all()
    quiet = clips[clips["audit_flags"].str.contains("quiet")]
    assert row(found, "flag", "quiet")["uar"] == pytest.approx(metrics.uar(quiet["label"], quiet["predicted"]))
    shortest = clips[clips["duration"] <= clips["duration"].quantile(1 / 3)]
    assert found.loc[found["dimension"] == "duration", "uar"].iloc[0] == pytest.approx(
        metrics.uar(shortest["label"], shortest["predicted"]))


def test_of_few_clips_nothing_is_told_but_their_number(clips: pd.DataFrame) -> None:
    few = clips.groupby("speaker").head(MIN_CLIPS - 1)
    more = pd.concat([few, clips[clips["speaker"] == "toy-01"]]).drop_duplicates("clip_id")
    told = slices(more, SETTINGS, seed=1).query("dimension == 'speaker'")
    assert told["clips"].tolist() == [24] + [MIN_CLIPS - 1] * 11
    assert told["uar"].notna().tolist() == told["accuracy"].notna().tolist() == [True] + [False] * 11
    assert gaps(few, SETTINGS, seed=1).keys() == {"sex"}


def test_many_values_are_counted_and_not_listed(clips: pd.DataFrame) -> None:
    number = np.arange(len(clips))
    statements = np.where(number < 60, "often said", [f"said once {at:03d}" for at in number])
    told = slices(clips.assign(statement=statements), SETTINGS, seed=1).query("dimension == 'statement'")
    assert len(told) == MAX_VALUES + 1
    assert told.iloc[-1]["value"] == f"{1 + 228 - MAX_VALUES} rarer ones"
    assert told["clips"].sum() == 288
    assert told["uar"].notna().sum() == 1


def test_the_gaps(clips: pd.DataFrame, found: pd.DataFrame) -> None:
    told = gaps(clips, SETTINGS, seed=1)
    female, male = (row(found, "sex", value) for value in ("female", "male"))
    sex = told["sex"]
    assert (sex["best"], sex["worst"], sex["best_clips"], sex["worst_clips"]) == ("female", "male", 144, 144)
    assert sex["gap"] == pytest.approx(female["uar"] - male["uar"], abs=1e-6)
    assert 0 < sex["low"] < sex["gap"] < sex["high"]
    uars = found[found["dimension"] == "speaker"].set_index("value")["uar"]
    speaker = told["speaker"]
    assert (speaker["best"], speaker["worst"]) == (uars.idxmax(), uars.idxmin())
    assert speaker["gap"] == pytest.approx(uars.max() - uars.min(), abs=1e-6)
    assert "low" not in speaker


def test_few_speakers_of_a_sex_give_no_interval_of_the_gap(clips: pd.DataFrame) -> None:
    some = clips[clips["speaker"].isin(sorted(clips["speaker"].unique())[:8])]
    told = gaps(some, SETTINGS, seed=1)["sex"]
    assert (told["low"], told["high"]) == (None, None)
    assert told["gap"] > 0


def test_what_cannot_be_compared_has_no_gap(clips: pd.DataFrame) -> None:
    assert gaps(clips[clips["speaker"] == "toy-01"], SETTINGS, seed=1) == {}
    assert gaps(clips.assign(sex=None), SETTINGS, seed=1).keys() == {"speaker"}


def test_the_same_again(clips: pd.DataFrame, found: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(slices(clips, SETTINGS, seed=1), found)
