"""One fold: its data, its networks, and what the model says of the clips that it was not trained on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from sklearn.utils.class_weight import compute_sample_weight

from speech_emotion.features.views import PLAIN
from speech_emotion.models.baseline import Baseline
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.scales import Scale
from speech_emotion.models.windows import inference_windows, stretches
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.predictions import PARTS, predicted, probability_table
from speech_emotion.store import FeatureStore
from speech_emotion.training.augment.spectrum import spectral
from speech_emotion.training.augment.steps import chain
from speech_emotion.training.batches import TrainingBatches
from speech_emotion.training.data import Examples, examples
from speech_emotion.training.fit import EPOCH_COLUMNS, Validation, fit
from speech_emotion.training.masking import labels_in_play
from speech_emotion.training.normalising import Normalising
from speech_emotion.training.progress import EpochBar, live_curves
from speech_emotion.training.sampling import Sampling

_BETWEEN_NETWORKS = 1000
"""From one network's seed to the next one's."""


@dataclass(frozen=True)
class Fold:
    """What came of one fold.

    Attributes
    ----------
    bundle : Bundle
        The networks with the weights that were kept.
    history : pd.DataFrame
        One row per network and epoch: network, and what `fit` gives.
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
    parts = {part: clips[clips["part"] == part] for part in ("train", *PARTS)}
    train = examples(parts["train"], store, blueprint.labels, store.index["view"].unique())
    normalising = Normalising.fit(train, clips, store, blueprint)
    scales = normalising.scales(train)
    baseline = _baseline(train, scales, blueprint, settings)
    validation = _validation(examples(parts["validation"], store, blueprint.labels, [PLAIN]), normalising)
    networks, histories = [], []
    for number in range(blueprint.num_networks):
        # Far enough apart for no network to be another fold's with the same seed.
        seed = settings.seed + fold + number * _BETWEEN_NETWORKS
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        tf.config.experimental.enable_op_determinism()
        batches = TrainingBatches(
            train.features,
            train.targets,
            _weights(train, settings),
            [scale.frames for scale in scales],
            window_frames=blueprint.window_frames,
            batch_size=settings.batch_size,
            shift_frames=round(settings.augment.shift_seconds * store.frame_rate),
            steps=chain(settings.augment, store.frame_rate),
            seed=seed,
            sampling=Sampling.of(train.clips["corpus"], settings.split.train_also, settings.pooling, settings.epochs),
            in_play=_in_play(train, settings),
            see=blueprint.seen,
            spectral=spectral(settings.augment, blueprint.network_columns or blueprint.columns, store.recipe),
        )
        title = f"fold {fold}" + (f", network {number}" if blueprint.num_networks > 1 else "")
        watching: list[keras.callbacks.Callback] = [EpochBar(title, settings.epochs)]
        if live is not None:
            watching.append(live_curves(live / f"network-{number}" if blueprint.num_networks > 1 else live))
        networks.append(blueprint.build())
        history = fit(networks[-1], batches, validation, settings, watching)
        histories.append(history.assign(network=number))
    bundle = Bundle(blueprint, networks, normalising.everything, baseline, normalising.corpora)
    predictions = []
    for part in PARTS:
        judged = examples(parts[part], store, blueprint.labels, blueprint.views)
        predictions.append(predict(bundle, judged, normalising.scales(judged)).assign(part=part))
    epochs = pd.concat(histories, ignore_index=True) if histories else pd.DataFrame(columns=["network", *EPOCH_COLUMNS])
    return Fold(bundle, epochs, pd.concat(predictions, ignore_index=True))


def predict(bundle: Bundle, clips: Examples, scales: Sequence[Scale]) -> pd.DataFrame:
    """Say what a model makes of clips.

    Parameters
    ----------
    bundle : Bundle
        The model.
    clips : Examples
        Of its labels; of each clip one view or several, one after the other.
    scales : sequence of Scale
        What each of them is normalised by.

    Returns
    -------
    pd.DataFrame
        One row per clip, in their order: the columns of `predictions.schema` but for fold and part. Logits,
        probabilities (the baseline's too) and embedding are means over the windows of a view, and then over views.
    """
    outputs = bundle.windows(clips.features, scales)
    labels = bundle.blueprint.labels
    views = clips.clips.groupby("clip_id", sort=False).indices.values()
    logits, probabilities, embeddings, baseline = (
        np.stack([np.mean([values[view] for view in of_clip], axis=0) for of_clip in views])
        for values in (
            [each.logits.mean(axis=0) for each in outputs],
            [each.probabilities.mean(axis=0) for each in outputs],
            [each.embeddings.mean(axis=0) for each in outputs],
            [each.baseline.mean(axis=0) for each in outputs],
        )
    )
    return pd.concat([
        clips.clips.drop_duplicates("clip_id")[["clip_id", "label"]].reset_index(drop=True),
        pd.DataFrame(logits, columns=[f"logit_{label}" for label in labels]),
        probability_table(labels, probabilities).drop(columns="predicted"),
        pd.DataFrame({"embedding": list(embeddings), "baseline": predicted(labels, baseline)}),
    ], axis=1)


def _baseline(train: Examples, scales: Sequence[Scale], blueprint: Blueprint, settings: TrainCnn) -> Baseline:
    """Fit the baseline on all windows of the training part, as a clip's windows are judged.

    Corpora that only train are left out: it has no way to tell their labels and recordings apart from those tested.
    """
    dealt = np.flatnonzero(~train.clips["corpus"].isin(settings.split.train_also)).tolist()
    windows = [stretches(train.features[at], blueprint.window_frames)[0] for at in dealt]
    classes = np.repeat(train.targets[dealt].argmax(axis=1), [len(some) for some in windows])
    return Baseline.fit([window for some in windows for window in some], blueprint.columns, classes,
                        len(blueprint.labels), balanced=settings.class_weights,
                        scales=[scales[at].statistics for at, some in zip(dealt, windows, strict=True) for _ in some])


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


def _validation(clips: Examples, normalising: Normalising) -> Validation:
    """All windows of the validation clips; a clip weighs the same however many windows it has."""
    blueprint, scales = normalising.blueprint, normalising.scales(clips)
    seen = [scale.frames(blueprint.seen(clip)) for scale, clip in zip(scales, clips.features, strict=True)]
    windows = [inference_windows(clip, blueprint.window_frames)[0] for clip in seen]
    counts = [len(some) for some in windows]
    weights = np.repeat(1 / np.array(counts), counts).astype(np.float32)
    return np.concatenate(windows), np.repeat(clips.targets, counts, axis=0), weights
