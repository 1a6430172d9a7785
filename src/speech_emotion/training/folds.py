"""One fold: its data, its networks, and what the model says of the clips that it was not trained on."""

from dataclasses import dataclass

import pandas as pd

from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.bundle import Bundle
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.store import FeatureStore
from speech_emotion.training.judging import finish
from speech_emotion.training.lessons import lessons
from speech_emotion.training.memo import EPOCH_COLUMNS
from speech_emotion.training.network import train_network
from speech_emotion.training.unit import seed_of


@dataclass(frozen=True)
class Fold:
    """What came of one fold.

    Attributes
    ----------
    bundle : Bundle
        The networks with the weights that were kept.
    history : pd.DataFrame
        One row per network and epoch: network, and what `fit` gives.
    predictions : pd.DataFrame
        Of the validation and test parts; columns as in `predictions.schema` but for the fold.
    """

    bundle: Bundle
    history: pd.DataFrame
    predictions: pd.DataFrame


def train_fold(
    clips: pd.DataFrame, store: FeatureStore, blueprint: Blueprint, settings: TrainCnn, *, fold: int
) -> Fold:
    """Train on one fold, in this process. Two calls with equal arguments on one machine give equal results.

    `run.train` does the same with a process for each network.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows clip_id, corpus, speaker, label and part, in a fixed order. Of the test part nothing but the predictions
        is made, when the model is finished.
    store : FeatureStore
        Features of those clips. Augmented views of a clip are trained on beside the clip, and nowhere else used.
    blueprint : Blueprint
        The model to make.
    settings : TrainCnn
        Settings of the stage.
    fold : int
        Number of the fold; part of the seed.

    Returns
    -------
    Fold

    Raises
    ------
    UserError
        If the store lacks a clip, or the network does not fit the window.
    """
    taught = lessons(clips, store, blueprint, settings)
    trained = [train_network(lesson.train, lesson.validation, *lesson.normalised_by(), blueprint, settings,
                             seed=seed_of(settings, fold, number))
               for lesson in taught for number in range(blueprint.num_networks)]
    bundle, predictions = finish([network for network, _ in trained], taught, clips, store, settings)
    histories = [history.assign(network=number)
                 for number, (_, history) in enumerate(trained[:blueprint.num_networks])]
    epochs = pd.concat(histories, ignore_index=True) if histories else pd.DataFrame(columns=["network", *EPOCH_COLUMNS])
    return Fold(bundle, epochs, predictions)
