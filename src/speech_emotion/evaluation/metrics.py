"""Metrics of single-label emotion recognition.

Conventions: `truth` and `predicted` are label names, one per clip, of equal length and at least one. Every metric lies
in [0, 1]. Accuracy is also called WA or WAR (weighted average recall); UAR is also called UA, balanced accuracy or
macro recall. Averages over labels take in the labels that occur in `truth`: a label that was never tested has no
recall. A label in `predicted` that does not occur in `truth` still counts as an error.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score

Labels = Sequence[str] | np.ndarray | pd.Series


def accuracy(truth: Labels, predicted: Labels) -> float:
    """Share of clips with the right label; equals ``sklearn.metrics.accuracy_score``."""
    return float(accuracy_score(truth, predicted))


def uar(truth: Labels, predicted: Labels) -> float:
    """Unweighted average recall; equals ``sklearn.metrics.balanced_accuracy_score``.

    Examples
    --------
    >>> uar(["anger", "anger", "anger", "fear"], ["anger", "anger", "anger", "anger"])
    0.5
    """
    return float(recall_score(truth, predicted, labels=np.unique(truth), average="macro"))


def macro_f1(truth: Labels, predicted: Labels) -> float:
    """Mean F1 over labels; equals ``sklearn.metrics.f1_score(labels=unique(truth), average="macro")``."""
    return float(f1_score(truth, predicted, labels=np.unique(truth), average="macro", zero_division=0))


OVERALL: Mapping[str, Callable[[Labels, Labels], float]] = {"accuracy": accuracy, "uar": uar, "macro_f1": macro_f1}
"""The metrics that every result gives, by the names they have in metrics/evaluate.json."""


def recall(truth: Labels, predicted: Labels) -> dict[str, float]:
    """Recall of each label that occurs in `truth`, in alphabetical order."""
    names = np.unique(truth)
    return dict(zip(names.tolist(), recall_score(truth, predicted, labels=names, average=None).tolist(), strict=True))


def precision(truth: Labels, predicted: Labels) -> dict[str, float]:
    """Precision of each label that occurs in `truth`, in alphabetical order; 0 for one that was never predicted."""
    names = np.unique(truth)
    values = precision_score(truth, predicted, labels=names, average=None, zero_division=0)
    return dict(zip(names.tolist(), values.tolist(), strict=True))


def confusion(truth: Labels, predicted: Labels) -> pd.DataFrame:
    """Count clips by label and prediction.

    Returns
    -------
    pd.DataFrame [shape=(labels, labels), dtype=int64]
        Rows are true labels, columns predictions, both all labels of either in alphabetical order.
    """
    names = np.union1d(np.unique(truth), np.unique(predicted))
    return pd.DataFrame(confusion_matrix(truth, predicted, labels=names), names, names)
