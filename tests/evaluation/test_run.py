"""What is said of a run, in one line and above its pictures."""

import dataclasses
from typing import Any

import pandas as pd
import pytest

from speech_emotion.evaluation.calibration import calibrate
from speech_emotion.evaluation.metrics import confusion
from speech_emotion.evaluation.result import result
from speech_emotion.evaluation.run import Evaluation
from speech_emotion.evaluation.slices import slices
from speech_emotion.params.evaluate import Intervals
from speech_emotion.predictions import EncoderUse, Origin, Predictions

SETTINGS = Intervals(resamples=100, confidence=0.9)


def measured(speakers: int, labels: tuple[str, ...] = ("anger", "fear"), **origin: Any) -> Evaluation:
    """Every speaker has one clip of anger and one of fear; fear is recognised."""
    rows = pd.DataFrame({
        "fold": 0, "corpus": "toy", "speaker": [f"toy-{number // 2:02d}" for number in range(2 * speakers)],
        "label": ["anger", "fear"] * speakers, "predicted": "fear", "baseline": "anger",
    })
    rows = rows.assign(**{f"p_{label}": 1.0 if label == "fear" else 0.0 for label in labels})
    history = pd.DataFrame({"fold": [0], "network": [0], "epoch": [1], "kept": [True]})
    about = Origin(labels, **{"protocol": "loso", "speaker_independent": True, "statement_independent": False,
                              "seed": 1, "settings": {}, **origin})
    numbers = result(rows, history, about, SETTINGS)
    calibration = calibrate(Predictions(rows.assign(part="test"), about), rows)
    return Evaluation(numbers, rows, confusion(rows["label"], rows["predicted"], labels), history, calibration,
                      slices(rows, SETTINGS, seed=1))


@pytest.mark.parametrize(("speakers", "said"), [
    (1, "UAR 0.500 (no interval: 1 test speaker, fewer than 5)"),
    (7, "UAR 0.500 (90% interval over speakers 0.500 to 0.500; rough: 7 test speakers, fewer than 10)"),
    (700, "UAR 0.500 (90% interval over speakers 0.500 to 0.500; 700 test speakers)"),
])
def test_the_score_says_what_its_interval_is_worth(speakers: int, said: str) -> None:
    run = measured(speakers)
    assert run.score == said
    assert run.title == f"toy, loso\n{said}, {2 * speakers:,} clips"
    assert str(run).startswith(f"toy, loso: {said}, mean over speakers 0.500, accuracy 0.500")


def test_labels_that_were_never_tested_are_named() -> None:
    assert measured(1, ("anger", "boredom", "calm", "fear")).score.startswith(
        "UAR over 2 of 4 labels (boredom, calm never tested) 0.500 (no interval")


def test_what_people_achieve_is_said() -> None:
    run = measured(1)
    assert str(run).endswith("chance 0.500")
    run.numbers.update({"corpora": "savee", "human": {"savee": {"accuracy": 0.665}}})
    assert str(run).endswith("chance 0.500, people's accuracy 0.665")


def test_what_explains_the_score_without_hearing_is_said() -> None:
    run = measured(1)
    run.numbers["shortcuts"] = {"uar": {"text": 0.99, "duration": 0.8, "sex": 0.5}, "warning": ""}
    assert run.warning == ""
    run.numbers["shortcuts"]["warning"] = "text, duration"
    assert "by who knows only the clips' text (UAR 0.990), duration (UAR 0.800); chance is 0.500" in run.warning


def test_speaker_dependence_is_marked() -> None:
    run = measured(1, protocol="random_kfold", speaker_independent=False)
    assert run.title.startswith("toy, random_kfold (SPEAKER-DEPENDENT)\nUAR")
    assert str(run).startswith("toy, random_kfold (SPEAKER-DEPENDENT): UAR")


def test_transduction_is_marked() -> None:
    run = measured(1, transductive=True)
    assert run.title.startswith("toy, loso (TRANSDUCTIVE)\nUAR")
    assert str(run).startswith("toy, loso (TRANSDUCTIVE): UAR")
    both = measured(1, protocol="random_kfold", speaker_independent=False, transductive=True)
    assert both.name == "toy, random_kfold (SPEAKER-DEPENDENT, TRANSDUCTIVE)"


def test_encoders_are_named_and_what_they_have_heard_is_said() -> None:
    used = EncoderUse("encoder", "whisper-base", "0" * 64, "MIT", "speech", layers=(2, 3), heard=())
    run = measured(1, encoders=(used,))
    assert run.name == "toy, loso (with whisper-base)"
    assert run.numbers["encoders"]["encoder"] == {
        "name": "whisper-base", "sha256": "0" * 64, "licence": "MIT", "trained_on": "speech", "layers": "2, 3",
        "heard": ""}
    heard = measured(1, encoders=(dataclasses.replace(used, heard=("toy",)),), transductive=True)
    assert heard.name == "toy, loso (TRANSDUCTIVE, with whisper-base, WHICH HAS LEARNT FROM toy)"
    assert "encoders" not in measured(1).numbers
