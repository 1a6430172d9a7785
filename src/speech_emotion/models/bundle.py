"""The trained model of one fold: what it says of clips, and how it is stored.

A model folder holds ``model.json`` (`Blueprint`) and for each fold a folder ``fold-<n>`` with the weights of each of
its networks, their normalisation (and that of each corpus, if they are normalised apart), the baseline without a
network, and the temperature of the fold's whole model. Nothing holds a date, so that equal models are equal bytes (a
`.keras` file does hold one).
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from scipy.special import softmax

from speech_emotion.arrays import Float32
from speech_emotion.core import documents
from speech_emotion.core.errors import UserError
from speech_emotion.models import bounds, classifier, weights
from speech_emotion.models.baseline import Baseline
from speech_emotion.models.blueprint import Blueprint, damaged, no_model, write_json
from speech_emotion.models.calibration import Calibration
from speech_emotion.models.fusion import Fusion
from speech_emotion.models.identity import BRANCHES
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.outputs import WindowOutputs
from speech_emotion.models.scales import Scale, of_clip
from speech_emotion.models.windows import pad, stretches

_BASELINE = "baseline.npy"
_NORMALISATION = "normalisation.json"
_CORPORA = "corpora.json"
_BATCH, _VALUES = 256, 1 << 27
"""Windows that a network is given at a time: so many, or as many as its largest layer makes so many values of."""


class _Cut(NamedTuple):
    """A clip, cut: what its windows show, where each begins, and what normalises it."""

    stretches: list[Float32]
    first_frames: np.ndarray
    scale: Scale


@dataclass(frozen=True)
class Bundle:
    """A trained model that turns the features of a clip into probabilities: one network, or several that agree.

    Attributes
    ----------
    blueprint : Blueprint
        What it shares with the models of other folds.
    networks : sequence of keras.Model
        As `Blueprint.build` makes them: one, or an ensemble of several, whose logits are averaged.
    normalisation : Normalisation
        Of its training part, and of the columns that the networks see.
    baseline : Baseline
        The classifier without a network, of the same training part.
    corpora : mapping from str to Normalisation
        Of the clips of each corpus in its training part, if the blueprint's normalisation is "corpus".

    Examples
    --------
    >>> from speech_emotion.models.provenance import Provenance
    >>> network = {"filters": [8], "kernel_size": 3, "pool_size": 4, "dense": 16, "dropout": 0.1, "batch_norm": True}
    >>> blueprint = Blueprint(labels=("anger", "fear"), columns=("rms", "zcr"), frame_rate=100.0, recipe={},
    ...                       window_frames=100, network="cnn", network_settings=network, training={},
    ...                       provenance=Provenance((), min_duration=0.3))
    >>> measured = Normalisation(np.zeros(2, np.float32), np.ones(2, np.float32))
    >>> baseline = Baseline(np.zeros((27, 2)), np.zeros(2))
    >>> bundle = Bundle(blueprint, [blueprint.build(), blueprint.build()], measured, baseline)
    >>> clip = np.zeros((250, 2), np.float32)
    >>> bundle.windows([clip])[0].starts.tolist()
    [0.0, 0.5, 1.0, 1.5]
    >>> bundle.probabilities([clip, clip]).shape
    (2, 2)
    """

    blueprint: Blueprint
    networks: Sequence[keras.Model]
    normalisation: Normalisation
    baseline: Baseline
    corpora: Mapping[str, Normalisation] = field(default_factory=dict)

    @cached_property
    def _with_embeddings(self) -> list[keras.Model]:
        return [classifier.with_embedding(network) for network in self.networks]

    @cached_property
    def _batch(self) -> int:
        largest = max((classifier.largest_layer(network) for network in self.networks), default=1)
        return max(1, min(_BATCH, _VALUES // largest))

    def scale(self, clip: Float32, corpus: str | None = None) -> Scale:
        """Choose what a clip of a corpus is normalised by; see `scales.of_clip`."""
        return of_clip(clip, self.blueprint, self.normalisation, self.corpora, corpus)

    def windows(self, clips: Sequence[Float32], scales: Sequence[Scale] | None = None) -> list[WindowOutputs]:
        """Predict clips, window by window.

        Parameters
        ----------
        clips : sequence of np.ndarray [shape=(n, columns), dtype=float32]
            Features of each clip, not normalised.
        scales : sequence of Scale or None
            What each is normalised by; None for what `scale` gives for a clip of no known corpus.

        Returns
        -------
        list of WindowOutputs
            One for each clip.

        Raises
        ------
        UserError
            If a clip has other columns than the model, or no scales are given to a model that normalises by speaker.
        """
        return [outputs for group in self._groups(clips, scales) for outputs in self._windows(group)]

    def _groups(self, clips: Sequence[Float32], scales: Sequence[Scale] | None) -> Iterator[list[_Cut]]:
        """Cut clips into windows, some clips at a time."""
        group: list[_Cut] = []
        for at, clip in enumerate(clips):
            if clip.shape[1] != len(self.blueprint.columns):
                raise UserError(f"these features have {clip.shape[1]} columns, but the model was trained on "
                                f"{len(self.blueprint.columns)}; compute them with its settings (model.json, recipe)")
            parts, first_frames = stretches(clip, self.blueprint.window_frames)
            scale = self.scale(clip) if scales is None else scales[at]
            group.append(_Cut(parts, first_frames, scale))
            if sum(len(cut.stretches) for cut in group) >= self._batch:
                yield group
                group = []
        if group:
            yield group

    def _windows(self, cuts: list[_Cut]) -> list[WindowOutputs]:
        baseline = self.baseline.logits([part for cut in cuts for part in cut.stretches], self.blueprint.columns,
                                        [cut.scale.statistics for cut in cuts for _ in cut.stretches])
        share = self.blueprint.baseline_share
        logits, embeddings = baseline, baseline.astype(np.float32)
        if self.networks:
            outputs = [[classifier.outputs(network, batch, self._batch) for network in self._with_embeddings]
                       for batch in self._batches(cuts)]
            logits = np.concatenate([np.mean([each for each, _ in some], axis=0) for some in outputs])
            embeddings = np.concatenate([np.concatenate([each for _, each in some], axis=1) for some in outputs])
            if share:
                mixed = (1 - share) * softmax(logits, axis=1) + share * softmax(baseline, axis=1)
                logits = np.log(np.maximum(mixed, np.finfo(np.float64).tiny))
        ends = np.cumsum([len(cut.stretches) for cut in cuts])[:-1]
        return [
            WindowOutputs(cut.first_frames / self.blueprint.frame_rate, *own)
            for cut, *own in zip(cuts, *(np.split(values, ends) for values in
                                         (logits, embeddings, softmax(baseline, axis=1))), strict=True)
        ]

    def _batches(self, cuts: list[_Cut]) -> Iterator[Float32]:
        """Give the windows as the networks see them, some at a time: those of hours do not fit in memory."""
        frames = self.blueprint.window_frames
        parts = [(part, cut.scale) for cut in cuts for part in cut.stretches]
        for first in range(0, len(parts), self._batch):
            seen = [scale.frames(self.blueprint.seen(part)) for part, scale in parts[first : first + self._batch]]
            yield np.stack([pad(part, (frames - len(part)) // 2, frames) for part in seen])

    def probabilities(self, clips: Sequence[Float32], scales: Sequence[Scale] | None = None) -> np.ndarray:
        """Predict clips.

        Parameters
        ----------
        clips : sequence of np.ndarray [shape=(n, columns), dtype=float32]
            Features of each clip, not normalised.
        scales : sequence of Scale or None
            As in `windows`.

        Returns
        -------
        np.ndarray [shape=(clips, classes), dtype=float64]
            For each clip the mean over its windows; each row sums to 1.
        """
        return np.stack([outputs.probabilities.mean(axis=0) for outputs in self.windows(clips, scales)])

    def save(self, models: Path, fold: int) -> None:
        """Write the fold's own part into an existing model folder, which `Blueprint.save` completes."""
        folder = models / f"fold-{fold}"
        folder.mkdir()
        for number, network in enumerate(self.networks):
            (folder / _weights(number)).write_bytes(weights.to_bytes(network))
        self.baseline.save(folder / _BASELINE)
        names = self.blueprint.network_columns or self.blueprint.columns
        write_json(folder / _NORMALISATION, self.normalisation.document(names))
        if self.blueprint.normalisation == "corpus":
            write_json(folder / _CORPORA, {name: one.document(names) for name, one in self.corpora.items()})

    @classmethod
    def load(cls, folder: Path, blueprint: Blueprint) -> "Bundle":
        """Read one fold's model.

        Raises
        ------
        UserError
            If its folder is incomplete, damaged, or does not fit the blueprint.
        """
        try:
            bounds.require_modest(blueprint)
            networks = [blueprint.build() for _ in range(blueprint.num_networks)]
            for number, network in enumerate(networks):
                if not (path := folder / _weights(number)).is_file():
                    raise no_model(folder, f" ({path.name} is missing)")
                with warnings.catch_warnings():
                    warnings.simplefilter("error", UserWarning)  # a part that is lacking, and would stay at random
                    network.load_weights(path)
                if not all(np.isfinite(values).all() for values in network.get_weights()):
                    raise ValueError(f"{path.name} has values that are not finite")
            names = blueprint.network_columns or blueprint.columns
            normalisation = Normalisation.of_document(_read(folder / _NORMALISATION), names)
            corpora = _read(folder / _CORPORA) if blueprint.normalisation == "corpus" else {}
            baseline = Baseline.load(folder / _BASELINE, blueprint.columns, len(blueprint.labels),
                                     blueprint.statistics)
            return cls(blueprint, networks, normalisation, baseline,
                       {name: Normalisation.of_document(one, names) for name, one in corpora.items()})
        except FileNotFoundError as error:
            raise no_model(folder, f" ({error.filename or error} is missing)") from error
        except UserError:
            raise
        except Exception as error:  # HDF5 and Keras raise anything of a file that is damaged
            raise damaged(folder, error) from error


def load(models: Path | str) -> list[Bundle]:
    """Read what the stage `train_cnn` wrote: the models of all folds, in order of the folds.

    Parameters
    ----------
    models : Path or str
        The model folder, or one fold's folder in it.

    Returns
    -------
    list of Bundle
        At least one.

    Raises
    ------
    UserError
        If there is none, or one is damaged or of another version.

    Examples
    --------
    >>> load("no/such/folder")
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: no/such/folder: there is no trained model here; `dvc repro` trains one, ...
    """
    models = Path(models)
    if (models / _NORMALISATION).is_file():
        return [Bundle.load(models, Blueprint.load(models.resolve().parent))]
    blueprint = Blueprint.load(models)
    folds = _folds(models)
    if not folds:
        raise no_model(models)
    return [Bundle.load(fold, blueprint) for fold in folds]


def load_branches(
    models: Path | str,
) -> tuple[list[Bundle], dict[str, list[Bundle]], list[Fusion], list[Calibration]]:
    """Read what the stage `train_cnn` wrote, with all branches of the model.

    Parameters
    ----------
    models : Path or str
        The model folder, or one fold's folder in it.

    Returns
    -------
    bundles : list of Bundle
        Of the main branch; see `load`.
    branches : dict from str to list of Bundle
        Of each further one.
    fusions : list of Fusion
        How those of each fold become one; none if there is no further branch.
    calibrations : list of Calibration
        What is then done to the probabilities of each fold.

    Raises
    ------
    UserError
        If there is no model, or one is damaged or of another version.
    """
    models = Path(models)
    main = load(models)
    one_fold = (models / _NORMALISATION).is_file()
    folder = models.resolve().parent if one_fold else models
    folds = [models] if one_fold else _folds(models)
    branches = {of_branch.name: load(of_branch / models.resolve().name if one_fold else of_branch)
                for of_branch in sorted((folder / BRANCHES).glob("*")) if of_branch.is_dir()}
    try:
        fusions = [Fusion.load(fold) for fold in folds] if branches else []
        return main, branches, fusions, [Calibration.load(fold) for fold in folds]
    except (OSError, ValueError) as error:
        raise damaged(folder, error) from error


def _folds(models: Path) -> list[Path]:
    numbers = sorted(int(number) for folder in models.glob("fold-*")
                     if (number := folder.name.removeprefix("fold-")).isdecimal())
    return [models / f"fold-{number}" for number in numbers]


def _read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = documents.parse(path.read_bytes())
    return document


def _weights(number: int) -> str:
    return f"network-{number}.weights.h5"
