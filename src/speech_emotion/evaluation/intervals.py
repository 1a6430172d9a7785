"""How far a metric would move with other speakers."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from speech_emotion.evaluation.metrics import counts_by

MIN_SPEAKERS = 5
"""With fewer there is no interval: so few draws with replacement say nothing of speakers who were not drawn."""

FAIR_SPEAKERS = 10
"""With fewer the interval is rough, and mostly too narrow."""


def by_speaker(
    predictions: pd.DataFrame,
    metric: Callable[[np.ndarray], np.ndarray],
    *,
    resamples: int,
    confidence: float,
    seed: int,
    against: str | None = None,
) -> tuple[float, float] | None:
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
    against : str, optional
        A column with other predictions of the same clips; then the interval is of how much the metric of `predicted`
        exceeds theirs, with the same speakers drawn for both (a paired bootstrap).

    Returns
    -------
    low, high : float, or None
        None for fewer than `MIN_SPEAKERS` speakers; `note` says so.

    Examples
    --------
    Of five speakers one is recognised in half of the clips and the others in all. How often a resample holds that one
    decides:

    >>> from speech_emotion.evaluation.metrics import accuracy_of_counts
    >>> clips = pd.DataFrame({"speaker": list("aabbccddee"), "label": ["anger", "fear"] * 5,
    ...                       "predicted": ["anger", "anger", *["anger", "fear"] * 4]})
    >>> by_speaker(clips, accuracy_of_counts, resamples=1000, confidence=0.95, seed=1)
    (0.7, 1.0)
    >>> by_speaker(clips[clips["speaker"] < "e"], accuracy_of_counts, resamples=1000, confidence=0.95, seed=1) is None
    True
    """
    num_speakers = predictions["speaker"].nunique()
    if num_speakers < MIN_SPEAKERS:
        return None
    draws = np.random.default_rng(seed).integers(num_speakers, size=(resamples, num_speakers))
    # A resample's confusion is the sum of those of the speakers that were drawn, however often each was.
    times = np.stack([np.bincount(draw, minlength=num_speakers) for draw in draws])

    def resampled(column: str) -> np.ndarray:
        counts = counts_by(predictions["speaker"], predictions["label"], predictions[column])
        return metric(np.tensordot(times, counts, axes=1))

    values = resampled("predicted") - (resampled(against) if against else 0)
    tail = (1 - confidence) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return float(low), float(high)


def note(num_speakers: int) -> str:
    """Say what an interval over so many speakers is worth, or why there is none.

    Parameters
    ----------
    num_speakers : int
        At least 1.

    Examples
    --------
    >>> note(1)
    'no interval: 1 test speaker, fewer than 5'
    >>> note(7)
    'rough: 7 test speakers, fewer than 10'
    >>> note(24)
    '24 test speakers'
    """
    speakers = f"{num_speakers} test speaker{'' if num_speakers == 1 else 's'}"
    if num_speakers < MIN_SPEAKERS:
        return f"no interval: {speakers}, fewer than {MIN_SPEAKERS}"
    if num_speakers < FAIR_SPEAKERS:
        return f"rough: {speakers}, fewer than {FAIR_SPEAKERS}"
    return speakers
