"""What the networks and the baseline of a fold learn from, and which clips the model then judges."""

from dataclasses import dataclass

import pandas as pd

from speech_emotion.features.views import PLAIN
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.predictions import PARTS
from speech_emotion.store import FeatureStore
from speech_emotion.training.data import Examples, examples
from speech_emotion.training.normalising import Normalising


@dataclass(frozen=True)
class Lesson:
    """What one model of a fold learns from.

    Attributes
    ----------
    train : Examples
        With all their views.
    validation : Examples or None
        What each epoch is measured on; None for nothing, when all epochs are trained.
    normalising : Normalising
        Fitted on `train`.
    judges : tuple of str
        Parts of the fold that the model judges.
    """

    train: Examples
    validation: Examples | None
    normalising: Normalising
    judges: tuple[str, ...]

    def normalised_by(self) -> tuple[tuple[Normalisation, ...], tuple[Normalisation, ...]]:
        """Give what normalises each of the training examples and of the validation examples for the networks."""
        train, validation = (tuple(scale.frames for scale in self.normalising.scales(some)) if some else ()
                             for some in (self.train, self.validation))
        return train, validation


def lessons(clips: pd.DataFrame, store: FeatureStore, blueprint: Blueprint, settings: TrainCnn) -> list[Lesson]:
    """Gather what a fold's models learn from.

    The first model learns from the training part and judges the validation part. With `settings.refit` there is a
    second one, which learns from both and judges the test part; else the first judges that too. The last of them is
    the fold's model.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows clip_id, corpus, speaker, label and part, in a fixed order.
    store : FeatureStore
        Features of those clips.
    blueprint : Blueprint
        The models to make.
    settings : TrainCnn
        Settings of the stage.

    Raises
    ------
    UserError
        If the store lacks a clip.
    """
    train = _to_learn_from(clips, ("train",), store, blueprint)
    validation = examples(clips[clips["part"] == "validation"], store, blueprint.labels, [PLAIN])
    measured = Lesson(train, validation, Normalising.fit(train, clips, store, blueprint),
                      ("validation",) if settings.refit else PARTS)
    if not settings.refit:
        return [measured]
    both = _to_learn_from(clips, ("train", "validation"), store, blueprint)
    return [measured, Lesson(both, None, Normalising.fit(both, clips, store, blueprint), ("test",))]


def _to_learn_from(
    clips: pd.DataFrame, parts: tuple[str, ...], store: FeatureStore, blueprint: Blueprint
) -> Examples:
    return examples(clips[clips["part"].isin(parts)], store, blueprint.labels, store.index["view"].unique())
