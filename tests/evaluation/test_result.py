"""The numbers of a small run, worked out by hand."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import brier_score_loss, f1_score, log_loss, precision_score

from speech_emotion.evaluation.result import result
from speech_emotion.params.evaluate import Intervals
from speech_emotion.predictions import Origin

SETTINGS = Intervals(resamples=100, confidence=0.9)


def probable(rows: pd.DataFrame, *labels: str, of_predicted: float = 0.7) -> pd.DataFrame:
    """Add probabilities, of which that of what is predicted is the highest."""
    rest = (1 - of_predicted) / (len(labels) - 1)
    return rows.assign(**{f"p_{label}": np.where(rows["predicted"] == label, of_predicted, rest) for label in labels})


PREDICTIONS = probable(pd.DataFrame(
    [
        (0, "a-1", "alpha", "anger", "anger", "anger"), (0, "a-1", "alpha", "fear", "anger", "anger"),
        (0, "a-2", "alpha", "anger", "anger", "anger"), (0, "a-2", "alpha", "fear", "fear", "anger"),
        (1, "b-1", "beta", "anger", "fear", "anger"), (1, "b-1", "beta", "fear", "fear", "anger"),
    ],
    columns=["fold", "speaker", "corpus", "label", "predicted", "baseline"],
), "anger", "fear")
HISTORY = pd.DataFrame(
    [(0, 0, 1, False), (0, 0, 2, True), (0, 0, 3, False), (1, 0, 1, True), (1, 1, 1, False), (1, 1, 2, True)],
    columns=["fold", "network", "epoch", "kept"],
)


# Of eight speakers one, of another corpus, has half of the clips.
UNBALANCED = probable(pd.DataFrame(
    [(0, f"a-{speaker}", "alpha", "fear", ("fear", "anger")[speaker % 2]) for speaker in range(7)]
    + [(0, "b-1", "beta", label, label) for label in ("anger", "anger", "anger", "anger", "anger", "fear", "fear")],
    columns=["fold", "speaker", "corpus", "label", "predicted"],
).assign(baseline="fear"), "anger", "fear")

ORIGIN = Origin(labels=("anger", "fear"), protocol="speaker_kfold", speaker_independent=True,
                statement_independent=False, seed=1, settings={})


@pytest.fixture
def numbers() -> dict[str, Any]:
    return result(PREDICTIONS, HISTORY, ORIGIN, SETTINGS)


def test_pooled_over_folds(numbers: dict[str, Any]) -> None:
    # Right: 4 of 6; of anger 2 of 3, of fear 2 of 3; each is predicted 3 times.
    assert numbers["accuracy"] == numbers["uar"] == numbers["macro_f1"] == 0.666667
    assert numbers["recall"] == {"anger": 0.666667, "fear": 0.666667}
    assert numbers["precision"] == {"anger": 0.666667, "fear": 0.666667}
    assert numbers["chance_uar"] == 0.5


def test_per_fold(numbers: dict[str, Any]) -> None:
    folds = numbers["folds"]
    assert list(folds) == ["mean", "std", "0", "1"]
    # Fold 0: anger 2 of 2, fear 1 of 2. F1: anger 2*2/(3+2) = 0.8, fear 2*1/(1+2) = 2/3.
    assert folds["0"] == {"accuracy": 0.75, "uar": 0.75, "macro_f1": 0.733333, "best_epoch": 2}
    # Fold 1: anger 0 of 1, fear 1 of 1. F1: 0 and 2/3. The epoch is the mean over its two networks.
    assert folds["1"] == {"accuracy": 0.5, "uar": 0.5, "macro_f1": 0.333333, "best_epoch": 1.5}
    assert folds["mean"] == {"accuracy": 0.625, "uar": 0.625, "macro_f1": 0.533333}
    # Of two numbers: their difference over the square root of 2.
    assert folds["std"] == {"accuracy": 0.176777, "uar": 0.176777, "macro_f1": 0.282843}


def test_the_baseline_stands_beside_it(numbers: dict[str, Any]) -> None:
    # It always says anger, and is right in half of the clips.
    assert {name: numbers["baseline"][name] for name in ("uar", "accuracy", "uar_gain")} == {
        "uar": 0.5, "accuracy": 0.5, "uar_gain": 0.166667}
    assert numbers["baseline"]["uar_gain_interval"] == {"low": None, "high": None}, "three speakers"


def test_the_gain_over_the_baseline_is_paired_by_speaker() -> None:
    # Model and baseline differ in no clip, so no draw of speakers tells them apart, though each of them moves.
    alike = UNBALANCED.assign(baseline=UNBALANCED["predicted"])
    numbers = result(alike, HISTORY[HISTORY["fold"] == 0], ORIGIN, SETTINGS)
    assert numbers["baseline"]["uar_gain_interval"] == {"low": 0.0, "high": 0.0}
    assert numbers["interval"]["uar"]["low"] < numbers["interval"]["uar"]["high"]
    # The baseline says fear: half of the clips of each label that a draw holds, at most, are right.
    gain = result(UNBALANCED, HISTORY[HISTORY["fold"] == 0], ORIGIN, SETTINGS)["baseline"]
    assert gain["uar_gain_interval"]["low"] < gain["uar_gain"] < gain["uar_gain_interval"]["high"]


def test_probabilities_are_measured_as_scikit_learn_does() -> None:
    labels = ("anger", "fear", "neutral")
    rows = probable(UNBALANCED, *labels, of_predicted=0.5)
    rows["p_anger"] = [0.5, 0.1] * 7
    rows["p_neutral"] = 1 - rows["p_anger"] - rows["p_fear"]
    numbers = result(rows, HISTORY, replace(ORIGIN, labels=labels), SETTINGS)
    probabilities = rows[[f"p_{label}" for label in labels]].to_numpy()
    assert numbers["log_loss"] == pytest.approx(log_loss(rows["label"], probabilities, labels=labels), abs=1e-6)
    brier = brier_score_loss(rows["label"], probabilities, labels=labels, scale_by_half=False)
    assert numbers["brier"] == pytest.approx(brier, abs=1e-6)
    # The label is among the two most probable unless the two others are higher.
    third = [row[f"p_{row['label']}"] == min(row[f"p_{label}"] for label in labels) for _, row in rows.iterrows()]
    assert numbers["top_2_accuracy"] == pytest.approx(1 - np.mean(third), abs=1e-6)
    truth, predicted = rows["label"], rows["predicted"]
    assert numbers["macro_precision"] == pytest.approx(precision_score(truth, predicted, average="macro"), abs=1e-6)
    assert list(numbers["f1"].values()) == pytest.approx(f1_score(truth, predicted, average=None).tolist(), abs=1e-6)


def test_the_majority_is_what_most_test_clips_are() -> None:
    numbers = result(UNBALANCED, HISTORY, ORIGIN, SETTINGS)
    # Nine of fourteen are fear: precision 9/14, recall 1.
    assert numbers["majority"] == {"label": "fear", "uar": 0.5, "accuracy": 0.642857, "macro_f1": round(9 / 23, 6)}
    tie = result(PREDICTIONS, HISTORY, ORIGIN, SETTINGS)["majority"]
    assert tie == {"label": "anger", "uar": 0.5, "accuracy": 0.5, "macro_f1": 0.333333}


def test_what_people_achieve_stands_beside_it_where_it_is_published(numbers: dict[str, Any]) -> None:
    assert "human" not in numbers
    some = PREDICTIONS.assign(corpus=PREDICTIONS["corpus"].replace("beta", "ravdess"))
    human = result(some, HISTORY, ORIGIN, SETTINGS)["human"]
    assert list(human) == ["ravdess"]
    assert (human["ravdess"]["accuracy"], human["ravdess"]["labels"]) == (0.624, 8)
    assert "10.1371/journal.pone.0196391" in human["ravdess"]["source"]


def test_whether_the_tested_model_learnt_from_the_validation_part_too(numbers: dict[str, Any]) -> None:
    assert numbers["refit"] is None
    refit = replace(ORIGIN, settings={"train_cnn": {"refit": True}})
    assert result(PREDICTIONS, HISTORY, refit, SETTINGS)["refit"] is True


def test_without_networks_no_epoch_is_named() -> None:
    assert "best_epoch" not in result(PREDICTIONS, HISTORY[:0], ORIGIN, SETTINGS)["folds"]["0"]


def test_one_fold_has_no_spread() -> None:
    one = PREDICTIONS[PREDICTIONS["fold"] == 0]
    assert list(result(one, HISTORY[HISTORY["fold"] == 0], ORIGIN, SETTINGS)["folds"]) == ["0"]


def test_counts(numbers: dict[str, Any]) -> None:
    assert numbers["counts"] == {
        "test_clips": 6, "test_speakers": 3, "labels": 2, "folds": 2, "by_label": {"anger": 3, "fear": 3},
    }


def test_what_kind_of_result_it_is(numbers: dict[str, Any]) -> None:
    assert numbers["protocol"] == "speaker_kfold"
    assert numbers["speaker_independent"] is True
    assert numbers["validation"] == "speakers"
    assert numbers["statement_independent"] is False
    assert numbers["corpora"] == "alpha, beta"
    assert numbers["synthetic"] is False


def test_a_speaker_dependent_protocol_is_marked() -> None:
    origin = replace(ORIGIN, protocol="random_kfold", speaker_independent=False, statement_independent=True,
                     validation="clips")
    numbers = result(PREDICTIONS, HISTORY, origin, SETTINGS)
    assert numbers["protocol"] == "random_kfold"
    assert numbers["speaker_independent"] is False
    assert numbers["validation"] == "clips"
    assert numbers["statement_independent"] is True


def test_it_is_marked_whether_test_clips_were_looked_at(numbers: dict[str, Any]) -> None:
    assert numbers["transductive"] is False
    assert result(PREDICTIONS, HISTORY, replace(ORIGIN, transductive=True), SETTINGS)["transductive"] is True


def test_synthetic_speech_is_marked_even_when_only_some_is() -> None:
    some = PREDICTIONS.assign(corpus=["synthetic", *PREDICTIONS["corpus"][1:]])
    assert result(some, HISTORY, ORIGIN, SETTINGS)["synthetic"] is True


def test_means_over_speakers_and_corpora_are_not_swamped_by_a_big_speaker() -> None:
    numbers = result(UNBALANCED, HISTORY, ORIGIN, SETTINGS)
    # Pooled: anger 5 of 5, fear 4 + 2 of 9.
    assert numbers["uar"] == round((1 + 6 / 9) / 2, 6)
    # Seven speakers say fear alone, of whom four are right; the eighth is always right.
    assert numbers["uar_speaker_mean"] == round(5 / 8, 6)
    # alpha has fear alone: 4 of 7.
    assert numbers["uar_corpus_mean"] == round((4 / 7 + 1) / 2, 6)
    assert {corpus: (of["uar"], of["accuracy"], of["test_clips"], of["test_speakers"])
            for corpus, of in numbers["by_corpus"].items()} == {
                "alpha": (0.571429, 0.571429, 7, 7), "beta": (1, 1, 7, 1)}


def test_one_corpus_has_no_mean_over_corpora() -> None:
    one = result(PREDICTIONS[PREDICTIONS["corpus"] == "alpha"], HISTORY, ORIGIN, SETTINGS)
    assert "uar_speaker_mean" in one
    assert not {"uar_corpus_mean", "by_corpus"} & set(one)


def test_it_says_over_which_labels(numbers: dict[str, Any]) -> None:
    assert numbers["labels"] == {"tested": "anger, fear", "untested": ""}
    origin = replace(ORIGIN, labels=("anger", "boredom", "calm", "fear"))
    some = result(probable(PREDICTIONS, *origin.labels), HISTORY, origin, SETTINGS)
    assert some["labels"] == {"tested": "anger, fear", "untested": "boredom, calm"}
    assert (some["uar"], some["counts"]["labels"]) == (numbers["uar"], 2)


def test_intervals_hold_the_metrics() -> None:
    numbers = result(UNBALANCED, HISTORY, ORIGIN, SETTINGS)
    assert numbers["interval"]["confidence"] == 0.9
    assert numbers["interval"]["note"] == "rough: 8 test speakers, fewer than 10"
    for name in ("accuracy", "uar", "macro_f1"):
        ends = numbers["interval"][name]
        assert list(ends) == ["low", "high"]
        assert 0 <= ends["low"] < numbers[name] < ends["high"] <= 1


def test_speakers_who_each_say_one_label_give_no_interval_and_it_says_why() -> None:
    labels = tuple(f"label {at:02d}" for at in range(30))
    rows = pd.DataFrame({"fold": 0, "speaker": [f"a-{at}" for at in range(30)], "corpus": "alpha", "label": labels,
                         "predicted": "label 01", "baseline": "label 02"})
    interval = result(probable(rows, *labels), HISTORY, replace(ORIGIN, labels=labels), SETTINGS)["interval"]
    assert interval["uar"] == {"low": None, "high": None}
    assert interval["note"] == "no interval: 30 test speakers, and hardly a draw of them has every label"


def test_three_speakers_give_no_interval_and_it_says_why(numbers: dict[str, Any]) -> None:
    none = {"low": None, "high": None}
    assert numbers["interval"] == {"uar": none, "accuracy": none, "macro_f1": none, "confidence": 0.9,
                                   "note": "no interval: 3 test speakers, fewer than 5"}


def test_it_is_json_and_the_same_again(numbers: dict[str, Any]) -> None:
    assert json.loads(json.dumps(numbers)) == numbers
    assert result(PREDICTIONS, HISTORY, ORIGIN, SETTINGS) == numbers
