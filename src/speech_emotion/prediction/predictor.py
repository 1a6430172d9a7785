"""Trained models as one: from audio to probabilities."""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding, resampling
from speech_emotion.core.errors import UserError
from speech_emotion.features import compute
from speech_emotion.ingest import checks
from speech_emotion.ingest.probe import Content, Meter, measured
from speech_emotion.models import bundle
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.scales import Scale, of_speaker
from speech_emotion.params.extract_mfcc import Recipe
from speech_emotion.prediction.said import Heard, NotJudged, WindowProbabilities


class Predictor:
    """One model, or the models of several folds, whose probabilities are averaged.

    What ingest would reject for its content (it is silent, too short, or not finite) is no more judged than it is
    trained on: `NotJudged` says why.

    Parameters
    ----------
    bundles : sequence of Bundle
        At least one; all of one training.

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
        If the bundles do not agree about classes, features or windows, or this version cannot compute the features.

    Examples
    --------
    With `Predictor.load("models")` it is one that the pipeline trained; this one has learnt nothing:

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

    def __init__(self, bundles: Sequence[Bundle]) -> None:
        self.bundles = tuple(bundles)
        first = self.bundles[0].blueprint
        for other in (each.blueprint for each in self.bundles[1:]):
            for what in ("labels", "recipe", "columns", "window_frames", "views", "normalisation", "network_columns"):
                if getattr(other, what) != getattr(first, what):
                    raise UserError(f"these models cannot be averaged: they differ in their {what}; train them anew")
        self.labels = first.labels
        self.synthetic = first.provenance.synthetic
        self.transductive = first.transductive
        try:
            self.recipe = Recipe.model_validate(first.recipe)
        except ValidationError as error:
            raise UserError(f"this version cannot compute the features of this model ({error.errors()[0]['msg']}); "
                            "train it anew with `dvc repro --force train_cnn`") from error
        if (list(first.columns), first.frame_rate) != (compute.columns(self.recipe), compute.frame_rate(self.recipe)):
            raise UserError("this version computes other columns, or another frame rate, with the recipe of this "
                            "model; train it anew with `dvc repro --force train_cnn`")
        self.min_duration = max(first.provenance.min_duration, _analysis_window(self.recipe))

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
            If there is no usable model.
        """
        return cls(bundle.load(models))

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
        resampled = resampling.resampled(samples, sample_rate, self.recipe.sample_rate, self.recipe.resampler)
        return self.judge(self._heard(resampled, flags))

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
        return self._heard(samples, self._flags(content, str(path)), str(path))

    def speaker(self, clips: Sequence[Heard]) -> list[Scale]:
        """Measure a speaker by all of his or her clips, for `judge`.

        Returns
        -------
        list of Scale
            One for each of the models' views.

        Raises
        ------
        UserError
            If they are too few; see `models.scales.FEWEST_CLIPS`.
        """
        blueprint = self.bundles[0].blueprint
        by_view = zip(*(clip.views for clip in clips), strict=True)
        return [of_speaker(features, blueprint) for features in by_view]

    def judge(self, clip: Heard, speaker: Sequence[Scale] | None = None) -> WindowProbabilities:
        """Predict a clip that `hear` gave, window by window.

        Parameters
        ----------
        clip : Heard
            What the models hear of it.
        speaker : sequence of Scale or None
            What `speaker` gave, for models that normalise by speaker.

        Raises
        ------
        NotJudged
            If the models' outputs are not finite.
        UserError
            If the models normalise by speaker, and none is given.
        """
        starts, views = np.zeros(0), list[np.ndarray]()
        for features in clip.views:
            scales = None if speaker is None else [speaker[len(views)]]
            outputs = [each.windows([features], scales)[0] for each in self.bundles]
            del features  # before the next view's are computed
            starts = starts if views else outputs[0].starts  # of the plain view, which comes first
            views.append(np.mean([each.probabilities for each in outputs], axis=0))
        if not views:
            raise ValueError("this clip was judged already; hear it again")
        said = np.mean([windows.mean(axis=0) for windows in views], axis=0)
        if not np.isfinite(said).all():
            raise NotJudged("no-answer", "the model gives no number; train it anew", clip.where)
        return WindowProbabilities(starts, self._seconds, views[0], said, clip.flags)

    def _flags(self, content: Content | None, where: str = "") -> tuple[str, ...]:
        if content is None:
            raise NotJudged("empty", "holds no samples", where)
        if fault := checks.fault(content, self.min_duration):
            raise NotJudged(*fault, where)
        return checks.flags(content)

    def _heard(self, samples: Float32, flags: tuple[str, ...], where: str = "") -> Heard:
        views = compute.each_view(samples, self.recipe, self.bundles[0].blueprint.views)
        return Heard(list(views) if self.transductive else views, flags, where)

    @cached_property
    def _seconds(self) -> float:
        blueprint = self.bundles[0].blueprint
        return blueprint.window_frames / blueprint.frame_rate


def _analysis_window(recipe: Recipe) -> float:
    """Length in s of the longest window that a feature is computed from; settings are named as librosa's arguments."""
    chosen = recipe.features.chosen().values()
    lengths = [getattr(settings, name, 0) for settings in chosen for name in ("win_length", "frame_length")]
    return max(lengths) / recipe.sample_rate
