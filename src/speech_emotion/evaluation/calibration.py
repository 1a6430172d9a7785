"""Whether probabilities can be believed, and whether the model knows when it does not know.

Of a clip's probabilities the highest is its confidence. Where probabilities can be believed, of the clips with a
confidence about 0.7, 70 % are right. A temperature T turns probabilities p into p ** (1 / T), scaled to add up to 1:
above 1 it makes them less sure, below 1 more, and never changes what is predicted of a clip (Guo et al. 2017, "On
calibration of modern neural networks", arXiv 1706.04599). It is fitted fold by fold on the validation part.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar

from speech_emotion.evaluation import probabilistic
from speech_emotion.predictions import Predictions

BINS = 10
"""Of equal width, over confidences from 0 to 1."""
SHARES = np.arange(1, 21) / 20
"""Of the clips that are judged, on the coverage curve."""
_BOUNDS = (0.05, 20.0)
"""Of a temperature: beyond these nothing moves any more."""


@dataclass(frozen=True)
class Calibration:
    """How far probabilities can be believed, as they are and with a temperature.

    Attributes
    ----------
    numbers : dict
        Ready for JSON; see docs/evaluation.md.
    temperatures : dict
        By fold.
    reliability, reliability_tempered : pd.DataFrame
        As `reliability` gives it, of the probabilities as they are, and with the temperature.
    coverage : pd.DataFrame
        Columns share, clips, accuracy, accuracy_tempered: of the clips with the highest confidence.
    """

    numbers: dict[str, Any]
    temperatures: dict[int, float]
    reliability: pd.DataFrame
    reliability_tempered: pd.DataFrame
    coverage: pd.DataFrame


def calibrate(predictions: Predictions, test: pd.DataFrame) -> Calibration:
    """Measure the calibration on the test parts, with temperatures from the validation parts.

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
    labels = predictions.origin.labels
    truth, probabilities = probabilistic.of_table(test, labels)
    folds = test["fold"].to_numpy(dtype=int)
    validation = predictions.part("validation")
    temperatures = {}
    for fold in np.unique(folds).tolist():
        rows = validation[validation["fold"] == fold]
        temperatures[fold] = 1.0 if rows.empty else temperature(*probabilistic.of_table(rows, labels))
    warm = tempered(probabilities, np.array([temperatures[fold] for fold in folds]))
    plain, other = reliability(truth, probabilities), reliability(truth, warm)
    curve = _coverage(truth, probabilities).assign(accuracy_tempered=_coverage(truth, warm)["accuracy"])
    numbers = {
        "ece": expected_error(plain),
        "ece_tempered": expected_error(other),
        **{f"{name}_tempered": getattr(probabilistic, name)(truth, warm) for name in ("log_loss", "brier")},
        "temperature": float(np.mean(list(temperatures.values()))),
        "accuracy_of_surest_half": float(curve.loc[curve["share"] == 0.5, "accuracy"].iloc[0]),
    }
    return Calibration({**{name: round(value, 6) for name, value in numbers.items()}, "bins": f"{BINS} of equal width"},
                       temperatures, plain, other, curve)


def temperature(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Find the temperature with the lowest log loss, in [0.05, 20].

    Parameters
    ----------
    truth : np.ndarray [shape=(clips,), dtype=int64]
        Numbers of the true classes.
    probabilities : np.ndarray [shape=(clips, classes)]

    Examples
    --------
    Sure, and right in three of four cases: p ** (1 / T) is to be 3/4.

    >>> truth, probabilities = np.array([0, 0, 0, 1]), np.tile([0.9, 0.1], (4, 1))
    >>> round(temperature(truth, probabilities), 4), round(float(np.log(9) / np.log(3)), 4)
    (2.0, 2.0)
    """
    # Of its inverse the log loss is convex.
    found = minimize_scalar(lambda inverse: probabilistic.log_loss(truth, tempered(probabilities, 1 / inverse)),
                            bounds=(1 / _BOUNDS[1], 1 / _BOUNDS[0]), method="bounded", options={"xatol": 1e-9})
    return round(float(1 / found.x), 6)


def tempered(probabilities: np.ndarray, temperatures: np.ndarray | float) -> np.ndarray:
    """Apply a temperature.

    Parameters
    ----------
    probabilities : np.ndarray [shape=(clips, classes)]
    temperatures : float > 0, or np.ndarray [shape=(clips,)]

    Returns
    -------
    np.ndarray [shape=(clips, classes), dtype=float64]

    Examples
    --------
    >>> tempered(np.array([[0.9, 0.1]]), 2.0).round(6).tolist()
    [[0.75, 0.25]]
    """
    with np.errstate(divide="ignore"):
        logarithms = np.log(probabilities)
    scaled = (logarithms - logarithms.max(axis=1, keepdims=True)) / np.reshape(temperatures, (-1, 1))
    powers = np.exp(scaled)
    scaled_up: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return scaled_up


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
