"""Trained models as one: from audio to probabilities."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.models import bundle
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.calibration import Calibration
from speech_emotion.models.fusion import Fusion
from speech_emotion.models.scales import Scale
from speech_emotion.params.train_cnn import MAIN
from speech_emotion.prediction import parts
from speech_emotion.prediction.branch import Branch
from speech_emotion.prediction.judge import Judgement, Signal
from speech_emotion.prediction.said import WindowProbabilities


class Predictor:
    """One model, or the models of several folds, whose probabilities are averaged; a `Judge`.

    A recording that is longer than `parts.LONGEST_CLIP` is judged in parts, each as a clip of its own. What ingest
    would reject for its content (it is silent, too short, or not finite) is no more judged than it is trained on:
    `NotJudged` says why.

    Parameters
    ----------
    bundles : sequence of Bundle
        At least one; all of one training.
    branches : mapping from str to sequence of Bundle, or None
        Of each further branch as many, of the same folds.
    fusions : sequence of Fusion
        How the branches of each fold become one, if there are several.
    calibrations : sequence of Calibration
        What is then done to each fold's probabilities, those of windows and those of clips, before folds are averaged;
        none for nothing.

    Attributes
    ----------
    labels : tuple of str
        The classes.
    recipe : Recipe
        What decides the features.
    signals : tuple of Signal
        What is heard of a clip: at the recipe's sample rate, then at those of further branches that want another.
    seconds : float
        Length of a window.
    min_duration : float
        Shortest clip that is judged, in s: the shortest that ingest took in for the training, or one window of the
        features' analysis if that is longer.
    synthetic : bool
        Whether the models have heard synthetic speech alone. They know nothing of people then.
    transductive : bool
        Whether a clip is normalised by all clips of its speaker. One clip alone is not judged then.

    Raises
    ------
    UserError
        If the bundles or the branches do not agree about classes, features or windows, or this version cannot compute
        the features.

    Examples
    --------
    With `Predictor.load("models")` it is one that the pipeline trained; this one has learnt nothing:

    >>> from speech_emotion.features import compute
    >>> from speech_emotion.models.blueprint import Blueprint
    >>> from speech_emotion.models.baseline import Baseline
    >>> from speech_emotion.models.normalisation import Normalisation
    >>> from speech_emotion.models.provenance import Provenance
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import tone
    >>> recipe = load("params.yaml", ExtractMfcc)
    >>> columns = compute.columns(recipe)
    >>> network = {"filters": [8], "kernel_size": 3, "pool_size": 4, "dense": 16, "dropout": 0.1, "batch_norm": True}
    >>> blueprint = Blueprint(labels=("anger", "fear"), columns=tuple(columns), frame_rate=compute.frame_rate(recipe),
    ...                       recipe=recipe.document(), window_frames=100, network="cnn", network_settings=network,
    ...                       training={}, provenance=Provenance((), min_duration=0.3))
    >>> measured = Normalisation(np.zeros(len(columns), np.float32), np.ones(len(columns), np.float32))
    >>> baseline = Baseline(np.zeros((681, 2)), np.zeros(2))
    >>> predictor = Predictor([Bundle(blueprint, [blueprint.build()], measured, baseline)])
    >>> said = predictor.windows(tone(0, duration=2.5, sample_rate=8000), 8000)
    >>> said.starts.tolist(), said.seconds, said.clip.shape
    ([0.0, 0.38, 0.76, 1.13, 1.51], 1.0, (2,))

    Silence has no emotion:

    >>> predictor.windows(np.zeros(16000, np.float32), 8000)
    Traceback (most recent call last):
    speech_emotion.prediction.said.NotJudged: not judged: silent (digital silence)
    """

    def __init__(
        self, bundles: Sequence[Bundle], branches: Mapping[str, Sequence[Bundle]] | None = None,
        fusions: Sequence[Fusion] = (), calibrations: Sequence[Calibration] = (),
    ) -> None:
        self._branches = {MAIN: Branch(bundles)} | {name: Branch(own) for name, own in (branches or {}).items()}
        self._fusions = tuple(fusions)
        self._calibrations = tuple(calibrations) or (Calibration(),) * len(bundles)
        first = self._branches[MAIN].blueprint
        for name, branch in self._branches.items():
            if branch.blueprint.labels != first.labels or len(branch.bundles) != len(bundles):
                raise UserError(f"the branch {name} of this model has other labels or folds than the main one; train "
                                "it anew with `dvc repro --force train_cnn`")
        if len(self._branches) > 1 and [{*fusion.shares} for fusion in fusions] != [{*self._branches}] * len(bundles):
            raise UserError("this model does not say how its branches become one; train it anew with "
                            "`dvc repro --force train_cnn`")
        self.bundles = self._branches[MAIN].bundles
        self.recipe = self._branches[MAIN].recipe
        self.signals = tuple(dict.fromkeys(_signal(branch) for branch in self._branches.values()))
        self.seconds = self._branches[MAIN].seconds
        self.labels = first.labels
        self.synthetic = first.provenance.synthetic
        self.transductive = any(branch.blueprint.transductive for branch in self._branches.values())
        self.min_duration = max(first.provenance.min_duration,
                                *(branch.analysis_window for branch in self._branches.values()))

    @classmethod
    def load(cls, models: Path | str) -> "Predictor":
        """Read what the stage `train_cnn` wrote, or one fold's folder in it.

        Parameters
        ----------
        models : Path or str
            The model folder, or one fold's folder in it.

        Raises
        ------
        UserError
            If there is no usable model, or an encoder that it hears through is not there (see docs/encoders.md).
        """
        return cls(*bundle.load_branches(models))

    def windows(self, samples: Float32, sample_rate: int) -> WindowProbabilities:
        """Predict a recording in memory, window by window.

        Parameters
        ----------
        samples : np.ndarray [shape=(n,), dtype=float32]
            Mono samples in [-1, 1], ``n > 0``.
        sample_rate : int > 0
            In Hz; any.

        Returns
        -------
        WindowProbabilities

        Raises
        ------
        NotJudged
            If the recording is silent, too short, or not finite, or the models' outputs are not.
        UserError
            If the models normalise by speaker.
        """
        return parts.judged(parts.of_samples(samples, sample_rate, self), self)

    def windows_of_file(self, path: Path | str) -> WindowProbabilities:
        """Predict a file, window by window, with the feature code and settings of training.

        Parameters
        ----------
        path : Path or str
            Any readable audio file, at any sample rate and of any length.

        Returns
        -------
        WindowProbabilities

        Raises
        ------
        UnreadableAudio
            If the file is not audio, is damaged, or holds no samples.
        NotJudged
            If the recording is silent, too short, or not finite, or the models' outputs are not.
        UserError
            If the models normalise by speaker.
        """
        return parts.judged(parts.of_file(path, self), self)

    def judge(self, clip: Sequence[Float32]) -> Judgement:
        """Judge a clip; see `Judge`.

        Raises
        ------
        UserError
            If the models normalise by speaker.
        """
        return self.judge_heard(self.hear(clip))

    def hear(self, clip: Sequence[Float32]) -> dict[str, list[Float32]]:
        """Compute what the models hear of a clip.

        Parameters
        ----------
        clip : sequence of np.ndarray [shape=(n,), dtype=float32]
            Its mono samples at each of the `signals`.

        Returns
        -------
        dict from str to list of np.ndarray [shape=(frames, columns), dtype=float32]
            For each branch of the model the features in each of its views, the plain one first.
        """
        samples = dict(zip(self.signals, clip, strict=True))
        return {name: branch.views(samples[_signal(branch)]) for name, branch in self._branches.items()}

    def speaker(self, clips: Mapping[str, Sequence[Sequence[Float32]]]) -> dict[str, list[Scale]]:
        """Measure a speaker by all of his or her clips, for `judge_heard`.

        Parameters
        ----------
        clips : mapping from str to sequence of sequence of np.ndarray [shape=(frames, columns), dtype=float32]
            For each branch, and each of its views, the features of all clips.

        Returns
        -------
        dict from str to list of Scale
            Of each branch that normalises by speaker, one for each view.

        Raises
        ------
        UserError
            If they are too few; see `models.scales.FEWEST_CLIPS`.
        """
        return {name: branch.speaker(clips[name])
                for name, branch in self._branches.items() if branch.blueprint.transductive}

    def judge_heard(
        self, views: Mapping[str, Sequence[Float32]], speaker: Mapping[str, Sequence[Scale]] | None = None
    ) -> Judgement:
        """Judge a clip that `hear` gave.

        Parameters
        ----------
        views : mapping from str to sequence of np.ndarray [shape=(frames, columns), dtype=float32]
            What the models hear of it.
        speaker : mapping from str to sequence of Scale, or None
            What `speaker` gave, for models that normalise by speaker.

        Raises
        ------
        UserError
            If the models normalise by speaker, and none is given.
        """
        said = {name: branch.judge(views[name], (speaker or {}).get(name))
                for name, branch in self._branches.items()}
        main = said[MAIN]
        near = {name: _nearest(main.starts + self.seconds / 2, each.starts + self._branches[name].seconds / 2)
                for name, each in said.items()}
        windows, whole = [], []
        for fold in range(len(self.bundles)):
            windows.append(self._fused(fold, {name: each.windows[fold][near[name]] for name, each in said.items()}))
            whole.append(self._fused(fold, {name: each.clip[fold] for name, each in said.items()}))
        return Judgement(main.starts, np.mean(windows, axis=0), np.mean(whole, axis=0))

    def _fused(self, fold: int, said: Mapping[str, np.ndarray]) -> np.ndarray:
        return self._calibrations[fold](said[MAIN] if len(said) == 1 else self._fusions[fold](said))


def _signal(branch: Branch) -> Signal:
    return Signal(branch.recipe.sample_rate, branch.recipe.resampler)


def _nearest(wanted: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Index of the value of `there` that is nearest to each of `wanted`; both are ascending."""
    after = np.clip(np.searchsorted(there, wanted), 1, max(1, len(there) - 1))
    before = after - 1
    after = np.minimum(after, len(there) - 1)
    return np.where(wanted - there[before] <= there[after] - wanted, before, after)
