"""Embeddings that are alike within a label and unlike between labels: the supervised contrastive loss.

Khosla et al. 2020 (arXiv:2004.11362), equation 2, of what a network tells the labels apart by, scaled to length 1. It
is added, times ``weight``, to the loss of an ordinary training, where theirs trains a network beforehand.
"""

from typing import Any

import keras
from keras import ops

from speech_emotion.params.train_cnn import Contrastive


class Contrasting(keras.Model):
    """A network in training whose loss looks at its embeddings too; to validate and predict with, it is the network.

    Parameters
    ----------
    network : keras.Model
        What is trained, in place; made by `classifier.build`.
    settings : Contrastive
        How much the embeddings count.

    Examples
    --------
    >>> from speech_emotion.models import classifier
    >>> from speech_emotion.networks.cnn import Settings
    >>> shape = Settings(filters=[8], kernel_size=3, pool_size=4, dense=16, dropout=0.1, batch_norm=True)
    >>> network = classifier.build("cnn", shape, window_frames=20, num_columns=4, num_classes=2)
    >>> learner = Contrasting(network, Contrastive(weight=0.3, temperature=0.1))
    >>> learner.compile(loss="categorical_crossentropy")
    >>> history = learner.fit(ops.ones((4, 20, 4)), ops.one_hot([0, 1, 1, 1], 2), verbose=0)
    >>> learner.predict(ops.ones((1, 20, 4)), verbose=0).shape
    (1, 2)
    """

    def __init__(self, network: keras.Model, settings: Contrastive) -> None:
        super().__init__()
        self._settings = settings
        self._looked_into = keras.Model(network.inputs, [*network.outputs, network.get_layer("logits").input])

    def call(self, windows: Any, training: bool = False) -> Any:
        """Give the probability of each class, in training with the embeddings; Keras calls this."""
        said, embeddings = self._looked_into(windows, training=training)
        return (said, embeddings) if training else said

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True,
    ) -> Any:
        """Give the loss of a batch; Keras calls this."""
        said, embeddings = _parts(y_pred)
        loss = super().compute_loss(x, y, said, sample_weight, training=training)
        if embeddings is None:
            return loss
        contrast = supervised_contrastive(embeddings, y, self._settings.temperature)
        return loss + self._settings.weight * ops.mean(contrast if sample_weight is None else contrast * sample_weight)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Measure a batch by its probabilities; Keras calls this."""
        return super().compute_metrics(x, y, _parts(y_pred)[0], sample_weight)


def _parts(given: Any) -> tuple[Any, Any]:
    return tuple(given) if isinstance(given, list | tuple) else (given, None)


def supervised_contrastive(embeddings: Any, targets: Any, temperature: float) -> Any:
    """Say of each example of a batch how much nearer it is to the others than to those of its label.

    Parameters
    ----------
    embeddings : tensor [shape=(examples, units), dtype=float32]
        Of any length.
    targets : tensor [shape=(examples, classes), dtype=float32]
        Class of each, one-hot or, of mixtures, in shares; below 0 where a label is out of play (`masking`). Two
        examples are of one label as far as the product of their targets goes.
    temperature : float > 0
        What similarities, between -1 and 1, are divided by.

    Returns
    -------
    tensor [shape=(examples,), dtype=float32]
        0 for an example whose label no other has.

    Examples
    --------
    Two of a label that are alike, and one of another that is as unlike as can be:

    >>> loss = supervised_contrastive(ops.array([[2.0], [1.0], [-1.0]]), ops.one_hot([0, 0, 1], 2), temperature=1.0)
    >>> print(ops.convert_to_numpy(loss).round(3) + 0.0)  # log(exp(1) + exp(-1)) - 1, of one other 0
    [0.127 0.127 0.   ]
    """
    directions = ops.normalize(embeddings, axis=1, order=2, epsilon=1e-6)
    similarities = ops.matmul(directions, ops.transpose(directions)) / temperature
    itself = ops.eye(ops.shape(similarities)[0])
    among_others = similarities - ops.logsumexp(similarities - 1e9 * itself, axis=1, keepdims=True)
    shares = ops.maximum(targets, 0.0)
    alike = ops.matmul(shares, ops.transpose(shares)) * (1.0 - itself)
    number = ops.sum(alike, axis=1)
    return -ops.sum(alike * among_others, axis=1) / ops.where(number > 0, number, 1.0)
