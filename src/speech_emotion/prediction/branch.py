"""One branch of a predictor: the models of all folds that hear one set of features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import ValidationError

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.features import compute
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.scales import Scale, of_speaker
from speech_emotion.params.extract_mfcc import Recipe


@dataclass(frozen=True)
class Said:
    """What a branch says of a clip.

    Attributes
    ----------
    starts : np.ndarray [shape=(windows,), dtype=float64]
        Where in the clip each window begins, in s.
    windows : list of np.ndarray [shape=(windows, classes), dtype=float64]
        Probabilities by each fold's model, of the clip at its own speed.
    clip : list of np.ndarray [shape=(classes,), dtype=float64]
        By each fold's model, of the whole clip: the mean over the windows of each view, and over views.
    """

    starts: np.ndarray
    windows: list[np.ndarray]
    clip: list[np.ndarray]


class Branch:
    """The models of all folds that hear one set of features.

    Parameters
    ----------
    bundles : sequence of Bundle
        At least one; all of one training.

    Attributes
    ----------
    blueprint : Blueprint
        Of the first.
    recipe : Recipe
        What decides the features.
    seconds : float
        Length of a window.

    Raises
    ------
    UserError
        If the bundles do not agree about classes, features or windows, or this version cannot compute the features.
    """

    def __init__(self, bundles: Sequence[Bundle]) -> None:
        self.bundles = tuple(bundles)
        self.blueprint = self.bundles[0].blueprint
        for other in (each.blueprint for each in self.bundles[1:]):
            for what in ("labels", "recipe", "columns", "window_frames", "views", "normalisation", "network_columns"):
                if getattr(other, what) != getattr(self.blueprint, what):
                    raise UserError(f"these models cannot be averaged: they differ in their {what}; train them anew")
        try:
            self.recipe = Recipe.model_validate(self.blueprint.recipe)
        except ValidationError as error:
            raise UserError(f"this version cannot compute the features of this model ({error.errors()[0]['msg']}); "
                            "train it anew with `dvc repro --force train_cnn`") from error
        announced = (list(self.blueprint.columns), self.blueprint.frame_rate)
        if announced != (compute.columns(self.recipe), compute.frame_rate(self.recipe)):
            raise UserError("this version computes other columns, or another frame rate, with the recipe of this "
                            "model; train it anew with `dvc repro --force train_cnn`")
        self.seconds = self.blueprint.window_frames / self.blueprint.frame_rate

    @property
    def analysis_window(self) -> float:
        """Length in s of the longest window that a feature is computed from."""
        # Settings are named as librosa's arguments.
        chosen = self.recipe.features.chosen().values()
        lengths = [getattr(settings, name, 0) for settings in chosen for name in ("win_length", "frame_length")]
        return max(lengths) / self.recipe.sample_rate

    def views(self, samples: Float32) -> list[Float32]:
        """Compute the features of each view, the plain one first.

        Parameters
        ----------
        samples : np.ndarray [shape=(n,), dtype=float32]
            At the recipe's sample rate.
        """
        return list(compute.each_view(samples, self.recipe, self.blueprint.views))

    def speaker(self, views: Sequence[Sequence[Float32]]) -> list[Scale]:
        """Measure all clips of a speaker, given for each view; one scale for each."""
        return [of_speaker(clips, self.blueprint) for clips in views]

    def judge(self, views: Sequence[Float32], speaker: Sequence[Scale] | None) -> Said:
        """Judge a clip's `views`.

        Raises
        ------
        UserError
            If the models normalise by speaker, and none is given.
        """
        starts, of_views = np.zeros(0), list[list[np.ndarray]]()
        for features in views:
            scales = None if speaker is None else [speaker[len(of_views)]]
            outputs = [each.windows([features], scales)[0] for each in self.bundles]
            starts = starts if of_views else outputs[0].starts  # of the plain view, which comes first
            of_views.append([each.probabilities for each in outputs])
        clip = [np.mean([windows.mean(axis=0) for windows in of_fold], axis=0)
                for of_fold in zip(*of_views, strict=True)]
        return Said(starts, of_views[0], clip)
