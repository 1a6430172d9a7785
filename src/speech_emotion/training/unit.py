"""What a process that trains is told: a network of a fold, or what is left to do for a fold."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from speech_emotion.models.blueprint import Blueprint
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.training import fingerprint
from speech_emotion.training.parcel import Parcel

_BETWEEN_NETWORKS = 1000
"""From one network's seed to the next one's."""


@dataclass(frozen=True)
class Unit:
    """One network of one fold: all that its training needs.

    Attributes
    ----------
    seed : int
        Start of every random choice.
    train : Parcel
        What it learns from.
    validation : Parcel or None
        What each epoch is measured on; None for nothing.
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
    validation: Parcel | None
    blueprint: Blueprint
    settings: TrainCnn
    memo: Path | None
    fingerprint: str


def seed_of(settings: TrainCnn, fold: int, number: int) -> int:
    """Give the seed of a fold's network: far enough apart for none to be another fold's with the same seed."""
    return settings.seed + fold + number * _BETWEEN_NETWORKS


def document(train: str, validation: str, seed: int, blueprint: Blueprint, settings: TrainCnn) -> dict[str, Any]:
    """Say what decides the weights of a unit, beside code and processor.

    Parameters
    ----------
    train, validation : str
        `Digests.of` what it learns from, and what each epoch is measured on; "" for nothing.
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
    machines : tuple of dict
        Of each network, `Trained.machine`.
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
    machines: tuple[dict[str, Any], ...]
    blueprint: Blueprint
    settings: TrainCnn
    models: Path
