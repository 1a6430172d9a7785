"""How far a training is, kept after every epoch, so that it goes on from there with the same bytes."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from speech_emotion.training.memo import Entry, State


class Checkpoints(keras.callbacks.Callback):
    """Keeps everything that the next epoch depends on: the last of the callbacks.

    Parameters
    ----------
    entry : Entry or None
        Where; None for nowhere.
    steering : sequence of keras.callbacks.Callback
        Those whose state decides what comes: plain values and lists of arrays among their attributes.

    Attributes
    ----------
    epochs : list of dict
        What Keras tells of every epoch that is done, in this process or before.
    resumed : int
        How many of them were done before.
    """

    def __init__(self, entry: Entry | None, steering: Sequence[keras.callbacks.Callback]) -> None:
        super().__init__()
        self._entry, self._steering = entry, list(steering)
        self._state: State | None = None
        self.epochs: list[dict[str, float]] = []
        self.resumed = 0

    def restore(self, model: keras.Model) -> int:
        """Bring a compiled model to where it was.

        Returns
        -------
        int >= 0
            Number of epochs that are done.
        """
        model.optimizer.build(model.trainable_variables)
        self._state = self._entry.state() if self._entry else None
        if self._state is not None:
            for index, variable in enumerate(_variables(model)):
                variable.assign(self._state.arrays[f"variable-{index}"])
            self.epochs = list(self._state.about["epochs"])
            self.resumed = len(self.epochs)
        return self.resumed

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Bring the other callbacks to where they were, after they have begun anew; Keras calls this."""
        if self._state is None:
            return
        for index, callback in enumerate(self._steering):
            about = self._state.about["callbacks"][index]
            for name, value in about["plain"].items():
                setattr(callback, name, value)
            for name, count in about["arrays"].items():
                setattr(callback, name, [self._state.arrays[f"{index}-{name}-{at}"] for at in range(count)])
        self._state = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Keep what the epochs before have led to, when all other callbacks are done with them; Keras calls this."""
        if self._entry is not None and epoch > self.resumed:
            self._entry.keep(self._now())

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Note how the epoch went; Keras calls this."""
        self.epochs.append({name: float(value) for name, value in (logs or {}).items()})

    def _now(self) -> State:
        arrays = {f"variable-{index}": variable.value.numpy()
                  for index, variable in enumerate(_variables(self.model))}
        callbacks: list[dict[str, Any]] = []
        for index, callback in enumerate(self._steering):
            plain = {name: value for name, value in vars(callback).items()
                     if value is None or isinstance(value, bool | int | float | str)}
            lists = {name: value for name, value in vars(callback).items()
                     if isinstance(value, list) and value and all(isinstance(each, np.ndarray) for each in value)}
            for name, value in lists.items():
                arrays |= {f"{index}-{name}-{at}": each for at, each in enumerate(value)}
            callbacks.append({"plain": plain, "arrays": {name: len(value) for name, value in lists.items()}})
        return State(arrays, {"epochs": self.epochs, "callbacks": callbacks})


def _variables(model: keras.Model) -> list[keras.Variable]:
    """All that changes in training: weights, the generators of dropout, what the optimiser keeps."""
    return [*model.variables, *model.optimizer.variables]
