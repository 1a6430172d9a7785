"""A temperature: one number that makes probabilities less sure or surer, and changes nothing that is predicted.

A temperature T turns probabilities p into p ** (1 / T), scaled to add up to 1: above 1 it makes them less sure, below 1
surer (Guo et al. 2017, "On calibration of modern neural networks", arXiv 1706.04599).
"""

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

COLDEST, HOTTEST = 0.05, 20.0
"""Beyond these nothing moves any more."""
SMALLEST = float(np.finfo(np.float32).tiny)
"""Under which a probability is not taken to be, so that it has a logarithm. An exported model, which computes in
float32, knows no smaller one."""
_DIGITS = 6


def fitted(
    truth: np.ndarray, probabilities: np.ndarray, *, coldest: float = COLDEST, hottest: float = HOTTEST
) -> float:
    """Find the temperature with the lowest log loss.

    Parameters
    ----------
    truth : np.ndarray [shape=(clips,), dtype=int64]
        Numbers of the true classes.
    probabilities : np.ndarray [shape=(clips, classes)]
        What is said of clips that were not learnt from.
    coldest, hottest : float > 0
        Between which it is searched.

    Returns
    -------
    float
        1 if there are no clips.

    Examples
    --------
    Sure, and right in three of four cases: p ** (1 / T) is to be 3/4.

    >>> truth, probabilities = np.array([0, 0, 0, 1]), np.tile([0.9, 0.1], (4, 1))
    >>> round(fitted(truth, probabilities), 4), round(float(np.log(9) / np.log(3)), 4)
    (2.0, 2.0)
    """
    if not len(truth):
        return 1.0
    logarithms, rows = _logarithms(probabilities), np.arange(len(truth))
    # Of its inverse the log loss is convex.
    found = minimize_scalar(lambda inverse: -float(log_softmax(logarithms * inverse, axis=1)[rows, truth].mean()),
                            bounds=(1 / hottest, 1 / coldest), method="bounded", options={"xatol": 1e-9})
    return round(float(1 / found.x), _DIGITS)


def softened(probabilities: np.ndarray, temperature: float | np.ndarray) -> np.ndarray:
    """Apply a temperature.

    Parameters
    ----------
    probabilities : np.ndarray [shape=(..., classes)]
    temperature : float > 0, or np.ndarray [shape=(...)]
        One for all, or one for each.

    Returns
    -------
    np.ndarray [shape=(..., classes), dtype=float64]
        Each row sums to 1, and is in the same order.

    Examples
    --------
    >>> softened(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([2.0, 1.0])).round(6).tolist()
    [[0.75, 0.25], [0.9, 0.1]]
    """
    soft: np.ndarray = np.exp(log_softmax(_logarithms(probabilities) / np.asarray(temperature)[..., np.newaxis],
                                          axis=-1))
    return soft


def _logarithms(probabilities: np.ndarray) -> np.ndarray:
    logarithms: np.ndarray = np.log(np.maximum(probabilities, SMALLEST))
    return logarithms
