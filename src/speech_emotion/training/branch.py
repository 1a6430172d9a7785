"""One branch of a model: what it is made of, and its training on all folds."""

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.features.views import PLAIN, at_any_speed
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.identity import BRANCHES
from speech_emotion.params.base import Section
from speech_emotion.params.networks import Networks
from speech_emotion.params.train_cnn import MAIN, TrainCnn
from speech_emotion.store import FeatureStore
from speech_emotion.training.crew import FoldDone, FoldWork, train_all
from speech_emotion.training.progress import Network, Progress
from speech_emotion.training.record import provenance, validation_score
from speech_emotion.training.work import whole_work


@dataclass(frozen=True)
class Branch:
    """A model of one set of features: the main one, or one that is averaged with it.

    Attributes
    ----------
    name : str
        `MAIN`, or what `train_cnn.branches` calls it.
    store : FeatureStore
        Its features.
    settings : TrainCnn
        Its settings.
    blueprint : Blueprint
        What its models of all folds share.
    """

    name: str
    store: FeatureStore
    settings: TrainCnn
    blueprint: Blueprint

    def within(self, folder: Path) -> Path:
        """Its own folder in one that belongs to the whole model."""
        return folder if self.name == MAIN else folder / BRANCHES / self.name

    def train(
        self, members: Mapping[int, pd.DataFrame], folder: Path, live: Path | None, memo: Path | None
    ) -> dict[int, FoldDone]:
        """Train it on all folds, and write its models.

        Parameters
        ----------
        members : mapping from int to pd.DataFrame
            Of each fold: rows fold, clip_id, corpus, speaker, label and part.
        folder : Path
            Of the whole model; see `within`.
        live : Path or None
            Folder for the metrics of every epoch, likewise.
        memo : Path or None
            Folder of the memo.

        Returns
        -------
        dict from int to FoldDone
            By the fold's number.

        Raises
        ------
        UserError
            If a process dies, or the cluster fails. What was finished until then is in the memo.
        """
        models, blueprint, settings = self.within(folder), self.blueprint, self.settings
        models.mkdir(parents=True, exist_ok=True)
        work = whole_work(members, self.store, blueprint, settings, models, memo)
        with Progress(settings.epochs, _live(work, live and self.within(live))) as progress:
            done = train_all(work, settings.scheduler, memo, progress)
        scores = tuple(validation_score(rows, done[fold].predictions, blueprint.labels)
                       for fold, rows in members.items())
        replace(blueprint, provenance=replace(blueprint.provenance, validation=scores)).save(models)
        return done


def branches_of(
    members: Mapping[int, pd.DataFrame], store: FeatureStore, settings: TrainCnn, networks: Networks,
    min_duration: float,
) -> dict[str, Branch]:
    """Lay out the branches of a model.

    Parameters
    ----------
    members : mapping from int to pd.DataFrame
        Of each fold: rows fold, clip_id, corpus, speaker, language, label and part.
    store : FeatureStore
        Features of those clips, with those of the further branches in it.
    settings : TrainCnn
        Settings of the stage.
    networks : Networks
        Settings of the networks.
    min_duration : float >= 0
        Shortest clip that was taken in, in s.

    Returns
    -------
    dict from str to Branch
        The main one first, the others by name.

    Raises
    ------
    UserError
        If a branch has no features, or its network no column to see.
    """
    blueprint = _blueprint(members, store, settings, networks.of(settings.model), min_duration)
    made = {MAIN: Branch(MAIN, store, settings, blueprint)}
    for name in sorted(settings.branches):
        if not (store.path / name).is_dir():
            raise UserError(f"train_cnn.branches: there are no features for the branch {name}; say which they are "
                            f"(extract_mfcc.branches.{name}), then run `dvc repro`")
        own, own_network = settings.of_branch(name)
        of_branch = store.branch(name)
        blueprint = _blueprint(members, of_branch, own, own_network or networks.of(own.model), min_duration)
        made[name] = Branch(name, of_branch, own, blueprint)
    return made


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


def _blueprint(
    members: Mapping[int, pd.DataFrame], store: FeatureStore, settings: TrainCnn, network: Section, min_duration: float
) -> Blueprint:
    return Blueprint(
        # The guard sees to it that every fold can learn all of them.
        labels=tuple(sorted(set().union(*(rows["label"].unique() for rows in members.values())))),
        columns=tuple(store.columns),
        frame_rate=store.frame_rate,
        recipe=store.recipe,
        window_frames=max(1, round(settings.seconds * store.frame_rate)),
        network=settings.model,
        network_settings=network.model_dump(mode="json"),
        # Not where it was trained, which changes nothing.
        training=settings.model_dump(mode="json", exclude={"scheduler"}),
        provenance=provenance(members, min_duration, refit=settings.refit),
        views=at_any_speed(store.index["view"].unique()) if settings.average_speeds else (PLAIN,),
        num_networks=settings.num_networks,
        baseline_share=settings.baseline_share,
        network_columns=network_columns(settings.baseline_only, store.columns),
        normalisation=settings.normalisation,
        statistics=settings.statistics,
    )


def _live(work: Sequence[FoldWork], live: Path | None) -> dict[Network, Path]:
    if live is None:
        return {}
    folders = {}
    for each in work:
        measured = sum(unit.window_bytes > 0 for unit in each.units)
        for number in range(len(each.units)):
            folder = live / (f"fold-{each.fold}" + ("" if number < measured else "-refit"))
            folders[each.fold, number] = folder / (f"network-{number % measured}" if measured > 1 else "")
    return folders
