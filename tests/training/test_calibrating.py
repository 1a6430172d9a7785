"""A fold's temperature is fitted on its validation part; applied, it is in what is said, and in no network."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.evaluation.calibration import calibrate
from speech_emotion.models.calibration import Calibration
from speech_emotion.predictions import Predictions
from speech_emotion.temperature import fitted, softened
from speech_emotion.training import fingerprint
from speech_emotion.training.calibrating import calibrated

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")


def numbers(rows: pd.DataFrame, kind: str = "p") -> np.ndarray:
    return rows[[f"{kind}_{label}" for label in LABELS]].to_numpy(np.float64)


@pytest.fixture(scope="module")
def both(grid: Make, make_predictions: Make) -> dict[str, Predictions]:
    """What models of two folds say, as `run.train` writes it: without, and with temperatures."""
    clips = grid(12, LABELS, takes=2)
    part = np.where(clips["speaker"].str[-1].isin(["0", "1", "2"]), "validation", "test")
    made = make_predictions(pd.concat([clips.assign(fold=fold, part=part) for fold in (0, 1)]), LABELS)
    found = {}
    for how in ("none", "temperature"):
        folds = {fold: calibrated(rows, LABELS, how) for fold, rows in made.table.groupby("fold")}
        temperatures = {fold: each.temperature for fold, (each, _) in folds.items() if each.applied}
        origin = type(made.origin)(**{**vars(made.origin), "temperatures": temperatures})
        found[how] = Predictions(pd.concat([rows for _, rows in folds.values()]), origin)
    pd.testing.assert_frame_equal(found["none"].table, made.table)
    return found


def test_only_the_validation_part_decides_and_all_of_the_fold_is_softened(both: dict[str, Predictions]) -> None:
    for fold in (0, 1):
        before, after = (made.table[made.table["fold"] == fold] for made in both.values())
        validation = before[before["part"] == "validation"]
        truth = np.array([LABELS.index(label) for label in validation["label"]])
        temperature = fitted(truth, numbers(validation))
        assert temperature != 1
        assert calibrated(before.assign(label=np.where(before["part"] == "test", "anger", before["label"])), LABELS,
                          "none")[0] == Calibration(temperature, applied=False)
        assert both["temperature"].origin.temperatures[fold] == temperature
        np.testing.assert_allclose(numbers(after), softened(numbers(before), temperature), atol=1e-12)
        np.testing.assert_allclose(numbers(after, "logit"), numbers(before, "logit") / temperature, rtol=1e-12)
        np.testing.assert_array_equal(numbers(after).argmax(axis=1), numbers(before).argmax(axis=1))


def test_evaluation_tells_both_apart_whichever_the_predictions_are(both: dict[str, Predictions]) -> None:
    without, applied = (calibrate(made, made.part("test")) for made in both.values())
    assert (without.numbers["applied"], applied.numbers["applied"]) == (False, True)
    assert without.temperatures == applied.temperatures == both["temperature"].origin.temperatures
    either = ("applied", "accuracy_of_surest_half")
    assert {key: value for key, value in without.numbers.items() if key not in either} == pytest.approx(
        {key: value for key, value in applied.numbers.items() if key not in either}, abs=1e-6)
    pd.testing.assert_frame_equal(without.reliability, applied.reliability)
    pd.testing.assert_frame_equal(without.reliability_tempered, applied.reliability_tempered)
    assert without.numbers["log_loss"] != without.numbers["log_loss_tempered"]


def test_no_network_is_trained_anew(tiny: Make) -> None:
    none, temperature = (fingerprint.deciding(tiny(calibration=how).model_dump(mode="json"))
                         for how in ("none", "temperature"))
    assert none == temperature
