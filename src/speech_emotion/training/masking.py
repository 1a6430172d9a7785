"""One softmax for corpora that do not have the same labels.

A corpus without clips labelled "disgust" says nothing of disgust: its speakers were never asked for it. So its clips
compete among the labels that their corpus has, and leave the others alone.
"""

import keras
import numpy as np
import pandas as pd
from keras import ops

from speech_emotion.arrays import Float32

_OUT_OF_PLAY = -1.0
"""Stands in the targets at labels that an example does not compete with."""


def labels_in_play(examples: pd.DataFrame, targets: Float32) -> np.ndarray:
    """Say which labels each example competes with: those that its corpus has clips of.

    Parameters
    ----------
    examples : pd.DataFrame
        Column corpus.
    targets : np.ndarray [shape=(examples, classes), dtype=float32]
        Class of each, one-hot.

    Returns
    -------
    np.ndarray [shape=(examples, classes), dtype=bool]

    Examples
    --------
    >>> some = pd.DataFrame({"corpus": ["a", "a", "b", "b"]})
    >>> labels_in_play(some, np.eye(3, dtype=np.float32)[[0, 2, 0, 1]])[[0, 2]]
    array([[ True, False,  True],
           [ True,  True, False]])
    """
    had = pd.DataFrame(targets > 0).groupby(examples["corpus"].to_numpy()).transform("any")
    return had.to_numpy(dtype=bool, copy=True)


def encoded(targets: Float32, in_play: np.ndarray) -> Float32:
    """Write into the targets, which is all that a loss is given, which labels are out of play."""
    return np.where(in_play, targets, np.float32(_OUT_OF_PLAY)).astype(np.float32)


class MaskedLoss(keras.losses.Loss):
    """A loss of probabilities, over the labels that are in play.

    Equals the loss of a softmax over those labels alone, with the same share of label smoothing among them.

    Parameters
    ----------
    loss : keras.losses.Loss
        Of one-hot targets and probabilities, without label smoothing.
    label_smoothing : float in [0, 1)
        Share of each target that goes to all labels in play alike.

    Examples
    --------
    Where the third label is out of play, its probability does not count:

    >>> loss = MaskedLoss(keras.losses.CategoricalCrossentropy(), label_smoothing=0.0)
    >>> float(loss(np.float32([[1, 0, -1]]), np.float32([[0.2, 0.2, 0.6]]))).__round__(4)
    0.6931
    """

    def __init__(self, loss: keras.losses.Loss, label_smoothing: float) -> None:
        super().__init__(name="masked_loss")
        self._loss, self._label_smoothing = loss, label_smoothing

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """Give the loss of each example; Keras calls this."""
        in_play = ops.cast(y_true >= 0, y_pred.dtype)
        smoothed = (1 - self._label_smoothing) * ops.maximum(y_true, 0)
        smoothed += self._label_smoothing * in_play / ops.sum(in_play, axis=-1, keepdims=True)
        among = y_pred * in_play
        among /= ops.maximum(ops.sum(among, axis=-1, keepdims=True), keras.config.epsilon())
        return self._loss.call(smoothed, among)
