"""Metrics of probabilities rather than of the label alone.

Conventions: `truth` holds the number of each clip's class, `probabilities` [clips, classes] its probabilities, which
add up to 1. Lower is better for `log_loss` and `brier`.
"""

import numpy as np
import pandas as pd

METRICS = ("log_loss", "brier", "top_2_accuracy")
"""Names of this module's functions, as in metrics/evaluate.json."""
_SMALLEST = np.finfo(np.float64).eps
"""Under which a probability is not taken to be, as in scikit-learn: one confident mistake would make all infinite."""


def of_table(predictions: pd.DataFrame, labels: tuple[str, ...], kind: str = "p") -> tuple[np.ndarray, np.ndarray]:
    """Take truth and probabilities out of a table of predictions.

    Parameters
    ----------
    predictions : pd.DataFrame
        Columns label, and <kind>_<label> for each label.
    labels : tuple of str
        The classes.
    kind : {"p", "logit"}
        Which numbers.

    Returns
    -------
    truth : np.ndarray [shape=(clips,), dtype=int64]
    numbers : np.ndarray [shape=(clips, classes), dtype=float64]

    Examples
    --------
    >>> table = pd.DataFrame({"label": ["fear"], "p_anger": [0.25], "p_fear": [0.75]})
    >>> truth, numbers = of_table(table, ("anger", "fear"))
    >>> truth.tolist(), numbers.tolist()
    ([1], [[0.25, 0.75]])
    """
    codes = {label: code for code, label in enumerate(labels)}
    truth = np.array([codes[label] for label in predictions["label"]], dtype=np.int64)
    return truth, predictions[[f"{kind}_{label}" for label in labels]].to_numpy(dtype=np.float64)


def log_loss(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean negative natural logarithm of the true class's probability; equals ``sklearn.metrics.log_loss``.

    Examples
    --------
    >>> round(log_loss(np.array([0, 1]), np.array([[1.0, 0.0], [0.5, 0.5]])), 6)
    0.346574
    """
    of_truth = np.maximum(probabilities[np.arange(len(truth)), truth], _SMALLEST)
    return float(-np.log(of_truth).mean()) + 0.0


def brier(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean over clips of the sum over classes of squared errors, in [0, 2]; the definition of Brier (1950).

    Equals ``sklearn.metrics.brier_score_loss(scale_by_half=False)``; a definition that halves it is also in use.

    Examples
    --------
    >>> brier(np.array([0, 1]), np.array([[1.0, 0.0], [0.5, 0.5]]))
    0.25
    """
    errors = probabilities - np.eye(probabilities.shape[1])[truth]
    return float((errors**2).sum(axis=1).mean())


def top_2_accuracy(truth: np.ndarray, probabilities: np.ndarray) -> float:
    """Share of clips whose class is one of the two most probable; of equal ones the first count.

    Equals ``sklearn.metrics.top_k_accuracy_score(k=2)`` where no probabilities of a clip are equal.

    Examples
    --------
    >>> top_2_accuracy(np.array([2, 1]), np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1]]))
    0.5
    """
    first_two = np.argsort(-probabilities, axis=1, kind="stable")[:, :2]
    return float((first_two == truth[:, np.newaxis]).any(axis=1).mean())
