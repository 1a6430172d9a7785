"""Whether probabilities can be believed, and whether the model knows when it does not know.

Of a clip's probabilities the highest is its confidence. Where probabilities can be believed, of the clips with a
confidence about 0.7, 70 % are right. A temperature (`speech_emotion.temperature`) makes them less sure, or surer, and
changes nothing that is predicted. It is fitted fold by fold on the validation part. Where the models have applied it
(`train_cnn.calibration`), it is taken off again, so that both are measured all the same: without, and with it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from speech_emotion.evaluation import probabilistic
from speech_emotion.predictions import Predictions
from speech_emotion.temperature import fitted, softened

BINS = 10
"""Of equal width, over confidences from 0 to 1."""
SHARES = np.arange(1, 21) / 20
"""Of the clips that are judged, on the coverage curve."""
_SCORES = ("log_loss", "brier")


@dataclass(frozen=True)
class Calibration:
    """How far probabilities can be believed, without and with a temperature.

    Attributes
    ----------
    numbers : dict
        Ready for JSON; see docs/evaluation.md.
    temperatures : dict
        By fold.
    reliability, reliability_tempered : pd.DataFrame
        As `reliability` gives it, of the probabilities without the temperature, and with it.
    coverage : pd.DataFrame
        Columns share, clips, accuracy, accuracy_tempered: of the clips with the highest confidence.
    """

    numbers: dict[str, Any]
    temperatures: dict[int, float]
    reliability: pd.DataFrame
    reliability_tempered: pd.DataFrame
    coverage: pd.DataFrame


def calibrate(predictions: Predictions, test: pd.DataFrame) -> Calibration:
    """Measure the calibration on the test parts, without and with temperatures from the validation parts.

    Parameters
    ----------
    predictions : Predictions
        Of the validation and test parts.
    test : pd.DataFrame
        The rows of its test parts: fold, label, p_<label>.

    Returns
    -------
    Calibration

    Examples
    --------
    Two of three are right, and the model was sure of all:

    >>> from speech_emotion.predictions import Origin
    >>> table = pd.DataFrame({"fold": 0, "part": ["validation"] * 3 + ["test"] * 3, "p_anger": 0.99, "p_fear": 0.01,
    ...                       "label": ["anger", "anger", "fear"] * 2})
    >>> made = Predictions(table, Origin(("anger", "fear"), "loso", True, False, seed=1, settings={}))
    >>> found = calibrate(made, made.part("test"))
    >>> round(found.temperatures[0], 2), found.numbers["ece"], found.numbers["ece_tempered"]
    (6.63, 0.323333, 0.0)
    """
    origin = predictions.origin
    truth, said = probabilistic.of_table(test, origin.labels)
    folds = test["fold"].to_numpy(dtype=int)
    validation = predictions.part("validation")
    temperatures: dict[int, float] = {}
    undone, done = np.ones((2, len(test)))
    for fold in np.unique(folds).tolist():
        if fold in origin.temperatures:
            temperatures[fold] = origin.temperatures[fold]
            undone[folds == fold] = 1 / temperatures[fold]
        else:
            own = probabilistic.of_table(validation[validation["fold"] == fold], origin.labels)
            done[folds == fold] = temperatures[fold] = fitted(*own)
    plain, warm = softened(said, undone), softened(said, done)
    applied = bool(origin.temperatures)
    without, tempered = reliability(truth, plain), reliability(truth, warm)
    curve = _coverage(truth, plain).assign(accuracy_tempered=_coverage(truth, warm)["accuracy"])
    numbers = {
        "ece": expected_error(without),
        **{name: getattr(probabilistic, name)(truth, plain) for name in _SCORES},
        "ece_tempered": expected_error(tempered),
        **{f"{name}_tempered": getattr(probabilistic, name)(truth, warm) for name in _SCORES},
        "temperature": float(np.mean(list(temperatures.values()))),
        "accuracy_of_surest_half": float(
            curve.loc[curve["share"] == 0.5, "accuracy_tempered" if applied else "accuracy"].iloc[0]),
    }
    return Calibration({**{name: round(value, 6) for name, value in numbers.items()}, "applied": applied,
                        "bins": f"{BINS} of equal width"}, temperatures, without, tempered, curve)


def reliability(truth: np.ndarray, probabilities: np.ndarray) -> pd.DataFrame:
    """Compare confidence and accuracy, bin by bin.

    Parameters
    ----------
    truth : np.ndarray [shape=(clips,), dtype=int64]
    probabilities : np.ndarray [shape=(clips, classes)]

    Returns
    -------
    pd.DataFrame
        One row for each bin that has clips, of `BINS` of equal width (a confidence at a border belongs to the bin
        above): low and high end, clips, their mean confidence and their accuracy.

    Examples
    --------
    >>> probabilities = np.array([[0.75, 0.25], [0.72, 0.28], [0.1, 0.9]])
    >>> print(reliability(np.array([0, 1, 1]), probabilities).to_string(index=False))
     low  high  clips  confidence  accuracy
     0.7   0.8      2       0.735       0.5
     0.9   1.0      1       0.900       1.0
    """
    confidence = probabilities.max(axis=1)
    number = np.minimum((confidence * BINS + 1e-9).astype(int), BINS - 1)
    rows = pd.DataFrame({"bin": number, "confidence": confidence, "accuracy": probabilities.argmax(axis=1) == truth})
    table = rows.groupby("bin").agg(clips=("accuracy", "size"), confidence=("confidence", "mean"),
                                    accuracy=("accuracy", "mean")).reset_index()
    table.insert(0, "low", table["bin"] / BINS)
    table.insert(1, "high", (table["bin"] + 1) / BINS)
    return table.drop(columns="bin")


def expected_error(table: pd.DataFrame) -> float:
    """Average over clips how far confidence and accuracy are apart in their bins: the expected calibration error.

    Parameters
    ----------
    table : pd.DataFrame
        As `reliability` gives it.

    Examples
    --------
    >>> expected_error(pd.DataFrame({"clips": [3, 1], "confidence": [0.75, 0.95], "accuracy": [0.5, 1.0]}))
    0.2
    """
    apart = (table["confidence"] - table["accuracy"]).abs()
    return round(float((apart * table["clips"]).sum() / table["clips"].sum()), 12)


def _coverage(truth: np.ndarray, probabilities: np.ndarray) -> pd.DataFrame:
    surest_first = np.argsort(-probabilities.max(axis=1), kind="stable")
    right = (probabilities.argmax(axis=1) == truth)[surest_first]
    clips = np.ceil(SHARES * len(truth) - 1e-9).astype(int)
    return pd.DataFrame({"share": SHARES, "clips": clips, "accuracy": np.cumsum(right)[clips - 1] / clips})
