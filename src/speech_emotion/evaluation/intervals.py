"""How far a metric would move with other speakers.

Clips of one speaker are alike, so resampling clips would give intervals that are far too narrow: whole speakers are
drawn (Field & Welsh 2007, "Bootstrapping clustered data", doi 10.1111/j.1467-9868.2007.00593.x). A draw that leaves a
label without clips is drawn anew, since its UAR would be over other labels. (Drawing within strata would keep labels
too, but a stratum of one or two speakers has next to no spread of its own.) Quantiles are taken further out the fewer
speakers there are, since plain ones of few are too narrow: the expanded percentile interval of Hesterberg (2015), "What
teachers should know about the bootstrap", doi 10.1080/00031305.2015.1089789. How often the result holds the truth is
measured by `benchmarks/interval_coverage.py`.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from speech_emotion.evaluation.metrics import Labels, counts_by

MIN_SPEAKERS = 5
"""With fewer there is no interval: so few draws with replacement say nothing of speakers who were not drawn."""

FAIR_SPEAKERS = 10
"""With fewer the interval is rough."""

_TRIES = 100
"""How many draws are made for one that has every label, at most."""
_AT_ONCE = 500
"""Draws; of thousands of speakers all together would not fit into memory in their widest form."""


def by_speaker(
    predictions: pd.DataFrame,
    metric: Callable[[np.ndarray], np.ndarray],
    *,
    resamples: int,
    confidence: float,
    seed: int,
    against: str | None = None,
) -> tuple[float, float] | None:
    """Bootstrap interval of a metric, resampling whole speakers.

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
        None for fewer than `MIN_SPEAKERS` speakers, or where `draw` finds none; `note` says so.

    Examples
    --------
    Of five speakers one is recognised in half of the clips and the others in all. How often a resample holds that one
    decides:

    >>> from speech_emotion.evaluation.metrics import accuracy_of_counts
    >>> clips = pd.DataFrame({"speaker": list("aabbccddee"), "label": ["anger", "fear"] * 5,
    ...                       "predicted": ["anger", "anger", *["anger", "fear"] * 4]})
    >>> by_speaker(clips, accuracy_of_counts, resamples=1000, confidence=0.8, seed=1)
    (0.7, 1.0)
    >>> by_speaker(clips[clips["speaker"] < "e"], accuracy_of_counts, resamples=1000, confidence=0.8, seed=1) is None
    True
    """
    times = draw(predictions["speaker"], predictions["label"], resamples=resamples, seed=seed)
    if times is None:
        return None

    def resampled(column: str) -> np.ndarray:
        return metric(recount(times, counts_by(predictions["speaker"], predictions["label"], predictions[column])))

    values = resampled("predicted") - (resampled(against) if against else 0)
    return ends(values, confidence, times.shape[1])


def draw(speaker: Labels, label: Labels, *, resamples: int, seed: int) -> np.ndarray | None:
    """Draw speakers with replacement, as many as there are, such that every label stays.

    Parameters
    ----------
    speaker, label : sequence of str
        Of each clip.
    resamples : int
        How often.
    seed : int
        Of the draws.

    Returns
    -------
    np.ndarray [shape=(resamples, speakers), dtype=float32], or None
        How often each speaker was drawn, speakers in alphabetical order. None for fewer than `MIN_SPEAKERS` speakers,
        or where hardly a draw has every label: such speakers are as different as the labels, and say nothing of others.

    Examples
    --------
    >>> times = draw(list("abcde"), ["anger", *["fear"] * 4], resamples=1000, seed=1)
    >>> times.shape, times[0].sum().item(), times[:, 0].min().item()
    ((1000, 5), 5.0, 1.0)
    """
    has = pd.crosstab(np.asarray(speaker, dtype=str), np.asarray(label, dtype=str)).to_numpy().astype(np.float32)
    num_speakers = len(has)
    if num_speakers < MIN_SPEAKERS:
        return None
    random = np.random.default_rng(seed)
    found, number = [], 0
    for _ in range(-(-_TRIES * resamples // _AT_ONCE)):
        drawn = random.multinomial(num_speakers, [1 / num_speakers] * num_speakers, size=_AT_ONCE)
        times = drawn.astype(np.float32)
        found.append(times[(times @ has > 0).all(axis=1)])
        number += len(found[-1])
        if number >= resamples:
            return np.concatenate(found)[:resamples]
    return None


def recount(times: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Add up the confusion of the speakers that were drawn, each as often as it was.

    Parameters
    ----------
    times : np.ndarray [shape=(resamples, speakers)]
        As `draw` gives it.
    counts : np.ndarray [shape=(speakers, labels, labels)]
        As `metrics.counts_by` gives it.

    Returns
    -------
    np.ndarray [shape=(resamples, labels, labels), dtype=float64]

    Examples
    --------
    >>> recount(np.array([[2.0, 0.0]]), np.array([[[1, 0], [1, 0]], [[0, 0], [0, 1]]])).tolist()
    [[[2.0, 0.0], [2.0, 0.0]]]
    """
    # Whole numbers far below 2 ** 24 are exact in float32, as are their sums.
    return np.tensordot(times.astype(np.float32, copy=False), counts.astype(np.float32), axes=1).astype(np.float64)


def ends(values: np.ndarray, confidence: float, num_speakers: int) -> tuple[float, float]:
    """Give the ends of the expanded percentile interval.

    Parameters
    ----------
    values : np.ndarray [shape=(resamples,)]
        Of a metric, or of a difference of two.
    confidence : float
        In (0, 1).
    num_speakers : int
        That were drawn each time.

    Examples
    --------
    Of 8 speakers the quantiles at 0.6 and 99.4 % stand for those at 2.5 and 97.5 %:

    >>> [round(end, 3) for end in ends(np.linspace(0, 1, 1001), 0.95, 8)]
    [0.006, 0.994]
    >>> [round(end, 3) for end in ends(np.linspace(0, 1, 1001), 0.95, 1000)]
    [0.025, 0.975]
    """
    further = np.sqrt(num_speakers / (num_speakers - 1)) * t.isf((1 - confidence) / 2, num_speakers - 1)
    low, high = np.quantile(values, norm.cdf([-further, further]))
    return float(low), float(high)


def p_value(differences: np.ndarray, num_speakers: int) -> float:
    """Say how surprising a difference is if there is none: two-sided, from the same draws as its interval.

    It is the share at which the interval of `ends` would just hold 0: below 0.05 exactly where the 95 % interval does
    not, up to the draws' own steps. Never 0, since nothing is smaller than the share of one draw.

    Parameters
    ----------
    differences : np.ndarray [shape=(resamples,)]
        Of two metrics, with the same speakers drawn for both.
    num_speakers : int
        That were drawn each time.

    Examples
    --------
    >>> p_value(np.zeros(1000), 12)
    1.0
    >>> round(p_value(np.linspace(-0.1, 0.9, 1000), 12), 3)
    0.247
    >>> round(p_value(np.linspace(-0.1, 0.9, 1000), 1000), 3)
    0.202
    """
    beyond = min((np.count_nonzero(differences <= 0) + 1), (np.count_nonzero(differences >= 0) + 1))
    distance = norm.isf(min(beyond / (len(differences) + 1), 0.5))
    return float(2 * t.sf(distance / np.sqrt(num_speakers / (num_speakers - 1)), num_speakers - 1))


def note(num_speakers: int, *, drawn: bool = True) -> str:
    """Say what an interval over so many speakers is worth, or why there is none.

    Parameters
    ----------
    num_speakers : int
        At least 1.
    drawn : bool
        Whether `draw` found draws with every label, of enough speakers.

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
    if not drawn:
        return f"no interval: {speakers}, and hardly a draw of them has every label"
    if num_speakers < FAIR_SPEAKERS:
        return f"rough: {speakers}, fewer than {FAIR_SPEAKERS}"
    return speakers
