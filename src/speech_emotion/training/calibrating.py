"""How sure a fold's model is made: its temperature, and its predictions with it."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from speech_emotion.models.calibration import Calibration


def calibrated(
    predictions: pd.DataFrame, labels: Sequence[str], how: Literal["none", "temperature"]
) -> tuple[Calibration, pd.DataFrame]:
    """Fit the temperature of one fold on its validation part, and apply it if that is wanted.

    The test part is not looked at.

    Parameters
    ----------
    predictions : pd.DataFrame
        Of the fold's whole model: columns part, label, p_<label> and logit_<label> for each label.
    labels : sequence of str
        The classes.
    how : {"none", "temperature"}
        Whether probabilities stay as they are, or are those with the temperature.

    Returns
    -------
    calibration : Calibration
    predictions : pd.DataFrame
        With the temperature, which logits are divided by; or as they are.

    Examples
    --------
    >>> table = pd.DataFrame({"part": ["validation"] * 4 + ["test"], "label": ["anger"] * 3 + ["fear"] * 2,
    ...                       "p_anger": 0.9, "p_fear": 0.1, "logit_anger": 2.2, "logit_fear": 0.0})
    >>> calibration, softer = calibrated(table, ["anger", "fear"], "temperature")
    >>> round(calibration.temperature, 4)
    2.0
    >>> print(softer.tail(1).to_string(index=False, float_format="%.2f"))
    part label  p_anger  p_fear  logit_anger  logit_fear
    test  fear     0.75    0.25         1.10        0.00
    """
    names, logits = ([f"{kind}_{label}" for label in labels] for kind in ("p", "logit"))
    probabilities = predictions[names].to_numpy(np.float64)
    validation = (predictions["part"] == "validation").to_numpy()
    truth = pd.Categorical(predictions.loc[validation, "label"], categories=list(labels)).codes.astype(np.int64)
    calibration = Calibration.fit(truth, probabilities[validation], applied=how == "temperature")
    if not calibration.applied:
        return calibration, predictions
    return calibration, predictions.assign(**dict(zip(names, calibration(probabilities).T, strict=True)),
                                           **predictions[logits] / calibration.temperature)
