"""How weights are found: loss, optimiser, learning rate, and which epoch's weights are kept."""

import math

import keras

from speech_emotion.params.train_cnn import Optimisation


def prepare(model: keras.Model, settings: Optimisation, *, steps_per_epoch: int) -> None:
    """Give a model its loss, its optimiser and its metrics.

    The loss is cross-entropy with smoothed labels (Szegedy et al. 2016, doi 10.1109/CVPR.2016.308); the optimiser is
    Adam (Kingma & Ba 2015, arXiv:1412.6980), whose learning rate may fall along a cosine (Loshchilov & Hutter 2017,
    arXiv:1608.03983, without restarts).

    Parameters
    ----------
    model : keras.Model
        From windows to the probability of each class; compiled in place.
    settings : Optimisation
        How the weights are found.
    steps_per_epoch : int > 0
        Batches per epoch.

    Examples
    --------
    >>> settings = Optimisation(epochs=10, batch_size=16, lr=0.001, lr_schedule="cosine", early_stopping=0,
    ...                         label_smoothing=0.05)
    >>> model = keras.Sequential([keras.Input((40,)), keras.layers.Dense(2, activation="softmax")])
    >>> prepare(model, settings, steps_per_epoch=30)
    >>> type(model.optimizer).__name__, model.loss.label_smoothing
    ('Adam', 0.05)
    """
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
    """Make what chooses the epoch and lowers the learning rate, both by the validation loss.

    Parameters
    ----------
    settings : Optimisation
        How the weights are found.

    Returns
    -------
    list of keras.callbacks.Callback

    Examples
    --------
    >>> settings = Optimisation(epochs=10, batch_size=16, lr=0.001, lr_schedule="plateau", early_stopping=6,
    ...                         label_smoothing=0.05)
    >>> [type(callback).__name__ for callback in callbacks(settings)]
    ['EarlyStopping', 'ReduceLROnPlateau']
    """
    patience = settings.early_stopping or settings.epochs
    chosen: list[keras.callbacks.Callback] = [
        # With patience for all epochs nothing stops early, and the best epoch's weights are still taken.
        keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True),
    ]
    if settings.lr_schedule == "plateau":
        chosen.append(keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5,
                                                        patience=max(1, math.ceil(patience / 3))))
    return chosen
