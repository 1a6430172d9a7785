"""One fold: its data, its networks, and what the model says of the clips that it was not trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import pandas as pd

from speech_emotion.models.baseline import Baseline
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.scales import Scale
from speech_emotion.models.windows import stretches
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.predictions import predicted, probability_table
from speech_emotion.store import FeatureStore
from speech_emotion.training.data import Examples, examples
from speech_emotion.training.lessons import Lesson, lessons
from speech_emotion.training.memo import EPOCH_COLUMNS
from speech_emotion.training.network import train_network
from speech_emotion.training.unit import seed_of


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
    clips: pd.DataFrame, store: FeatureStore, blueprint: Blueprint, settings: TrainCnn, *, fold: int
) -> Fold:
    """Train on one fold, in this process. Two calls with equal arguments on one machine give equal results.

    `run.train` does the same with a process for each network.

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

    Returns
    -------
    Fold

    Raises
    ------
    UserError
        If the store lacks a clip, or the network does not fit the window.
    """
    taught = lessons(clips, store, blueprint, settings)
    trained = [train_network(lesson.train, lesson.validation, *lesson.normalised_by(), blueprint, settings,
                             seed=seed_of(settings, fold, number))
               for lesson in taught for number in range(blueprint.num_networks)]
    bundle, predictions = finish([network for network, _ in trained], taught, clips, store, settings)
    histories = [history.assign(network=number)
                 for number, (_, history) in enumerate(trained[:blueprint.num_networks])]
    epochs = pd.concat(histories, ignore_index=True) if histories else pd.DataFrame(columns=["network", *EPOCH_COLUMNS])
    return Fold(bundle, epochs, predictions)


def finish(
    networks: Sequence[keras.Model], taught: Sequence[Lesson], clips: pd.DataFrame, store: FeatureStore,
    settings: TrainCnn,
) -> tuple[Bundle, pd.DataFrame]:
    """Make the models of trained networks, with normalisation and baseline of their own, and let them judge.

    Parameters
    ----------
    networks : sequence of keras.Model
        Of each lesson so many as the blueprint says, one lesson after the other.
    taught : sequence of Lesson
        See `lessons`.
    clips : pd.DataFrame
        The fold's clips; see `train_fold`.
    store : FeatureStore
        Features of those clips.
    settings : TrainCnn
        Settings of the stage.

    Returns
    -------
    bundle : Bundle
        The fold's model.
    predictions : pd.DataFrame
        Of the validation and test parts: columns part, and what `predict` gives.
    """
    parts = []
    for number, lesson in enumerate(taught):
        blueprint, normalising = lesson.normalising.blueprint, lesson.normalising
        own = networks[number * blueprint.num_networks : (number + 1) * blueprint.num_networks]
        baseline = _baseline(lesson.train, normalising.scales(lesson.train), blueprint, settings)
        bundle = Bundle(blueprint, own, normalising.everything, baseline, normalising.corpora)
        for part in lesson.judges:
            judged = examples(clips[clips["part"] == part], store, blueprint.labels, blueprint.views)
            parts.append(predict(bundle, judged, normalising.scales(judged)).assign(part=part))
    return bundle, pd.concat(parts, ignore_index=True)


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
                        scales=[scales[at].statistics for at, some in zip(dealt, windows, strict=True) for _ in some],
                        kind=blueprint.statistics, shrinkage=settings.baseline_shrinkage,
                        temperature=settings.baseline_temperature)
