"""Train one network on the training part of one fold; the validation part chooses the epoch."""

import math
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from dvclive.keras import DVCLiveCallback
from dvclive.live import Live
from sklearn.utils.class_weight import compute_sample_weight
from tqdm import tqdm

from speech_emotion.models.bundle import Bundle
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.windows import inference_windows
from speech_emotion.networks import registry
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.store import FeatureStore
from speech_emotion.training.augment import Augmentation
from speech_emotion.training.batches import TrainingBatches


def fit(
    clips: pd.DataFrame, store: FeatureStore, settings: TrainCnn, *, fold: int, live: Path | None
) -> tuple[Bundle, pd.DataFrame]:
    """Train on one fold. Two calls with equal arguments on one machine give equal weights.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows clip_id, label and part ("train" or "validation"; other parts are not looked at), in a fixed order.
    store : FeatureStore
        Features of those clips. Augmented views of a clip are trained on beside the clip, and nowhere else used.
    settings : TrainCnn
        Everything else.
    fold : int
        Number of the fold; part of the seed.
    live : Path or None
        Folder in which DVCLive keeps the metrics of every epoch while training runs.

    Returns
    -------
    bundle : Bundle
        The model with the weights of the epoch with the lowest validation loss.
    history : pd.DataFrame
        One row per epoch: epoch (from 1), accuracy, loss, val_accuracy, val_loss and, when `lr_schedule` is "plateau",
        learning_rate.

    Raises
    ------
    UserError
        If the store lacks a clip, or the network does not fit the window.
    """
    seed = settings.seed + fold
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()

    validation = clips[clips["part"] == "validation"]
    # Augmented views take their clip's label, and come only after the split gave the clip its part.
    # A clip that the store lacks stays, so that the store says so below.
    train = clips[clips["part"] == "train"].merge(store.index[["clip_id", "view"]], on="clip_id", how="left")
    train["view"] = train["view"].fillna("")
    labels = tuple(sorted(train["label"].unique()))
    features = [store.frames(clip, view) for clip, view in zip(train["clip_id"], train["view"], strict=True)]
    normalisation = Normalisation.fit(features)
    frames_per_second = store.settings.sample_rate / store.settings.hop_length
    length = max(1, round(settings.seconds * frames_per_second))
    model = registry.build(settings, length, len(store.columns), len(labels))
    batches = TrainingBatches(
        features,
        _targets(train, labels),
        _weights(train, settings),
        normalisation,
        frames=length,
        batch_size=settings.batch_size,
        augmentation=Augmentation(settings.augment, frames_per_second),
        seed=seed,
    )
    model.compile(
        optimizer=keras.optimizers.Adam(_learning_rate(settings, len(batches))),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
        weighted_metrics=[],
        metrics=["accuracy"],
    )
    history = model.fit(
        batches,
        validation_data=_validation(validation, store, normalisation, length, labels),
        epochs=settings.epochs,
        callbacks=_callbacks(settings, fold, live),
        shuffle=False,  # the batches shuffle themselves
        verbose=0,
    )
    table = pd.DataFrame(history.history).rename_axis("epoch").reset_index()
    table["epoch"] += 1
    return Bundle(model, labels, store.settings, settings, normalisation), table


class _Progress(keras.callbacks.Callback):
    """A bar over epochs, only on a terminal."""

    def __init__(self, fold: int, epochs: int) -> None:
        super().__init__()
        self._bar = tqdm(total=epochs, desc=f"fold {fold}", unit="epoch", disable=None, leave=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._bar.set_postfix({name: f"{value:.3f}" for name, value in (logs or {}).items() if "accuracy" in name})
        self._bar.update()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._bar.close()


def _targets(clips: pd.DataFrame, labels: tuple[str, ...]) -> np.ndarray:
    """One-hot classes, float32 [clips, labels]."""
    targets: np.ndarray = (clips["label"].to_numpy(dtype=str)[:, None] == np.array(labels)).astype(np.float32)
    return targets


def _weights(clips: pd.DataFrame, settings: TrainCnn) -> np.ndarray:
    """Weight every clip by the inverse of its label's frequency, with mean 1; or all alike."""
    weights = compute_sample_weight("balanced" if settings.class_weights else None, clips["label"])
    return np.asarray(weights, np.float32)


def _validation(
    clips: pd.DataFrame, store: FeatureStore, normalisation: Normalisation, length: int, labels: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All windows of the validation clips; a clip weighs the same however many windows it has."""
    windows = [inference_windows(normalisation(store.frames(clip)), length) for clip in clips["clip_id"]]
    counts = [len(some) for some in windows]
    targets = np.repeat(_targets(clips, labels), counts, axis=0)
    return np.concatenate(windows), targets, np.repeat(1 / np.array(counts), counts).astype(np.float32)


def _learning_rate(settings: TrainCnn, batches: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if settings.lr_schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(settings.lr, settings.epochs * batches)
    return settings.lr


def _callbacks(settings: TrainCnn, fold: int, live: Path | None) -> list[keras.callbacks.Callback]:
    callbacks: list[keras.callbacks.Callback] = [
        # With patience for all epochs nothing stops early, and the best epoch's weights are still taken.
        keras.callbacks.EarlyStopping(
            "val_loss", patience=settings.early_stopping or settings.epochs, restore_best_weights=True
        ),
        _Progress(fold, settings.epochs),
    ]
    if settings.lr_schedule == "plateau":
        patience = max(1, math.ceil((settings.early_stopping or settings.epochs) / 3))
        callbacks.append(keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.5, patience=patience))
    if live is not None:
        # It only shows the run while it runs: what is kept and versioned comes from `evaluate`.
        callbacks.append(DVCLiveCallback(live=Live(str(live), save_dvc_exp=False, dvcyaml=None, report=None)))
    return callbacks
