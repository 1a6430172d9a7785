"""Find an architecture by name."""

import keras

from speech_emotion.core.errors import UserError
from speech_emotion.networks import cnn
from speech_emotion.params.train_cnn import TrainCnn


def build(settings: TrainCnn, frames: int, columns: int, labels: int) -> keras.Model:
    """Make the network that `settings.model` names, with fresh weights.

    Parameters
    ----------
    settings : TrainCnn
        The name, and a section of that name with its shape.
    frames, columns, labels : int
        Shape of the input, [frames, columns], and number of classes.

    Returns
    -------
    keras.Model
        From float32 [batch, frames, columns] to probabilities, float32 [batch, labels].

    Raises
    ------
    UserError
        If the shape does not fit the input.
    """
    try:
        match settings.model:
            case "cnn":
                return cnn.build(frames, columns, labels, settings.cnn)
    except ValueError as error:
        raise UserError(f"train_cnn.{settings.model} does not fit train_cnn.seconds: {error}") from error
