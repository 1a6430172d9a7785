"""The training of one network of a fold."""

from collections.abc import Sequence

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.utils.class_weight import compute_sample_weight

from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.windows import inference_windows
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.training.augment.spectrum import spectral
from speech_emotion.training.augment.steps import chain
from speech_emotion.training.batches import TrainingBatches
from speech_emotion.training.consistency import Student
from speech_emotion.training.contrastive import Contrasting
from speech_emotion.training.data import Examples
from speech_emotion.training.fit import Validation, fit
from speech_emotion.training.masking import labels_in_play
from speech_emotion.training.memo import Entry
from speech_emotion.training.sampling import Sampling


def train_network(
    train: Examples, validation: Examples | None, train_by: Sequence[Normalisation],
    validation_by: Sequence[Normalisation], blueprint: Blueprint, settings: TrainCnn, *, seed: int,
    callbacks: Sequence[keras.callbacks.Callback] = (), entry: Entry | None = None,
) -> tuple[keras.Model, pd.DataFrame]:
    """Train one network, in this process.

    Parameters
    ----------
    train, validation : Examples
        See `Lesson`.
    train_by, validation_by : sequence of Normalisation
        What each of them is normalised by.
    blueprint : Blueprint
        The model that it belongs to.
    settings : TrainCnn
        Settings of the stage.
    seed : int
        Start of every random choice.
    callbacks : sequence of keras.callbacks.Callback
        Told of every epoch.
    entry : Entry, optional
        Where it is kept how far the training is; see `fit`.

    Returns
    -------
    network : keras.Model
    history : pd.DataFrame
        What `fit` gives.
    """
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    batches = TrainingBatches(
        train.features,
        train.targets,
        _weights(train, settings),
        train_by,
        window_frames=blueprint.window_frames,
        batch_size=settings.batch_size,
        shift_frames=round(settings.augment.shift_seconds * blueprint.frame_rate),
        steps=chain(settings.augment, blueprint.frame_rate),
        seed=seed,
        sampling=Sampling.of(train.clips["corpus"], settings.split.train_also, settings.pooling, settings.epochs),
        in_play=_in_play(train, settings),
        see=blueprint.seen,
        spectral=spectral(settings.augment, blueprint.network_columns or blueprint.columns, blueprint.recipe),
        in_pairs=settings.consistency.weight > 0,
    )
    network = blueprint.build()
    shown = None if validation is None else _validation(validation, validation_by, blueprint)
    learner = network
    if settings.consistency.weight:
        learner = Student(network, blueprint.build(), settings.consistency, len(batches))
    elif settings.contrastive.weight:
        learner = Contrasting(network, settings.contrastive)
    history = fit(learner, batches, shown, settings, callbacks, entry=entry)
    return network, history


def _weights(train: Examples, settings: TrainCnn) -> np.ndarray:
    """Weight every example by the inverse of its label's frequency, with mean 1; or all alike.

    Frequencies are of the corpora that are tested, and of those that only train: an epoch's share of each is fixed.
    """
    also = train.clips["corpus"].isin(settings.split.train_also)
    weights = np.zeros(len(also), np.float32)
    for rows in train.clips.groupby(also).indices.values():
        weights[rows] = compute_sample_weight("balanced" if settings.class_weights else None,
                                              train.clips["label"].iloc[rows])
    return weights


def _in_play(train: Examples, settings: TrainCnn) -> np.ndarray | None:
    """Say which labels each example competes with; None where it is all for everyone."""
    in_play = labels_in_play(train.clips, train.targets)
    # The tested corpora's clips are judged among all labels, so they are trained on among all.
    in_play[~train.clips["corpus"].isin(settings.split.train_also)] = True
    return None if in_play.all() or not settings.pooling.mask_labels else in_play


def _validation(clips: Examples, normalised_by: Sequence[Normalisation], blueprint: Blueprint) -> Validation:
    """All windows of the validation clips; a clip weighs the same however many windows it has."""
    seen = [normalise(blueprint.seen(clip)) for normalise, clip in zip(normalised_by, clips.features, strict=True)]
    windows = [inference_windows(clip, blueprint.window_frames)[0] for clip in seen]
    counts = [len(some) for some in windows]
    weights = np.repeat(1 / np.array(counts), counts).astype(np.float32)
    return np.concatenate(windows), np.repeat(clips.targets, counts, axis=0), weights
