"""Probabilities by label, and the label that they predict."""

from collections.abc import Sequence

import numpy as np
import pandas as pd


def predicted(labels: Sequence[str], probabilities: np.ndarray) -> np.ndarray:
    """Name the class with the highest probability; of equal ones the first.

    Parameters
    ----------
    labels : sequence of str
        The classes.
    probabilities : np.ndarray [shape=(clips, classes)]

    Returns
    -------
    np.ndarray [shape=(clips,), dtype=str]

    Examples
    --------
    >>> predicted(["anger", "fear"], np.array([[0.2, 0.8], [0.5, 0.5]])).tolist()
    ['fear', 'anger']
    """
    return np.asarray(np.array(labels)[probabilities.argmax(axis=1)])


def probability_table(labels: Sequence[str], probabilities: np.ndarray) -> pd.DataFrame:
    """Lay probabilities out by label.

    Parameters
    ----------
    labels : sequence of str
        The classes.
    probabilities : np.ndarray [shape=(clips, classes)]

    Returns
    -------
    pd.DataFrame
        One row per clip: predicted, and p_<label> for each label.

    Examples
    --------
    >>> print(probability_table(["anger", "fear"], np.array([[0.2, 0.8]])).to_string(index=False))
    predicted  p_anger  p_fear
         fear      0.2     0.8
    """
    columns = {f"p_{label}": probabilities[:, at] for at, label in enumerate(labels)}
    return pd.DataFrame({"predicted": predicted(labels, probabilities), **columns})
