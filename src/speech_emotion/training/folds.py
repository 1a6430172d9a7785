"""One fold: its data, its model, and what the model says of the clips that it was not trained on."""

from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.utils.class_weight import compute_sample_weight

from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.windows import inference_windows
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.predictions import PARTS, probability_table
from speech_emotion.store import FeatureStore
from speech_emotion.training.augment import chain
from speech_emotion.training.batches import TrainingBatches
from speech_emotion.training.data import Examples, examples
from speech_emotion.training.fit import Validation, fit
from speech_emotion.training.progress import EpochBar, live_curves


@dataclass(frozen=True)
class Fold:
    """What came of one fold.

    Attributes
    ----------
    bundle : Bundle
        The model with the weights of the chosen epoch.
    history : pd.DataFrame
        One row per epoch; see `fit`.
    predictions : pd.DataFrame
        Of the validation and test parts; columns as in `predictions.schema` but for the fold.
    """

    bundle: Bundle
    history: pd.DataFrame
    predictions: pd.DataFrame


def train_fold(
    clips: pd.DataFrame, store: FeatureStore, blueprint: Blueprint, settings: TrainCnn, *, fold: int, live: Path | None
) -> Fold:
    """Train on one fold. Two calls with equal arguments on one machine give equal results.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows clip_id, corpus, speaker, label and part, in a fixed order. Of the test part nothing but the predictions
        is made, when the model is finished.
    store : FeatureStore
        Features of those clips. Augmented views of a clip are trained on beside the clip, and nowhere else used.
    blueprint : Blueprint
        The model to make.
    settings : TrainCnn
        Settings of the stage.
    fold : int
        Number of the fold; part of the seed.
    live : Path or None
        Folder in which DVCLive keeps the metrics of every epoch while training runs.

    Returns
    -------
    Fold

    Raises
    ------
    UserError
        If the store lacks a clip, or the network does not fit the window.
    """
    seed = settings.seed + fold
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()

    train = examples(clips[clips["part"] == "train"], store, blueprint.labels, views=True)
    others = {part: examples(clips[clips["part"] == part], store, blueprint.labels, views=False) for part in PARTS}
    normalisation = Normalisation.fit(train.features)
    bundle = Bundle(blueprint, blueprint.build(), normalisation)
    batches = TrainingBatches(
        train.features,
        train.targets,
        _weights(train, settings),
        normalisation,
        window_frames=blueprint.window_frames,
        batch_size=settings.batch_size,
        shift_frames=round(settings.augment.shift_seconds * store.frame_rate),
        steps=chain(settings.augment, store.frame_rate),
        seed=seed,
    )
    watching: list[keras.callbacks.Callback] = [EpochBar(f"fold {fold}", settings.epochs)]
    if live is not None:
        watching.append(live_curves(live))
    history = fit(bundle.model, batches, _validation(others["validation"], bundle), settings, watching)
    predictions = pd.concat([predict(bundle, some).assign(part=part) for part, some in others.items()],
                            ignore_index=True)
    return Fold(bundle, history, predictions)


def predict(bundle: Bundle, clips: Examples) -> pd.DataFrame:
    """Say what a model makes of clips.

    Parameters
    ----------
    bundle : Bundle
        The model.
    clips : Examples
        Of its labels.

    Returns
    -------
    pd.DataFrame
        One row per clip, in their order: the columns of `predictions.schema` but for fold and part.
    """
    outputs = bundle.windows(clips.features)
    labels = bundle.blueprint.labels
    logits = np.stack([each.logits.mean(axis=0) for each in outputs])
    probabilities = np.stack([each.probabilities.mean(axis=0) for each in outputs])
    return pd.concat([
        clips.clips[["clip_id", "label"]],
        pd.DataFrame(logits, columns=[f"logit_{label}" for label in labels]),
        probability_table(labels, probabilities).drop(columns="predicted"),
        pd.DataFrame({"embedding": [each.embeddings.mean(axis=0) for each in outputs]}),
    ], axis=1)


def _weights(train: Examples, settings: TrainCnn) -> np.ndarray:
    """Weight every example by the inverse of its label's frequency, with mean 1; or all alike."""
    weights = compute_sample_weight("balanced" if settings.class_weights else None, train.clips["label"])
    return np.asarray(weights, np.float32)


def _validation(clips: Examples, bundle: Bundle) -> Validation:
    """All windows of the validation clips; a clip weighs the same however many windows it has."""
    windows = [inference_windows(bundle.normalisation(clip), bundle.blueprint.window_frames)[0]
               for clip in clips.features]
    counts = [len(some) for some in windows]
    weights = np.repeat(1 / np.array(counts), counts).astype(np.float32)
    return np.concatenate(windows), np.repeat(clips.targets, counts, axis=0), weights
