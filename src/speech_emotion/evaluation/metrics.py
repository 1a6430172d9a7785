"""Metrics of single-label emotion recognition.

Conventions: `truth` and `predicted` are label names, one per clip, of equal length and at least one. Every metric lies
in [0, 1]. Accuracy is also called WA or WAR (weighted average recall); UAR is also called UA, balanced accuracy or
macro recall. Averages over labels take in the labels that occur in `truth`: a label that was never tested has no
recall. A label in `predicted` that does not occur in `truth` still counts as an error. The same holds within a group of
clips, such as those of one speaker: its UAR is over the labels that it has clips of.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import pandas as pd
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score

Labels = Sequence[str] | np.ndarray | pd.Series
"""Label names, one per clip."""

OVERALL: dict[str, Callable[[Labels, Labels], float]] = {}
"""The metrics that every result gives, by the names and in the order they have at the top of metrics/evaluate.json."""

_Metric = TypeVar("_Metric", bound=Callable[[Labels, Labels], float])


def overall(metric: _Metric) -> _Metric:
    """Mark a metric as one that every result gives, under the function's name.

    Examples
    --------
    >>> list(OVERALL)
    ['uar', 'accuracy', 'macro_f1']
    """
    OVERALL[metric.__name__] = metric
    return metric


@overall
def uar(truth: Labels, predicted: Labels) -> float:
    """Unweighted average recall; equals ``sklearn.metrics.balanced_accuracy_score``.

    Examples
    --------
    >>> uar(["anger", "anger", "anger", "fear"], ["anger", "anger", "anger", "anger"])
    0.5
    """
    return float(recall_score(truth, predicted, labels=np.unique(truth), average="macro"))


@overall
def accuracy(truth: Labels, predicted: Labels) -> float:
    """Share of clips with the right label; equals ``sklearn.metrics.accuracy_score``.

    Examples
    --------
    >>> accuracy(["anger", "anger", "anger", "fear"], ["anger", "anger", "anger", "anger"])
    0.75
    """
    return float(accuracy_score(truth, predicted))


@overall
def macro_f1(truth: Labels, predicted: Labels) -> float:
    """Mean F1 over labels; equals ``sklearn.metrics.f1_score(labels=unique(truth), average="macro")``.

    Examples
    --------
    >>> round(macro_f1(["anger", "anger", "anger", "fear"], ["anger", "anger", "anger", "anger"]), 4)
    0.4286
    """
    return float(f1_score(truth, predicted, labels=np.unique(truth), average="macro", zero_division=0))


def recall(truth: Labels, predicted: Labels) -> dict[str, float]:
    """Recall of each label that occurs in `truth`, in alphabetical order.

    Examples
    --------
    >>> recall(["anger", "anger", "fear", "fear"], ["anger", "anger", "anger", "fear"])
    {'anger': 1.0, 'fear': 0.5}
    """
    names = np.unique(truth)
    return dict(zip(names.tolist(), recall_score(truth, predicted, labels=names, average=None).tolist(), strict=True))


def precision(truth: Labels, predicted: Labels) -> dict[str, float]:
    """Precision of each label that occurs in `truth`, in alphabetical order; 0 for one that was never predicted.

    Examples
    --------
    >>> precision(["anger", "fear"], ["anger", "anger"])
    {'anger': 0.5, 'fear': 0.0}
    """
    names = np.unique(truth)
    values = precision_score(truth, predicted, labels=names, average=None, zero_division=0)
    return dict(zip(names.tolist(), values.tolist(), strict=True))


def f1(truth: Labels, predicted: Labels) -> dict[str, float]:
    """F1 of each label that occurs in `truth`, in alphabetical order; 0 for one that is never right.

    Examples
    --------
    >>> {label: round(value, 4) for label, value in f1(["anger", "anger", "fear"], ["anger", "anger", "anger"]).items()}
    {'anger': 0.8, 'fear': 0.0}
    """
    names = np.unique(truth)
    values = f1_score(truth, predicted, labels=names, average=None, zero_division=0)
    return dict(zip(names.tolist(), values.tolist(), strict=True))


def confusion(truth: Labels, predicted: Labels, labels: Sequence[str] | None = None) -> pd.DataFrame:
    """Count clips by label and prediction.

    Parameters
    ----------
    truth, predicted : sequence of str
        One label per clip.
    labels : sequence of str, optional
        The labels to count, whether or not a clip has them; by default all of either, in alphabetical order.

    Returns
    -------
    pd.DataFrame [shape=(labels, labels), dtype=int64]
        Rows are true labels, columns predictions, both in the order of `labels`.

    Examples
    --------
    >>> confusion(["anger", "anger", "fear"], ["anger", "calm", "fear"])
           anger  calm  fear
    anger      1     1     0
    calm       0     0     0
    fear       0     0     1
    """
    names = np.union1d(np.unique(truth), np.unique(predicted)) if labels is None else np.array(labels)
    return pd.DataFrame(confusion_matrix(truth, predicted, labels=names), names, names)


def counts_by(groups: Labels, truth: Labels, predicted: Labels) -> np.ndarray:
    """Count clips by label and prediction within each group, such as each speaker.

    Parameters
    ----------
    groups : sequence of str
        The group of each clip.
    truth, predicted : sequence of str
        One label per clip.

    Returns
    -------
    np.ndarray [shape=(groups, labels, labels), dtype=int64]
        Groups in alphabetical order; of each, true labels by predictions, both all labels of either in that order.

    Examples
    --------
    >>> counts_by(["ann", "ann", "bob"], ["anger", "fear", "fear"], ["anger", "anger", "fear"]).tolist()
    [[[1, 0], [1, 0]], [[0, 0], [0, 1]]]
    """
    codes = np.unique(np.stack([np.asarray(truth, dtype=str), np.asarray(predicted, dtype=str)]), return_inverse=True)
    pairs = codes[1].reshape(2, -1)
    members = np.unique(np.asarray(groups, dtype=str), return_inverse=True)[1]
    counts = np.zeros((members.max() + 1, len(codes[0]), len(codes[0])), dtype=np.int64)
    np.add.at(counts, (members, *pairs), 1)
    return counts


def accuracy_of_counts(counts: np.ndarray) -> np.ndarray:
    """Accuracy from confusion counts; equals `accuracy` of the clips that are counted.

    Parameters
    ----------
    counts : np.ndarray [shape=(..., labels, labels)]
        Rows are true labels, columns predictions.

    Returns
    -------
    np.ndarray [shape=(...), dtype=float64]

    Examples
    --------
    >>> float(accuracy_of_counts(np.array([[3, 1], [0, 4]])))
    0.875
    """
    hits: np.ndarray = np.trace(counts, axis1=-2, axis2=-1) / counts.sum(axis=(-2, -1))
    return hits


def uar_of_counts(counts: np.ndarray) -> np.ndarray:
    """UAR from confusion counts; equals `uar` of the clips that are counted.

    Parameters
    ----------
    counts : np.ndarray [shape=(..., labels, labels)]
        Rows are true labels, columns predictions. A label without clips has no recall and is left out.

    Returns
    -------
    np.ndarray [shape=(...), dtype=float64]

    Examples
    --------
    >>> float(uar_of_counts(np.array([[3, 1], [0, 4]])))
    0.875
    """
    num_clips = counts.sum(axis=-1)
    recalls = np.diagonal(counts, axis1=-2, axis2=-1) / np.maximum(num_clips, 1)
    mean: np.ndarray = recalls.sum(axis=-1) / np.count_nonzero(num_clips, axis=-1)
    return mean


def macro_f1_of_counts(counts: np.ndarray) -> np.ndarray:
    """Macro-F1 from confusion counts; equals `macro_f1` of the clips that are counted.

    Parameters
    ----------
    counts : np.ndarray [shape=(..., labels, labels)]
        Rows are true labels, columns predictions. A label without clips is left out.

    Returns
    -------
    np.ndarray [shape=(...), dtype=float64]

    Examples
    --------
    >>> round(float(macro_f1_of_counts(np.array([[3, 1], [0, 4]]))), 6)
    0.873016
    """
    num_clips = counts.sum(axis=-1)
    either = num_clips + counts.sum(axis=-2)
    scores = np.where(num_clips > 0, 2 * np.diagonal(counts, axis1=-2, axis2=-1) / np.maximum(either, 1), 0)
    mean: np.ndarray = scores.sum(axis=-1) / np.count_nonzero(num_clips, axis=-1)
    return mean


OF_COUNTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "uar": uar_of_counts, "accuracy": accuracy_of_counts, "macro_f1": macro_f1_of_counts,
}
"""By their names in `OVERALL`, the metrics that have an interval over speakers."""
