"""How far a metric would move with other speakers."""

from collections.abc import Callable

import numpy as np
import pandas as pd


def by_speaker(
    predictions: pd.DataFrame,
    metric: Callable[[np.ndarray], np.ndarray],
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
        From confusion counts [resamples, labels, labels] to a number for each, such as `metrics.uar_of_counts`.
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

    Examples
    --------
    Of two speakers one is recognised in half of the clips and one in all. A resample holds one of them twice, or both:

    >>> from speech_emotion.evaluation.metrics import accuracy_of_counts
    >>> clips = pd.DataFrame({"speaker": ["ann", "ann", "bob", "bob"], "label": ["anger", "fear", "anger", "fear"],
    ...                       "predicted": ["anger", "anger", "anger", "fear"]})
    >>> by_speaker(clips, accuracy_of_counts, resamples=1000, confidence=0.95, seed=1)
    (0.5, 1.0)
    """
    truth, predicted = (predictions[name].to_numpy(dtype=str) for name in ("label", "predicted"))
    codes = np.unique(np.stack([truth, predicted]), return_inverse=True)[1].reshape(2, -1)
    speakers = np.unique(predictions["speaker"].to_numpy(dtype=str), return_inverse=True)[1]
    num_speakers, num_labels = speakers.max() + 1, codes.max() + 1
    # A resample's confusion is the sum of those of the speakers that were drawn, however often each was.
    counts = np.zeros((num_speakers, num_labels, num_labels), dtype=np.int64)
    np.add.at(counts, (speakers, codes[0], codes[1]), 1)
    draws = np.random.default_rng(seed).integers(num_speakers, size=(resamples, num_speakers))
    times = np.stack([np.bincount(draw, minlength=num_speakers) for draw in draws])
    values = metric(np.tensordot(times, counts, axes=1))
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)
