"""From windows to segments: probabilities smoothed over time, and neighbours of the same label made one.

Smoothing is a moving average of the probabilities, as posteriors of overlapping windows are usually joined; the label
of a moment is the one whose average is highest. It knows no costs of change, as a hidden Markov model would, and so
needs no data to choose them by. It never reaches across a window that was not judged.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from speech_emotion.prediction.timeline.course import Timeline

_EXACT = 1e-9
"""Tolerance in s where a window lies at the very end of what is averaged over."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a recording of which the same is said.

    Attributes
    ----------
    start, end : float
        In s.
    label : str or None
        None for a gap, in which nothing was judged.
    probabilities : np.ndarray [shape=(classes,), dtype=float64], or None
        The mean over its windows.
    not_judged : str or None
        The rule by which it was not, such as "silent".
    """

    start: float
    end: float
    label: str | None
    probabilities: np.ndarray | None
    not_judged: str | None = None


def smoothed(probabilities: np.ndarray, centres: np.ndarray, seconds: float) -> np.ndarray:
    """Average probabilities over time.

    Parameters
    ----------
    probabilities : np.ndarray [shape=(windows, classes)]
        Of each window; NaN where it was not judged.
    centres : np.ndarray [shape=(windows,)]
        Middle of each window in s, ascending.
    seconds : float >= 0
        Over windows whose middles are at most half of this away, without a gap between.

    Returns
    -------
    np.ndarray [shape=(windows, classes), dtype=float64]
        NaN where it was NaN; else each row sums to 1.

    Examples
    --------
    >>> said = np.array([[1.0, 0.0], [0.4, 0.6], [1.0, 0.0]])
    >>> smoothed(said, np.array([2.0, 3.0, 4.0]), 2.0)[:, 0]
    array([0.7, 0.8, 0.7])
    """
    result = np.full(probabilities.shape, np.nan)
    judged = np.isfinite(probabilities).all(axis=1)
    for run in _runs(judged):
        places = centres[run]
        first = np.searchsorted(places, places - seconds / 2 - _EXACT)
        last = np.searchsorted(places, places + seconds / 2 + _EXACT)
        sums = np.concatenate([np.zeros((1, probabilities.shape[1])), np.cumsum(probabilities[run], axis=0)])
        result[run] = (sums[last] - sums[first]) / (last - first)[:, np.newaxis]
    return result


def segments(timeline: Timeline, smooth: float) -> list[Segment]:
    """Make segments of a timeline.

    Parameters
    ----------
    timeline : Timeline
        Of a recording.
    smooth : float >= 0
        Over how many seconds probabilities are averaged; 0 for none.

    Returns
    -------
    list of Segment
        From the recording's start to its end, without holes. Neighbours differ in their label, or in why they are not
        judged. Each window speaks for the time that is nearer to its middle than to another's.
    """
    averages = smoothed(timeline.probabilities, timeline.centres, smooth)
    edges = timeline.edges
    said = [(window.not_judged, None if window.not_judged else timeline.labels[average.argmax()])
            for window, average in zip(timeline.windows, averages, strict=True)]
    made = []
    for (rule, label), group in groupby(range(len(said)), key=said.__getitem__):
        own = list(group)
        mean = None if rule else averages[own].mean(axis=0)
        made.append(Segment(float(edges[own[0]]), float(edges[own[-1] + 1]), label, mean, rule))
    return made


def _runs(judged: np.ndarray) -> Iterator[slice]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], judged, [False]]).astype(int)))
    return (slice(first, last) for first, last in edges.reshape(-1, 2))
