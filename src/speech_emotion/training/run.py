"""Train one model per fold of a split, and write models, predictions and history."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from speech_emotion import predictions as table_of_predictions
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing
from speech_emotion.features.views import PLAIN, at_any_speed
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.params.base import Section
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.predictions import Origin, Predictions
from speech_emotion.protocol.guard import SPEAKER_DEPENDENT
from speech_emotion.protocol.planning import plan
from speech_emotion.store import FeatureStore
from speech_emotion.training.checks import check
from speech_emotion.training.folds import train_fold
from speech_emotion.training.normalising import about_normalisation
from speech_emotion.training.record import provenance, validation_score


@dataclass(frozen=True)
class Outputs:
    """Where a training writes.

    Attributes
    ----------
    models : Path
        Folder for ``model.json``, ``split.csv`` (fold, clip_id, part) and the fold's own files in ``fold-<n>``.
    predictions : Path
        Parquet file; see `speech_emotion.predictions`.
    history : Path
        CSV file: fold, network, epoch, loss, accuracy, val_loss, val_accuracy ...
    live : Path or None
        Folder in which DVCLive keeps the metrics of every epoch while training runs.
    """

    models: Path
    predictions: Path
    history: Path
    live: Path | None = None


def train(
    clips: pd.DataFrame, store: FeatureStore, settings: TrainCnn, network: Section, outputs: Outputs, *,
    min_duration: float = 0.0,
) -> str:
    """Relabel, split, train every fold, and write what came of it.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    store : FeatureStore
        Its features.
    settings : TrainCnn
        Settings of the stage.
    network : Section
        Settings of the network ``settings.model``.
    outputs : Outputs
        Files and folders to write or replace. Equal arguments give equal bytes on one machine.
    min_duration : float >= 0
        Shortest clip that was taken in, in s; the models keep it, so as not to judge shorter ones.

    Returns
    -------
    str
        What was done, for people.

    Raises
    ------
    UserError
        If labels, split, augmentation, normalisation or network do not fit the data, a feature is not finite, or a
        training fails. Nothing is written then.
    """
    planned = plan(clips, settings)
    said = [f"train_cnn: {planned}"]
    columns = ["clip_id", "corpus", "speaker", "language", "label"]
    members = planned.split.merge(planned.clips[columns], on="clip_id")
    blueprint = _blueprint(members, store, settings, network, min_duration)
    check(members, store, blueprint, settings)
    said += about_normalisation(members, blueprint)
    histories, predicted, scores = [], [], []
    with (replacing(outputs.models, directory=True) as models, replacing(outputs.predictions) as predictions,
          replacing(outputs.history) as history):
        planned.split.to_csv(models / "split.csv", index=False, lineterminator="\n")
        for fold, rows in members.groupby("fold"):
            number = int(str(fold))
            done = train_fold(rows, store, blueprint, settings, fold=number,
                              live=outputs.live and outputs.live / f"fold-{number}")
            done.bundle.save(models, number)
            histories.append(done.history.assign(fold=number))
            predicted.append(done.predictions.assign(fold=number))
            scores.append(validation_score(rows, done.predictions, blueprint.labels))
            said += [_said(number, history, settings) for _, history in done.history.groupby("network")]
        replace(blueprint, provenance=replace(blueprint.provenance, validation=tuple(scores))).save(models)
        table_of_predictions.write(
            Predictions(pd.concat(predicted, ignore_index=True), _origin(blueprint, settings)), predictions)
        epochs = pd.concat(histories, ignore_index=True)
        first = ["fold", "network", "epoch", "kept"]
        epochs = epochs[[*first, *(name for name in epochs if name not in first)]]
        epochs.to_csv(history, index=False, float_format="%.6g", lineterminator="\n")
    return "\n".join(said)


def _blueprint(
    members: pd.DataFrame, store: FeatureStore, settings: TrainCnn, network: Section, min_duration: float
) -> Blueprint:
    return Blueprint(
        # The guard sees to it that every fold can learn all of them.
        labels=tuple(sorted(members["label"].unique())),
        columns=tuple(store.columns),
        frame_rate=store.frame_rate,
        recipe=store.recipe,
        window_frames=max(1, round(settings.seconds * store.frame_rate)),
        network=settings.model,
        network_settings=network.model_dump(mode="json"),
        training=settings.model_dump(mode="json"),
        provenance=provenance(members, min_duration),
        views=at_any_speed(store.index["view"].unique()) if settings.average_speeds else (PLAIN,),
        num_networks=settings.num_networks,
        baseline_share=settings.baseline_share,
        network_columns=network_columns(settings.baseline_only, store.columns),
        normalisation=settings.normalisation,
    )


def network_columns(baseline_only: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Choose the columns that the networks see: those that none of the patterns fits, in their order.

    Parameters
    ----------
    baseline_only : sequence of str
        Patterns such as "f0" or "log_mel_*".
    columns : sequence of str
        Names of all columns.

    Returns
    -------
    tuple of str

    Raises
    ------
    UserError
        If none is left.

    Examples
    --------
    >>> network_columns(["f0", "r*"], ["mfcc_0", "mfcc_1", "rms", "f0"])
    ('mfcc_0', 'mfcc_1')
    """
    chosen = tuple(name for name in columns if not any(fnmatch.fnmatchcase(name, each) for each in baseline_only))
    if not chosen:
        raise UserError(f"train_cnn.baseline_only: {', '.join(baseline_only)} leave the network no column to see (the "
                        f"features are {', '.join(columns)}); take one out, or add to extract_mfcc.features")
    return chosen


def _said(fold: int, history: pd.DataFrame, settings: TrainCnn) -> str:
    """Say in a line how the training of one network went."""
    kept = history[history["kept"]].iloc[0]
    which = f"fold {fold}" + (f", network {kept['network']}" if settings.num_networks > 1 else "")
    return (f"  {which}: {len(history)} epochs, {settings.keep} {kept['epoch']}: validation loss "
            f"{kept['val_loss']:.3f}, accuracy {kept['val_accuracy']:.3f}")


def _origin(blueprint: Blueprint, settings: TrainCnn) -> Origin:
    split = settings.split
    speaker_independent = split.protocol not in SPEAKER_DEPENDENT
    sections: dict[str, Any] = {"train_cnn": blueprint.training,
                                "networks": {blueprint.network: blueprint.network_settings}}
    return Origin(
        labels=blueprint.labels,
        protocol=split.protocol,
        speaker_independent=speaker_independent,
        statement_independent=split.statement_disjoint,
        seed=settings.seed,
        settings=sections,
        validation=split.validation if speaker_independent else "clips",
        transductive=blueprint.transductive,
    )
