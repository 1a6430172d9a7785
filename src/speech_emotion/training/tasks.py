"""The tasks that processes are given, for those who give them: only the process that does one loads TensorFlow."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from speech_emotion.models.blueprint import Blueprint
    from speech_emotion.training.memo import Trained
    from speech_emotion.training.unit import Rest, Unit


def train_unit(unit: "Unit", tell: Callable[[Any], None]) -> "Trained":
    """Train a network; see `process.train_unit`."""
    from speech_emotion.training import process

    return process.train_unit(unit, tell)


def finish_fold(rest: "Rest", _tell: Callable[[Any], None]) -> "pd.DataFrame":
    """Make a fold's model; see `process.finish_fold`."""
    from speech_emotion.training import process

    return process.finish_fold(rest)


def build(blueprint: "Blueprint", _tell: Callable[[Any], None]) -> None:
    """Make a network, only to see whether it fits the window, and is not too large; see `Blueprint.build`."""
    from speech_emotion.models import bounds

    bounds.require_modest(blueprint)
    blueprint.build()


def has_gpu(_nothing: None, _tell: Callable[[Any], None]) -> bool:
    """Tell whether TensorFlow sees a GPU."""
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))
