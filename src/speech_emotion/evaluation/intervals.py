"""How far a metric would move with other speakers."""

from collections.abc import Callable

import numpy as np
import pandas as pd


def by_speaker(
    predictions: pd.DataFrame,
    metric: Callable[[np.ndarray, np.ndarray], float],
    *,
    resamples: int,
    confidence: float,
    seed: int,
) -> tuple[float, float]:
    """Percentile bootstrap interval of a metric, resampling whole speakers.

    Clips of one speaker are alike, so resampling clips would give intervals that are far too narrow (Field & Welsh
    2007, "Bootstrapping clustered data", doi 10.1111/j.1467-9868.2007.00593.x).

    Parameters
    ----------
    predictions : pd.DataFrame
        Columns speaker, label, predicted.
    metric : callable
        From labels and predictions (whole numbers that stand for their names) to a number.
    resamples : int
        How many times speakers are drawn with replacement, as many as there are.
    confidence : float
        In (0, 1), such as 0.95.
    seed : int
        Of the draws.

    Returns
    -------
    low, high : float
        Equal to each other if there is a single speaker.
    """
    # Whole numbers for names: metrics only ask which are equal, and compare numbers several times faster.
    labels, predicted = (predictions[name].to_numpy(dtype=str) for name in ("label", "predicted"))
    codes = np.unique(np.stack([labels, predicted]), return_inverse=True)[1].reshape(2, -1)
    groups = list(predictions.groupby("speaker").indices.values())
    random = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        drawn = np.concatenate([groups[index] for index in random.integers(len(groups), size=len(groups))])
        values.append(metric(codes[0, drawn], codes[1, drawn]))
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
