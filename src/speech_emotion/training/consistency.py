"""Agreement of a network with its own average: what it says of a changed window, and the average of the unchanged one.

The mean teacher of Tarvainen & Valpola 2017 (arXiv:1703.01780), on clips that all have labels. The loss grows by
``weight`` times the mean Kullback-Leibler divergence of what the network says of each window, as augmentation has
changed it, from what the teacher says of the same window before. The teacher's weights, and the means and variances
of its batch normalisation, follow the network's as a moving average with decay ``ema`` per step; no gradient reaches
it. The weight rises over the first ``rampup_epochs`` as exp(-5 (1 - t)²), with t from 0 to 1, as theirs does.
"""

from typing import Any

import keras
from keras import ops

from speech_emotion.params.train_cnn import Consistency


class Student(keras.Model):
    """A network in training beside its teacher; to validate and predict with, it is the network.

    Parameters
    ----------
    network : keras.Model
        What is trained, in place: from windows to the probability of each class.
    teacher : keras.Model
        Another of the same shape; takes the network's weights.
    settings : Consistency
        How much agreement counts.
    steps_per_epoch : int > 0
        Batches per epoch. Each has pairs of windows: as augmentation has changed them, and as they were.

    Examples
    --------
    >>> network, teacher = (keras.Sequential([keras.Input((3,)), keras.layers.Dense(2, activation="softmax")])
    ...                     for _ in range(2))
    >>> settings = Consistency(weight=1.0, ema=0.5, rampup_epochs=0)
    >>> student = Student(network, teacher, settings, steps_per_epoch=1)
    >>> student.compile(optimizer="sgd", loss="categorical_crossentropy")
    >>> before, windows = network.get_weights()[0], ops.ones((4, 3))
    >>> _ = student.fit((windows, windows), ops.one_hot([0, 1, 1, 1], 2), batch_size=4, verbose=0)
    >>> halfway = (before + network.get_weights()[0]) / 2
    >>> bool(ops.all(ops.isclose(teacher.get_weights()[0], halfway)))
    True
    """

    def __init__(
        self, network: keras.Model, teacher: keras.Model, settings: Consistency, steps_per_epoch: int
    ) -> None:
        super().__init__()
        teacher.trainable = False
        teacher.set_weights(network.get_weights())
        self._network, self._teacher, self._settings = network, teacher, settings
        self._rampup_steps = round(settings.rampup_epochs * steps_per_epoch)

    def call(self, windows: Any, training: bool = False) -> keras.KerasTensor:
        """Give the probability of each class; Keras calls this, in training with pairs of windows."""
        if not training:
            return self._network(windows, training=False)
        changed, unchanged = windows
        taught = ops.stop_gradient(self._teacher(unchanged, training=False))
        said = self._network(changed, training=True)
        self.add_loss(self._weight() * ops.mean(keras.losses.kl_divergence(taught, said)))
        return said

    def train_step(self, *arguments: Any) -> Any:
        """Take a step, and let the teacher follow; Keras calls this."""
        logs = super().train_step(*arguments)
        decay = self._settings.ema
        for teachers, networks in zip(self._teacher.weights, self._network.weights, strict=True):
            teachers.assign(decay * teachers + (1 - decay) * networks)
        return logs

    def _weight(self) -> keras.KerasTensor | float:
        if not self._rampup_steps:
            return self._settings.weight
        share = ops.minimum(1.0, ops.cast(self.optimizer.iterations, "float32") / self._rampup_steps)
        return self._settings.weight * ops.exp(-5.0 * ops.square(1.0 - share))
