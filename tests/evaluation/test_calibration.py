"""Calibration error, reliability and coverage, against simulations and other ways of computing them."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax

from speech_emotion.evaluation.calibration import SHARES, calibrate, expected_error, reliability
from speech_emotion.predictions import Origin, Predictions

LABELS = ("anger", "fear", "neutral", "sadness")


def simulated(clips: int, heat: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Answers drawn from probabilities, and these probabilities made surer by a factor."""
    random = np.random.default_rng(seed)
    logits = 1.5 * random.standard_normal((clips, len(LABELS)))
    truth = (softmax(logits, axis=1).cumsum(axis=1) < random.random((clips, 1))).sum(axis=1)
    return truth, softmax(logits * heat, axis=1)


def run(clips: int, heats: tuple[float, ...]) -> Predictions:
    """One fold for each heat, of as many validation as test clips."""
    tables = []
    for fold, heat in enumerate(heats):
        for number, part in enumerate(("validation", "test")):
            truth, probabilities = simulated(clips, heat, seed=10 * fold + number)
            tables.append(pd.DataFrame(probabilities, columns=[f"p_{label}" for label in LABELS]).assign(
                fold=fold, part=part, label=np.array(LABELS)[truth]))
    return Predictions(pd.concat(tables, ignore_index=True), Origin(LABELS, "loso", True, False, seed=1, settings={}))


def test_each_fold_has_a_temperature_from_its_own_validation_part() -> None:
    made = run(3000, (1.0, 4.0))
    found = calibrate(made, made.part("test"))
    assert found.temperatures[0] == pytest.approx(1, rel=0.1)
    assert found.temperatures[1] == pytest.approx(4, rel=0.1)
    assert found.numbers["temperature"] == pytest.approx(np.mean(list(found.temperatures.values())), abs=1e-6)
    assert found.numbers["ece"] > 0.1 > 0.03 > found.numbers["ece_tempered"]
    # What the test part says changes no temperature.
    other = made.part("test").assign(label=LABELS[0])
    assert calibrate(made, other).temperatures == found.temperatures
    assert found.numbers["bins"] == "10 of equal width"


def test_a_fold_without_validation_part_keeps_its_probabilities() -> None:
    made = run(50, (3.0,))
    only = Predictions(made.table[made.table["part"] == "test"], made.origin)
    found = calibrate(only, only.part("test"))
    assert found.temperatures == {0: 1.0}
    pd.testing.assert_frame_equal(found.reliability, found.reliability_tempered)


@settings(max_examples=20)
@given(st.integers(1, 60), st.integers(0, 1000))
def test_the_error_is_what_numpy_makes_of_bins(clips: int, seed: int) -> None:
    truth, probabilities = simulated(clips, 2.0, seed)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
    bins = np.minimum(np.digitize(confidence, np.linspace(0, 1, 11)) - 1, 9)
    expected = sum(abs(confidence[bins == each].sum() - right[bins == each].sum()) for each in range(10)) / clips
    table = reliability(truth, probabilities)
    assert expected_error(table) == pytest.approx(expected, abs=1e-9)
    assert table["clips"].sum() == clips
    assert ((table["low"] - 1e-9 <= table["confidence"]) & (table["confidence"] <= table["high"] + 1e-9)).all()


def test_borders_belong_to_the_bin_above_and_certainty_to_the_last() -> None:
    probabilities = np.array([[0.3, 0.3, 0.4 - 1e-12, 1e-12], [0.7, 0.3, 0, 0], [1.0, 0, 0, 0]])
    assert reliability(np.zeros(3, int), probabilities)["low"].tolist() == [0.4, 0.7, 0.9]


def test_the_coverage_curve() -> None:
    # Ten clips, surer and surer; the four least sure are wrong.
    confidence = np.linspace(0.5, 0.95, 10)
    table = pd.DataFrame({"p_anger": confidence, "p_fear": 1 - confidence, "fold": 0, "part": "test",
                          "label": ["fear"] * 4 + ["anger"] * 6})
    made = Predictions(table, Origin(("anger", "fear"), "loso", True, False, seed=1, settings={}))
    curve = calibrate(made, made.part("test")).coverage
    assert curve["share"].tolist() == SHARES.tolist()
    assert dict(zip(curve["share"], curve["clips"], strict=True))[0.25] == 3
    accuracy = dict(zip(curve["share"].round(2), curve["accuracy"], strict=True))
    assert (accuracy[0.05], accuracy[0.6], accuracy[0.7], accuracy[1.0]) == pytest.approx((1, 1, 6 / 7, 0.6))
    assert calibrate(made, made.part("test")).numbers["accuracy_of_surest_half"] == 1


def test_it_is_the_same_for_real_tables(grid: Callable[..., Any], make_predictions: Callable[..., Any]) -> None:
    clips = grid(4)
    rows = pd.concat([clips[["clip_id", "label"]].assign(fold=0, part=part) for part in ("validation", "test")])
    made = make_predictions(rows.drop_duplicates("clip_id"), ("anger", "neutral", "sadness"))
    made = Predictions(made.table.assign(part=["validation", "test"] * (len(made.table) // 2)), made.origin)
    first, second = (calibrate(made, made.part("test")) for _ in range(2))
    assert first.numbers == second.numbers
    pd.testing.assert_frame_equal(first.coverage, second.coverage)
