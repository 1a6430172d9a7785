"""Where each test clip lies on a map in two dimensions: clips that the model takes for alike lie close together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.decomposition import PCA

SCALE = 1000
"""Either side of every map, in whole steps."""
_LEAST = 1e-6
"""Probabilities are taken for no smaller, or a single certain answer would be the whole map."""


@dataclass(frozen=True)
class Places:
    """Two maps of the same clips.

    Attributes
    ----------
    answers : np.ndarray [shape=(clips, 2), dtype=int64]
        By what the model says of a clip, which can be compared over folds; in steps from 0 to `SCALE`.
    layer : np.ndarray [shape=(clips, 2), dtype=int64], or None
        By the network's last layer before the logits, of each fold by itself: networks of two folds have no axis in
        common. None where no network was trained.
    explained : dict
        Share of the variance that the two axes hold: of `answers` under "answers", of a fold's layer under its number.
    """

    answers: np.ndarray
    layer: np.ndarray | None
    explained: dict[str, float]


def places(clips: pd.DataFrame, labels: Sequence[str], embeddings: Iterable[Sequence[float] | None]) -> Places:
    """Lay clips out by their two principal components.

    Parameters
    ----------
    clips : pd.DataFrame
        Columns fold and p_<label>.
    labels : sequence of str
        The classes.
    embeddings : iterable of sequence of float, or None
        Of each clip.

    Returns
    -------
    Places

    Examples
    --------
    >>> clips = pd.DataFrame({"fold": 0, "p_anger": [0.9, 0.5, 0.1], "p_fear": [0.1, 0.5, 0.9]})
    >>> found = places(clips, ["anger", "fear"], [[1.0, 0.0], [0.0, 0.0], [-1.0, 0.0]])
    >>> found.answers.tolist(), found.explained["answers"]
    ([[1000, 500], [500, 500], [0, 500]], 1.0)
    >>> found.layer.tolist()
    [[1000, 500], [500, 500], [0, 500]]
    """
    shares = clips[[f"p_{label}" for label in labels]].to_numpy(dtype=np.float64)
    logs = np.log(np.maximum(shares, _LEAST))
    explained = {}
    answers, explained["answers"] = _flattened(logs - logs.mean(axis=1, keepdims=True))
    vectors = [np.asarray([] if each is None else each, dtype=np.float64) for each in embeddings]
    if not all(len(each) for each in vectors):
        return Places(answers, None, explained)
    folds = clips["fold"].to_numpy(dtype=int)
    layer = np.zeros((len(clips), 2), dtype=np.int64)
    for fold in np.unique(folds).tolist():
        which = np.flatnonzero(folds == fold)
        layer[which], explained[str(fold)] = _flattened(np.stack([vectors[at] for at in which]))
    return Places(answers, layer, explained)


def _flattened(points: np.ndarray) -> tuple[np.ndarray, float]:
    """Give places in whole steps, and the share of the variance that they keep."""
    flat = np.zeros((len(points), 2))
    kept = 1.0
    if len(points) > 1 and np.ptp(points, axis=0).any():
        model = PCA(min(2, *points.shape), svd_solver="full").fit(points)
        # Which way an axis points is arbitrary: here the way of its largest entry.
        largest = np.abs(model.components_).argmax(axis=1)
        signs = np.sign(model.components_[np.arange(len(largest)), largest])
        found = model.transform(points) * signs
        flat[:, : found.shape[1]] = found
        kept = round(float(model.explained_variance_ratio_.sum()), 3)
    low, high = flat.min(axis=0), flat.max(axis=0)
    width = np.where(high - low > 1e-9, high - low, np.inf)  # what does not differ lies in the middle
    return np.rint((flat - (low + high) / 2) / width * SCALE + SCALE / 2).astype(np.int64), kept
