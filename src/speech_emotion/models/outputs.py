"""What a model says of a clip."""

from dataclasses import dataclass

import numpy as np
from scipy.special import softmax

from speech_emotion.arrays import Float32


@dataclass(frozen=True)
class WindowOutputs:
    """What a model says of a clip, window by window.

    Attributes
    ----------
    starts : np.ndarray [shape=(windows,), dtype=float64]
        Where in the clip each window begins, in s.
    logits : np.ndarray [shape=(windows, classes), dtype=float64]
        The mean over the bundle's networks; with a share of the baseline, logarithms of the mixed probabilities.
    embeddings : np.ndarray [shape=(windows, units), dtype=float32]
        Activations of the layer before the logits, of one network after the other; without any, the baseline's logits.
    baseline : np.ndarray [shape=(windows, classes), dtype=float64]
        What the baseline alone makes of each window, as probabilities.

    Examples
    --------
    >>> said = WindowOutputs(np.zeros(1), np.log([[1.0, 3.0]]), np.zeros((1, 16), np.float32), np.array([[0.5, 0.5]]))
    >>> said.probabilities.round(2)
    array([[0.25, 0.75]])
    """

    starts: np.ndarray
    logits: np.ndarray
    embeddings: Float32
    baseline: np.ndarray

    @property
    def probabilities(self) -> np.ndarray:
        """Of each window, float64 [windows, classes]; each row sums to 1. The clip's probabilities are their mean."""
        probabilities: np.ndarray = softmax(self.logits, axis=1)
        return probabilities
