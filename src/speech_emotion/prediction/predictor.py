"""Trained models as one: from audio to probabilities."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding, resampling
from speech_emotion.core.errors import UserError
from speech_emotion.ingest import checks
from speech_emotion.ingest.probe import Content, Meter, measured
from speech_emotion.models import bundle
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.fusion import Fusion
from speech_emotion.models.scales import Scale
from speech_emotion.params.extract_mfcc import Recipe
from speech_emotion.params.train_cnn import MAIN
from speech_emotion.prediction.branch import Branch
from speech_emotion.prediction.said import Heard, NotJudged, WindowProbabilities


class Predictor:
    """One model, or the models of several folds, whose probabilities are averaged.

    What ingest would reject for its content (it is silent, too short, or not finite) is no more judged than it is
    trained on: `NotJudged` says why.

    Parameters
    ----------
    bundles : sequence of Bundle
        At least one; all of one training.
    branches : mapping from str to sequence of Bundle, or None
        Of each further branch as many, of the same folds.
    fusions : sequence of Fusion
        How the branches of each fold become one, if there are several.

    Attributes
    ----------
    labels : tuple of str
        The classes.
    recipe : Recipe
        What decides the features.
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
        fusions: Sequence[Fusion] = (),
    ) -> None:
        self._branches = {MAIN: Branch(bundles)} | {name: Branch(own) for name, own in (branches or {}).items()}
        self._fusions = tuple(fusions)
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
        """Predict a clip in memory, window by window.

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
            If the clip is silent, too short, or not finite, or the models' outputs are not.
        UserError
            If the models normalise by speaker.
        """
        blocks = (samples[at : at + decoding.BLOCK] for at in range(0, len(samples), decoding.BLOCK))
        flags = self._flags(measured(blocks, sample_rate))

        def resampled(recipe: Recipe) -> Float32:
            return resampling.resampled(samples, sample_rate, recipe.sample_rate, recipe.resampler)

        return self.judge(self._heard(resampled(self.recipe), resampled, flags))

    def windows_of_file(self, path: Path | str) -> WindowProbabilities:
        """Predict a file, window by window, with the feature code and settings of training.

        Parameters
        ----------
        path : Path or str
            Any readable audio file, at any sample rate.

        Returns
        -------
        WindowProbabilities

        Raises
        ------
        UnreadableAudio
            If the file is not audio, is damaged, or holds no samples.
        NotJudged
            If the clip is silent, too short, or not finite, or the models' outputs are not.
        UserError
            If the models normalise by speaker.
        """
        return self.judge(self.hear(path))

    def hear(self, path: Path | str) -> Heard:
        """Compute the features of a file; raises what `windows_of_file` does of the file."""
        # Decoded once: what is resampled is measured on its way.
        with decoding.opened(path) as recording:
            meter = Meter(recording.sample_rate, recording.channels)
            samples = resampling.streamed(meter.through(recording.blocks()), recording.sample_rate,
                                          self.recipe.sample_rate, self.recipe.resampler)
        content = meter.content()
        if content is None:
            raise decoding.UnreadableAudio(f"{path}: holds no samples")
        flags = self._flags(content, str(path))

        def resampled(recipe: Recipe) -> Float32:
            return resampling.load(path, recipe.sample_rate, recipe.resampler)[0]

        return self._heard(samples, resampled, flags, str(path))

    def speaker(self, clips: Sequence[Heard]) -> dict[str, list[Scale]]:
        """Measure a speaker by all of his or her clips, for `judge`.

        Returns
        -------
        dict from str to list of Scale
            Of each branch that normalises by speaker, one for each view.

        Raises
        ------
        UserError
            If they are too few; see `models.scales.FEWEST_CLIPS`.
        """
        return {name: branch.speaker([clip.views[name] for clip in clips])
                for name, branch in self._branches.items() if branch.blueprint.transductive}

    def judge(self, clip: Heard, speaker: Mapping[str, Sequence[Scale]] | None = None) -> WindowProbabilities:
        """Predict a clip that `hear` gave, window by window.

        Parameters
        ----------
        clip : Heard
            What the models hear of it.
        speaker : mapping from str to sequence of Scale, or None
            What `speaker` gave, for models that normalise by speaker.

        Raises
        ------
        NotJudged
            If the models' outputs are not finite.
        UserError
            If the models normalise by speaker, and none is given.
        """
        said = {name: branch.judge(clip.views[name], (speaker or {}).get(name))
                for name, branch in self._branches.items()}
        main, seconds = said[MAIN], self._branches[MAIN].seconds
        near = {name: _nearest(main.starts + seconds / 2, each.starts + self._branches[name].seconds / 2)
                for name, each in said.items()}
        windows, whole = [], []
        for fold in range(len(self.bundles)):
            windows.append(self._fused(fold, {name: each.windows[fold][near[name]] for name, each in said.items()}))
            whole.append(self._fused(fold, {name: each.clip[fold] for name, each in said.items()}))
        probabilities = np.mean(whole, axis=0)
        if not np.isfinite(probabilities).all():
            raise NotJudged("no-answer", "the model gives no number; train it anew", clip.where)
        return WindowProbabilities(main.starts, seconds, np.mean(windows, axis=0), probabilities, clip.flags)

    def _fused(self, fold: int, said: Mapping[str, np.ndarray]) -> np.ndarray:
        return said[MAIN] if len(said) == 1 else self._fusions[fold](said)

    def _flags(self, content: Content | None, where: str = "") -> tuple[str, ...]:
        if content is None:
            raise NotJudged("empty", "holds no samples", where)
        if fault := checks.fault(content, self.min_duration):
            raise NotJudged(*fault, where)
        return checks.flags(content)

    def _heard(
        self, samples: Float32, resampled: Callable[[Recipe], Float32], flags: tuple[str, ...], where: str = ""
    ) -> Heard:
        main, views = self.recipe, {}
        for name, branch in self._branches.items():
            same = (branch.recipe.sample_rate, branch.recipe.resampler) == (main.sample_rate, main.resampler)
            views[name] = branch.views(samples if same else resampled(branch.recipe))
        return Heard(views, flags, where)


def _nearest(wanted: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Index of the value of `there` that is nearest to each of `wanted`; both are ascending."""
    after = np.clip(np.searchsorted(there, wanted), 1, max(1, len(there) - 1))
    before = after - 1
    after = np.minimum(after, len(there) - 1)
    return np.where(wanted - there[before] <= there[after] - wanted, before, after)
