"""What there is to do for each fold of a training, made when it is due."""

from collections.abc import Mapping
from functools import lru_cache, partial
from pathlib import Path

import pandas as pd

from speech_emotion.models.blueprint import Blueprint
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.store import FeatureStore
from speech_emotion.training import fingerprint
from speech_emotion.training.crew import Due, FoldWork
from speech_emotion.training.lessons import lessons
from speech_emotion.training.parcel import Digests, Parcel
from speech_emotion.training.unit import Rest, Unit, document, seed_of

_HELD = 5
"""Folds whose units stay in memory from when they are fingerprinted until they are trained; those of others are made
again, which takes little of the time that training takes."""


def whole_work(
    members: Mapping[int, pd.DataFrame], store: FeatureStore, blueprint: Blueprint, settings: TrainCnn, models: Path,
    memo: Path | None,
) -> list[FoldWork]:
    """Say what there is to do for each fold.

    Parameters
    ----------
    members : mapping from int to pd.DataFrame
        Of each fold: rows fold, clip_id, corpus, speaker, label and part.
    store : FeatureStore
        Features of those clips.
    blueprint : Blueprint
        The models to make.
    settings : TrainCnn
        Settings of the stage.
    models : Path
        Folder to write them to.
    memo : Path or None
        Folder of the memo; made if need be.

    Raises
    ------
    UserError
        If the store lacks a clip.
    """
    memo = memo and memo.absolute()
    if memo is not None:
        memo.mkdir(parents=True, exist_ok=True)
    digests, code = Digests(), fingerprint.of_code(blueprint.network)

    @lru_cache(maxsize=_HELD)
    def units(fold: int) -> list[Unit]:
        made = []
        for lesson in lessons(members[fold], store, blueprint, settings):
            train_by, validation_by = lesson.normalised_by()
            learnt = Parcel.of(lesson.train, train_by, store)
            measured = Parcel.of(lesson.validation, validation_by, store) if lesson.validation else None
            of_train, of_validation = digests.of(learnt), digests.of(measured) if measured else ""
            for number in range(blueprint.num_networks):
                seed = seed_of(settings, fold, number)
                about = document(of_train, of_validation, seed, blueprint, settings)
                made.append(Unit(seed, learnt, measured, blueprint, settings, memo, fingerprint.of_unit(about, code)))
        return made

    def due(fold: int, at: int, unit: Unit) -> Due:
        windows = len(unit.validation.targets) if unit.validation else 0
        window_bytes = windows * blueprint.window_frames * len(blueprint.columns) * 4
        return Due(unit.fingerprint, blueprint.network, window_bytes, lambda: units(fold)[at])

    def rest(fold: int) -> Rest:
        return Rest(fold, members[fold], store.path.absolute(), (), (), blueprint, settings, models.absolute())

    return [FoldWork(fold, [due(fold, at, unit) for at, unit in enumerate(units(fold))], partial(rest, fold))
            for fold in members]
