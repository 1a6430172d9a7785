"""Train one model per fold of a split, and write models, predictions and history."""

import platform
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from speech_emotion import predictions as table_of_predictions
from speech_emotion.core import processor
from speech_emotion.core.files import replacing
from speech_emotion.params.networks import Networks
from speech_emotion.params.train_cnn import MAIN, TrainCnn
from speech_emotion.predictions import EncoderUse, Origin, Predictions
from speech_emotion.protocol.guard import SPEAKER_DEPENDENT
from speech_emotion.protocol.planning import plan
from speech_emotion.store import FeatureStore
from speech_emotion.training import memo as memory
from speech_emotion.training.branch import Branch, branches_of
from speech_emotion.training.calibrating import calibrated
from speech_emotion.training.checks import check
from speech_emotion.training.crew import FoldDone
from speech_emotion.training.fingerprint import LIBRARIES
from speech_emotion.training.fusing import fused
from speech_emotion.training.members import Members
from speech_emotion.training.memo import EPOCH_COLUMNS
from speech_emotion.training.normalising import about_normalisation


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
    memo : Path or None
        Folder of what is kept so that nothing is trained twice; see `memo`. It changes no byte of the others.
    """

    models: Path
    predictions: Path
    history: Path
    live: Path | None = None
    memo: Path | None = None


def train(
    clips: pd.DataFrame, store: FeatureStore, settings: TrainCnn, networks: Networks, outputs: Outputs, *,
    min_duration: float = 0.0,
) -> str:
    """Relabel, split, train every fold, and write what came of it.

    Each network of each fold is a unit: trained by a process of its own, with one thread, wherever
    ``settings.scheduler`` says.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    store : FeatureStore
        Its features.
    settings : TrainCnn
        Settings of the stage.
    networks : Networks
        Settings of the networks.
    outputs : Outputs
        Files and folders to write or replace. Equal arguments give equal bytes on one kind of
        processor, however many cores it has.
    min_duration : float >= 0
        Shortest clip that was taken in, in s; the models keep it, so as not to judge shorter ones.

    Returns
    -------
    str
        What was done, for people.

    Raises
    ------
    UserError
        If labels, split, augmentation, normalisation or network do not fit the data, a feature is not finite, a
        training fails, a process dies, or a cluster fails. Nothing is written then but to the memo.
    """
    planned = plan(clips, settings)
    said = [f"train_cnn: {planned}"]
    members = Members(planned.assignment, planned.clips, ["corpus", "speaker", "language", "label"])
    branches = branches_of(members, store, settings, networks, min_duration)
    for branch in branches.values():
        check(members, branch.store, branch.blueprint, branch.settings)
        said += about_normalisation(members, branch.blueprint)
    with (replacing(outputs.models, directory=True) as models, replacing(outputs.predictions) as predictions,
          replacing(outputs.history) as history):
        planned.assignment.write(models / "split.csv")
        of_branches = {name: branch.train(members, models, outputs.live, outputs.memo)
                       for name, branch in branches.items()}
        tables, temperatures = [], {}
        for fold in members:
            fusion, table = fused({name: done[fold].predictions for name, done in of_branches.items()},
                                  branches[MAIN].blueprint.labels, settings.fusion)
            calibration, table = calibrated(table, branches[MAIN].blueprint.labels, settings.calibration)
            tables.append(table.assign(fold=fold))
            calibration.save(models / f"fold-{fold}")
            if calibration.applied:
                temperatures[fold] = calibration.temperature
                said.append(f"  fold {fold}: probabilities with a temperature of {calibration.temperature:.3g}")
            if len(branches) > 1:
                fusion.save(models / f"fold-{fold}")
                said += [f"  fold {fold}: {fusion}"] * (settings.fusion != "mean")
        corpora = {corpus for rows in members.values() for corpus in rows["corpus"]}
        origin = _origin(branches, settings, temperatures, corpora)
        table_of_predictions.write(Predictions(pd.concat(tables, ignore_index=True), origin), predictions)
        done = of_branches[MAIN]
        epochs = _epochs({fold: done[fold] for fold in members}, settings.num_networks)
        epochs.to_csv(history, index=False, float_format="%.6g", lineterminator="\n")
    if outputs.memo is not None:
        memory.bound(outputs.memo)
    said += [_said(rows, settings) for _, rows in epochs.groupby(["fold", "network"])]
    if settings.refit:
        said.append("  refit: the models that are kept and tested learnt from the validation parts too")
    return "\n".join([*said, *(line for each in of_branches.values() for line in _summary(each))])


def _epochs(done: dict[int, FoldDone], num_networks: int) -> pd.DataFrame:
    """Tell of the epochs of the networks that the validation parts measured."""
    tables = [pd.DataFrame(trained.history).assign(fold=fold, network=number)
              for fold, each in done.items() for number, trained in enumerate(each.networks[:num_networks])]
    first = ["fold", "network", "epoch", "kept"]
    if not tables:
        return pd.DataFrame(columns=[*first, *EPOCH_COLUMNS[2:]])
    epochs = pd.concat(tables, ignore_index=True)
    return epochs[[*first, *(name for name in epochs if name not in first)]]


def _summary(done: dict[int, FoldDone]) -> list[str]:
    networks = [trained for each in done.values() for trained in each.networks]
    if not networks:
        return []
    reused = sum(trained.reused for trained in networks)
    resumed = sum(trained.resumed > 0 for trained in networks if not trained.reused)
    return [f"  networks: {len(networks) - reused} trained"
            + (f" ({resumed} of them from where an earlier run was)" if resumed else "") + f", {reused} reused"]


def _said(history: pd.DataFrame, settings: TrainCnn) -> str:
    """Say in a line how the training of one network went."""
    kept = history[history["kept"]].iloc[0]
    which = f"fold {kept['fold']}" + (f", network {kept['network']}" if settings.num_networks > 1 else "")
    return (f"  {which}: {len(history)} epochs, {settings.keep} {kept['epoch']}: validation loss "
            f"{kept['val_loss']:.3f}, accuracy {kept['val_accuracy']:.3f}")


def _encoders(branches: Mapping[str, Branch], corpora: Collection[str]) -> Iterator[EncoderUse]:
    for name, branch in branches.items():
        if encoder := branch.store.recipe.get("features", {}).get("encoder"):
            yield EncoderUse(branch=name, name=encoder["name"], sha256=encoder["sha256"], licence=encoder["licence"],
                             trained_on=encoder["trained_on"], layers=tuple(encoder["layers"]),
                             heard=tuple(sorted({*corpora} & {*encoder["emotion_corpora"]})))


def _origin(
    branches: Mapping[str, Branch], settings: TrainCnn, temperatures: dict[int, float], corpora: Collection[str]
) -> Origin:
    split, blueprint = settings.split, branches[MAIN].blueprint
    # The main one comes last, and is what a branch with another shape of the same kind (train_cnn.branches) is not.
    networks = {each.blueprint.network: each.blueprint.network_settings for each in reversed([*branches.values()])}
    speaker_independent = split.protocol not in SPEAKER_DEPENDENT
    sections: dict[str, Any] = {"train_cnn": blueprint.training,
                                "networks": networks,
                                "extract_mfcc": branches[MAIN].store.recipe}
    if others := {name: branch.store.recipe for name, branch in branches.items() if name != MAIN}:
        sections["extract_mfcc"] = {**sections["extract_mfcc"], "branches": others}
    return Origin(
        labels=blueprint.labels,
        protocol=split.protocol,
        speaker_independent=speaker_independent,
        statement_independent=split.statement_disjoint,
        seed=settings.seed,
        settings=sections,
        validation=split.validation if speaker_independent else "clips",
        transductive=any(branch.blueprint.transductive for branch in branches.values()),
        encoders=tuple(_encoders(branches, corpora)),
        temperatures=temperatures,
        made_with={"python": ".".join(platform.python_version_tuple()[:2]),  # no more of it decides a number
                   **{name: version(name) for name in LIBRARIES}, "processor": processor.name()},
    )
