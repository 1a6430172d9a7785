"""A network with its head: from windows of features to one logit and one probability for each class."""

import importlib
import math

import keras
import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.params.base import Section


def build(name: str, settings: Section, *, window_frames: int, num_columns: int, num_classes: int) -> keras.Model:
    """Make a network with fresh weights.

    Parameters
    ----------
    name : str
        A module of `speech_emotion.networks`.
    settings : Section
        That module's `Settings`.
    window_frames, num_columns : int > 0
        Shape of a window.
    num_classes : int > 1
        Classes to tell apart.

    Returns
    -------
    keras.Model
        From float32 [batch, window_frames, num_columns] to probabilities, float32 [batch, num_classes]. Its layer
        "logits" leads from the network's embedding to the logits.

    Raises
    ------
    UserError
        If the network does not fit the window.

    Examples
    --------
    >>> from speech_emotion.networks.cnn import Settings
    >>> shape = Settings(filters=[8], kernel_size=3, pool_size=4, dense=16, dropout=0.1, batch_norm=True)
    >>> model = build("cnn", shape, window_frames=100, num_columns=40, num_classes=6)
    >>> model.output_shape
    (None, 6)
    """
    network = importlib.import_module(f"speech_emotion.networks.{name}")
    inputs = keras.Input((window_frames, num_columns), name="features")
    try:
        embedding = network.embed(inputs, settings)
    except ValueError as error:
        raise UserError(f"networks.{name} does not fit train_cnn.seconds: {error}") from error
    logits = keras.layers.Dense(num_classes, name="logits")(embedding)
    return keras.Model(inputs, keras.layers.Activation("softmax", name="probabilities")(logits), name=name)


def with_embedding(model: keras.Model) -> keras.Model:
    """Look into a network that `build` made.

    Returns
    -------
    keras.Model
        With the same weights, from windows to logits, float32 [batch, num_classes], and to the embedding that they
        are a linear function of, float32 [batch, units].

    Examples
    --------
    >>> from speech_emotion.networks.cnn import Settings
    >>> shape = Settings(filters=[8], kernel_size=3, pool_size=4, dense=16, dropout=0.1, batch_norm=True)
    >>> model = build("cnn", shape, window_frames=100, num_columns=40, num_classes=6)
    >>> with_embedding(model).output_shape
    [(None, 6), (None, 16)]
    """
    head = model.get_layer("logits")
    return keras.Model(model.input, [head.output, head.input])


def largest_layer(model: keras.Model) -> int:
    """Say how many values the layer that gives most gives of one window.

    Examples
    --------
    >>> from speech_emotion.networks.cnn import Settings
    >>> shape = Settings(filters=[8], kernel_size=3, pool_size=4, dense=16, dropout=0.1, batch_norm=True)
    >>> largest_layer(build("cnn", shape, window_frames=100, num_columns=40, num_classes=6))
    4000
    """
    shapes: list[tuple[int, ...]] = [
        output.shape[1:] for layer in model.layers for output in keras.tree.flatten(layer.output)]
    return max(math.prod(shape) for shape in shapes)


def outputs(model: keras.Model, windows: Float32, batch: int) -> tuple[np.ndarray, Float32]:
    """Run a network that `with_embedding` made.

    Parameters
    ----------
    model : keras.Model
        As above.
    windows : np.ndarray [shape=(windows, window_frames, columns), dtype=float32]
        Normalised features.
    batch : int > 0
        Windows that it is given at a time.

    Returns
    -------
    logits : np.ndarray [shape=(windows, classes), dtype=float64]
    embeddings : np.ndarray [shape=(windows, units), dtype=float32]
    """
    # Not `predict`, which traces a graph for every model and every shape of batch: slower than a few batches.
    given = [model(windows[first : first + batch], training=False) for first in range(0, len(windows), batch)]
    logits, embeddings = (np.concatenate([keras.ops.convert_to_numpy(each[which]) for each in given])
                          for which in (0, 1))
    return logits.astype(np.float64), embeddings
