"""What one process does: train one network of one fold, or finish a fold, with one thread.

Importing this module loads TensorFlow.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import threadpoolctl

from speech_emotion.models import backend

backend.load()
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

from speech_emotion.models.blueprint import Blueprint  # noqa: E402
from speech_emotion.params.train_cnn import TrainCnn  # noqa: E402
from speech_emotion.store import FeatureStore  # noqa: E402
from speech_emotion.training import fingerprint, folds  # noqa: E402
from speech_emotion.training.memo import Entry, Trained  # noqa: E402
from speech_emotion.training.normalising import Normalising  # noqa: E402
from speech_emotion.training.parcel import Parcel  # noqa: E402

Tell = Callable[[tuple[int, dict[str, float]]], None]


@dataclass(frozen=True)
class Unit:
    """One network of one fold: all that its training needs.

    Attributes
    ----------
    seed : int
        Start of every random choice.
    train, validation : Parcel
        What it learns from.
    blueprint : Blueprint
        The model that it belongs to.
    settings : TrainCnn
        Settings of the stage.
    memo : Path or None
        Folder of the memo, which this process sees; None for nowhere.
    fingerprint : str
        `fingerprint.of_unit`: its name in the memo.
    """

    seed: int
    train: Parcel
    validation: Parcel
    blueprint: Blueprint
    settings: TrainCnn
    memo: Path | None
    fingerprint: str


def train_unit(unit: Unit, tell: Tell) -> Trained:
    """Train a network, from where another process was if it left that behind.

    Parameters
    ----------
    unit : Unit
        See there.
    tell : callable
        Told every epoch, counted from 0, and its metrics by name; of those too that another process had done.
    """
    with_one_thread()
    processor = fingerprint.of_processor()
    if unit.memo is None:
        return _train(unit, None, tell, processor)
    entry = Entry(unit.memo, unit.fingerprint, processor)
    with entry.alone():
        trained = entry.finished()
        if trained is None:
            trained = _train(unit, entry, tell, processor)
            entry.finish(trained)
        return trained


def document(train: str, validation: str, seed: int, blueprint: Blueprint, settings: TrainCnn) -> dict[str, Any]:
    """Say what decides the weights of a unit, beside code and processor.

    Parameters
    ----------
    train, validation : str
        `Digests.of` what it learns from.
    seed : int
        Start of every random choice.
    blueprint : Blueprint
        The model that it belongs to.
    settings : TrainCnn
        Settings of the stage.

    Returns
    -------
    dict
        Ready for JSON.
    """
    return {
        "train": train, "validation": validation, "seed": seed,
        "settings": fingerprint.deciding(settings.model_dump(mode="json")),
        "network": {blueprint.network: blueprint.network_settings},
        "columns": list(blueprint.columns), "network_columns": list(blueprint.network_columns),
        "labels": list(blueprint.labels), "recipe": blueprint.recipe, "frame_rate": blueprint.frame_rate,
        "window_frames": blueprint.window_frames,
    }


@dataclass(frozen=True)
class Rest:
    """What is left to do for a fold when its networks are trained.

    Attributes
    ----------
    fold : int
        Its number.
    clips : pd.DataFrame
        Its clips; see `folds.train_fold`.
    store : Path
        The feature store.
    weights : tuple of bytes
        Of each network, `Trained.weights`.
    blueprint : Blueprint
        The model to make.
    settings : TrainCnn
        Settings of the stage.
    models : Path
        Folder to write the fold's part to.
    """

    fold: int
    clips: pd.DataFrame
    store: Path
    weights: tuple[bytes, ...]
    blueprint: Blueprint
    settings: TrainCnn
    models: Path


def finish_fold(rest: Rest, _: Tell) -> pd.DataFrame:
    """Make a fold's model of its trained networks, write it, and say what it makes of the clips; see `folds.judge`."""
    with_one_thread()
    store = FeatureStore(rest.store)
    train, _validation = folds.to_learn_from(rest.clips, store, rest.blueprint)
    networks = []
    with tempfile.TemporaryDirectory() as scratch:
        for weights in rest.weights:
            keras.backend.clear_session()
            networks.append(rest.blueprint.build())
            path = Path(scratch, "network.weights.h5")
            path.write_bytes(weights)
            networks[-1].load_weights(path)
    normalising = Normalising.fit(train, rest.clips, store, rest.blueprint)
    bundle = folds.assemble(networks, train, normalising, rest.settings)
    bundle.save(rest.models, rest.fold)
    return folds.judge(bundle, rest.clips, store, normalising)


def with_one_thread() -> None:
    """Leave this process one thread to compute with, so that no sum is split up by how many there are."""
    threadpoolctl.threadpool_limits(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)


class _Teller(keras.callbacks.Callback):
    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell = tell

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._tell((epoch, {name: float(value) for name, value in (logs or {}).items()}))


def _train(unit: Unit, entry: Entry | None, tell: Tell, processor: str) -> Trained:
    state = entry.state() if entry else None
    before: list[dict[str, Any]] = state.about["epochs"] if state else []
    for epoch, logs in enumerate(before):
        tell((epoch, logs))
    network, history = folds.train_network(
        unit.train.opened(), unit.validation.opened(), unit.train.normalised_by, unit.validation.normalised_by,
        unit.blueprint, unit.settings, seed=unit.seed, callbacks=[_Teller(tell)], entry=entry)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "network.weights.h5")
        network.save_weights(path)
        epochs: list[Any] = history.to_dict("records")
        return Trained(path.read_bytes(), epochs, processor, resumed=len(before))
