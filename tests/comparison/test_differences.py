"""Metrics, differences and the clips that changed sides, worked out otherwise."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from speech_emotion.comparison.alignment import contender
from speech_emotion.comparison.differences import compare, holm
from speech_emotion.comparison.sources import Run
from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.intervals import by_speaker
from speech_emotion.predictions import Predictions

Make = Callable[..., Predictions]
HOW = {"resamples": 300, "confidence": 0.9, "seed": 4}


def compared(clips: pd.DataFrame, **runs: Predictions) -> dict[str, Any]:
    return compare([contender(Run(name, made, clips)) for name, made in runs.items()],
                   clips.set_index("clip_id")["speaker"], **HOW)


def test_metrics_are_those_of_scikit_learn_and_intervals_those_of_evaluate(clips: pd.DataFrame, make_run: Make) -> None:
    made = {"a": make_run(0.4), "b": make_run(0.7, seed=1)}
    said = compared(clips, **made)
    assert (said["clips"], said["speakers"], said["labels"]) == (72, 12, ["anger", "neutral", "sadness"])
    for run, each in zip(said["runs"], made.values(), strict=True):
        test = each.part("test").merge(clips[["clip_id", "speaker"]], on="clip_id")
        truth, predicted = test["label"].tolist(), test["predicted"].tolist()
        for name, function in (("uar", balanced_accuracy_score), ("accuracy", accuracy_score),
                               ("macro_f1", lambda *both: f1_score(*both, average="macro"))):
            assert run[name]["value"] == pytest.approx(function(truth, predicted), abs=1e-6)
            assert (run[name]["low"], run[name]["high"]) == pytest.approx(
                by_speaker(test, metrics.OF_COUNTS[name], **HOW), abs=1e-6)


def test_the_difference_is_paired_by_speaker(clips: pd.DataFrame, make_run: Make) -> None:
    first, second = make_run(0.4), make_run(0.7, seed=1)
    difference = compared(clips, a=first, b=second)["runs"][1]["difference"]["uar"]
    both = second.part("test").merge(clips[["clip_id", "speaker"]], on="clip_id").merge(
        first.part("test")[["clip_id", "predicted"]].rename(columns={"predicted": "other"}), on="clip_id")
    ends = by_speaker(both, metrics.uar_of_counts, against="other", **HOW)
    assert (difference["low"], difference["high"]) == pytest.approx(ends, abs=1e-6)
    assert difference["low"] < difference["value"] < difference["high"]
    assert 0 < difference["p"] < 0.1


def test_a_run_and_its_own_copy_do_not_differ(clips: pd.DataFrame, make_run: Make) -> None:
    run = compared(clips, a=make_run(), b=make_run())["runs"][1]
    assert run["difference"]["uar"] == {"value": 0, "low": 0, "high": 0, "p": 1, "p_holm": 1}
    assert (run["sides"], run["changed"]) == ({"right now": 0, "wrong now": 0, "otherwise wrong": 0}, [])


def test_which_clips_changed_sides(clips: pd.DataFrame, make_run: Make) -> None:
    first, second = make_run(0.5, seed=0), make_run(0.5, seed=1)
    second.table.loc[second.table.index[:3], ["p_anger", "p_neutral", "p_sadness"]] = [0.0, 0.0, 1.0]
    run = compared(clips, a=first, b=second)["runs"][1]
    said, then = (each.part("test").set_index("clip_id").sort_index() for each in (second, first))
    right, was = said["predicted"] == said["label"], then["predicted"] == then["label"]
    differ = said["predicted"] != then["predicted"]
    assert run["sides"] == {"right now": (right & ~was).sum(), "wrong now": (~right & was).sum(),
                            "otherwise wrong": (~right & ~was & differ).sum()}
    assert [clip["clip_id"] for clip in run["changed"]] == said.index[differ].tolist()
    for clip in run["changed"]:
        assert (clip["now"], clip["first"], clip["label"]) == (
            *(each.loc[clip["clip_id"], "predicted"] for each in (said, then)), said.loc[clip["clip_id"], "label"])
        assert clip["speaker"] == clips.set_index("clip_id").loc[clip["clip_id"], "speaker"]


def test_p_values_of_several_are_adjusted(clips: pd.DataFrame, make_run: Make) -> None:
    runs = compared(clips, a=make_run(0.4), b=make_run(0.5), c=make_run(0.6, seed=2), d=make_run(0.9))["runs"]
    ps = [run["difference"]["uar"]["p"] for run in runs[1:]]
    assert [run["difference"]["uar"]["p_holm"] for run in runs[1:]] == pytest.approx(holm(ps), abs=1e-5)
    assert "difference" not in runs[0]


def test_holm_by_hand() -> None:
    # Smallest times 4, next times 3, never less than one before, never above 1.
    assert holm([0.02, 0.01, 0.04, 0.9]) == pytest.approx([0.06, 0.04, 0.08, 0.9])
    assert holm([0.6, 0.5]) == pytest.approx([1, 1])
    assert holm([0.3]) == [0.3]


def test_settings_that_differ_are_named(clips: pd.DataFrame, make_run: Make) -> None:
    first = make_run(settings={"train_cnn": {"lr": 0.1, "split": {"folds": 2}, "old": 1}})
    second = make_run(settings={"train_cnn": {"lr": 0.2, "split": {"folds": 2}, "new": [1]}})
    assert compared(clips, a=first, b=second)["runs"][1]["settings"] == {
        "train_cnn.lr": 0.2, "train_cnn.new": [1], "train_cnn.old": None}


def test_of_four_speakers_there_is_no_interval_and_no_p_value(clips: pd.DataFrame, make_run: Make) -> None:
    few = set(clips.loc[clips["speaker"].isin(["toy-01", "toy-02", "toy-07", "toy-08"]), "clip_id"])
    made = [Predictions(each.table[[clip in few for clip in each.table["clip_id"]]], each.origin)
            for each in (make_run(0.4), make_run(0.6))]
    said = compared(clips, a=made[0], b=made[1])
    assert said["interval_note"] == "no interval: 4 test speakers, fewer than 5"
    difference = said["runs"][1]["difference"]["uar"]
    assert difference["value"] > 0
    assert [difference[key] for key in ("low", "high", "p", "p_holm")] == [None] * 4


def test_it_is_json_and_the_same_again(clips: pd.DataFrame, make_run: Make) -> None:
    said = compared(clips, a=make_run(0.4), b=make_run(0.6))
    assert json.loads(json.dumps(said)) == said == compared(clips, a=make_run(0.4), b=make_run(0.6))
    assert np.isfinite([run["uar"]["value"] for run in said["runs"]]).all()
