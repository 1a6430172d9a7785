"""How weights are found: loss, optimiser, learning rate, and which epoch's weights are kept."""

import math

import keras

from speech_emotion.core.errors import UserError
from speech_emotion.params.train_cnn import Optimisation
from speech_emotion.training.masking import MaskedLoss


def prepare(model: keras.Model, settings: Optimisation, *, steps_per_epoch: int, masked: bool = False) -> None:
    """Give a model its loss, its optimiser and its metrics.

    The loss is cross-entropy with smoothed labels (Szegedy et al. 2016, doi 10.1109/CVPR.2016.308), or focal loss (Lin
    et al. 2017, arXiv:1708.02002); the optimiser is AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101), whose learning
    rate may rise linearly at first and fall along a cosine (Loshchilov & Hutter 2017, arXiv:1608.03983, without
    restarts). Biases and what batch normalisation learns do not decay.

    Parameters
    ----------
    model : keras.Model
        From windows to the probability of each class; compiled in place.
    settings : Optimisation
        How the weights are found.
    steps_per_epoch : int > 0
        Batches per epoch.
    masked : bool
        Whether the targets say which labels are out of play; see `masking`.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.train_cnn import TrainCnn
    >>> settings = load("params.yaml", TrainCnn)
    >>> model = keras.Sequential([keras.Input((40,)), keras.layers.Dense(2, activation="softmax")])
    >>> prepare(model, settings, steps_per_epoch=30)
    >>> type(model.optimizer).__name__, model.loss.label_smoothing
    ('AdamW', 0.05)
    """
    optimiser = keras.optimizers.AdamW(
        _learning_rate(settings, steps_per_epoch), weight_decay=settings.weight_decay,
        beta_1=settings.betas[0], beta_2=settings.betas[1], global_clipnorm=settings.clip_norm,
        use_ema=settings.ema > 0, ema_momentum=settings.ema,
    )
    optimiser.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    # Masked, the loss spreads the smoothing itself, among the labels in play.
    smoothed = {"label_smoothing": 0.0 if masked else settings.label_smoothing}
    loss = (keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=settings.focal_gamma, **smoothed)
            if settings.focal_gamma else keras.losses.CategoricalCrossentropy(**smoothed))
    loss = MaskedLoss(loss, settings.label_smoothing) if masked else loss
    # By its name alone it would be made while the first batch is traced, which is then traced twice.
    accuracy = keras.metrics.CategoricalAccuracy(name="accuracy")
    model.compile(optimizer=optimiser, loss=loss, weighted_metrics=[], metrics=[accuracy])


def _learning_rate(
    settings: Optimisation, steps_per_epoch: int
) -> float | keras.optimizers.schedules.LearningRateSchedule:
    warmup = round(settings.warmup_epochs * steps_per_epoch)
    rest = settings.epochs * steps_per_epoch - warmup
    if settings.lr_schedule != "cosine" and not warmup:
        return settings.lr
    # A cosine that ends where it began is constant.
    end = 0.0 if settings.lr_schedule == "cosine" else 1.0
    if not warmup:
        return keras.optimizers.schedules.CosineDecay(settings.lr, rest, alpha=end)
    return keras.optimizers.schedules.CosineDecay(0.0, rest, alpha=end, warmup_target=settings.lr, warmup_steps=warmup)


def callbacks(settings: Optimisation) -> list[keras.callbacks.Callback]:
    """Make what stops a training gone wrong, chooses the epoch, and lowers the learning rate by the validation loss.

    Parameters
    ----------
    settings : Optimisation
        How the weights are found.

    Returns
    -------
    list of keras.callbacks.Callback

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.train_cnn import TrainCnn
    >>> settings = load("params.yaml", TrainCnn)
    >>> settings = settings.model_copy(update={"lr_schedule": "plateau", "ema": 0.999, "keep": "best"})
    >>> [type(callback).__name__ for callback in callbacks(settings)]
    ['FiniteLoss', 'SwapEMAWeights', 'EarlyStopping', 'ReduceLROnPlateau']
    """
    patience = settings.early_stopping or settings.epochs
    chosen: list[keras.callbacks.Callback] = [FiniteLoss()]
    if settings.ema:
        # Before what keeps the weights, so that it keeps the average.
        chosen.append(keras.callbacks.SwapEMAWeights(swap_on_epoch=True))
    if settings.early_stopping or settings.keep == "best":
        # With patience for all epochs nothing stops early, and the best epoch's weights are still taken.
        chosen.append(keras.callbacks.EarlyStopping("val_loss", patience=patience,
                                                    restore_best_weights=settings.keep == "best"))
    if settings.lr_schedule == "plateau":
        chosen.append(keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5,
                                                        patience=max(1, math.ceil(patience / 3))))
    return chosen


class FiniteLoss(keras.callbacks.Callback):
    """Stops a training whose loss is no number any more: from there on all its weights are lost.

    Examples
    --------
    >>> FiniteLoss().on_epoch_end(6, {"loss": float("nan"), "val_loss": 1.0})
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: the training has failed: in epoch 7 loss is nan; lower train_cnn.lr, or ...
    """

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Look at the losses; Keras calls this."""
        for name in ("loss", "val_loss"):
            if not math.isfinite(value := (logs or {}).get(name, 0.0)):
                raise UserError(f"the training has failed: in epoch {epoch + 1} {name} is {value}; lower train_cnn.lr, "
                                "or limit the gradient (train_cnn.clip_norm, such as 1.0)")
