"""Train one network on one fold's training part; the validation part chooses the epoch."""

from collections.abc import Sequence

import keras
import numpy as np
import pandas as pd

from speech_emotion.params.train_cnn import Optimisation
from speech_emotion.training import optimisation
from speech_emotion.training.batches import TrainingBatches
from speech_emotion.training.checkpoint import Checkpoints
from speech_emotion.training.memo import Entry

Validation = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Windows [windows, window_frames, columns], targets [windows, classes] and weights [windows], float32."""


def fit(
    model: keras.Model, batches: TrainingBatches, validation: Validation, settings: Optimisation,
    callbacks: Sequence[keras.callbacks.Callback] = (), *, entry: Entry | None = None,
) -> pd.DataFrame:
    """Train a model in place. Two calls with equal arguments on one machine give equal weights.

    Parameters
    ----------
    model : keras.Model
        With fresh weights; ends with those of the epoch that `settings.keep` names.
    batches : TrainingBatches
        What it is trained on.
    validation : tuple of np.ndarray
        What chooses the epoch; see `Validation`.
    settings : Optimisation
        How the weights are found.
    callbacks : sequence of keras.callbacks.Callback
        Further ones, such as one that tells of every epoch.
    entry : Entry, optional
        Where it is kept how far the training is. What is there already is not done again, and changes no byte.

    Returns
    -------
    pd.DataFrame
        One row per epoch: epoch (from 1), kept (whether the weights are those of this epoch), accuracy, loss,
        val_accuracy, val_loss and, when `lr_schedule` is "plateau", learning_rate.

    Examples
    --------
    >>> clips = [np.full((20, 1), level, np.float32) for level in (-1, -1, 1, 1)]
    >>> targets = np.repeat(np.eye(2, dtype=np.float32), 2, axis=0)
    >>> batches = TrainingBatches(clips, targets, np.ones(4, np.float32), [lambda clip: clip] * 4,
    ...                           window_frames=20, batch_size=2, shift_frames=0, steps=(), seed=1)
    >>> model = keras.Sequential([keras.Input((20, 1)), keras.layers.Flatten(),
    ...                           keras.layers.Dense(2, activation="softmax")])
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.train_cnn import TrainCnn
    >>> settings = load("params.yaml", TrainCnn).model_copy(update={"epochs": 3, "lr": 0.1})
    >>> history = fit(model, batches, (np.stack(clips), targets, np.ones(4, np.float32)), settings)
    >>> history["epoch"].tolist(), float(history["val_accuracy"].iloc[-1])
    ([1, 2, 3], 1.0)
    """
    optimisation.prepare(model, settings, steps_per_epoch=len(batches), masked=batches.masked)
    steering = optimisation.callbacks(settings)
    checkpoints = Checkpoints(entry, steering)
    done = checkpoints.restore(model)
    batches.begin_at(done)
    model.fit(
        batches,
        validation_data=validation,
        initial_epoch=done,
        epochs=settings.epochs,
        callbacks=[*steering, *callbacks, checkpoints],
        shuffle=False,  # the batches shuffle themselves
        verbose=0,
    )
    table = pd.DataFrame(checkpoints.epochs).rename_axis("epoch").reset_index()
    table["epoch"] += 1
    kept = table["val_loss"].argmin() if settings.keep == "best" else len(table) - 1
    table.insert(1, "kept", np.arange(len(table)) == kept)
    return table
