"""How weights are found: loss, optimiser, learning rate, and which epoch's weights are kept."""

import math

import keras

from speech_emotion.params.train_cnn import Optimisation


def prepare(model: keras.Model, settings: Optimisation, *, steps_per_epoch: int) -> None:
    """Give a model its loss (cross-entropy with smoothed labels), its optimiser (Adam) and its metrics."""
    rate: float | keras.optimizers.schedules.LearningRateSchedule = settings.lr
    if settings.lr_schedule == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(settings.lr, settings.epochs * steps_per_epoch)
    model.compile(
        optimizer=keras.optimizers.Adam(rate),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        weighted_metrics=[],
        metrics=["accuracy"],
    )


def callbacks(settings: Optimisation) -> list[keras.callbacks.Callback]:
    """Make what chooses the epoch and lowers the learning rate, both by the validation loss."""
    patience = settings.early_stopping or settings.epochs
    chosen: list[keras.callbacks.Callback] = [
        # With patience for all epochs nothing stops early, and the best epoch's weights are still taken.
        keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True),
    ]
    if settings.lr_schedule == "plateau":
        chosen.append(keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5,
                                                        patience=max(1, math.ceil(patience / 3))))
    return chosen
