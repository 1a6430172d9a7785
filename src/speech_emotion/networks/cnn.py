"""The convolutional network `cnn`: convolution and pooling over time, flatten, dense, softmax."""

import keras
from keras import layers

from speech_emotion.params.train_cnn import Cnn


def build(frames: int, columns: int, labels: int, settings: Cnn) -> keras.Model:
    """Make the network, with fresh weights.

    Each block is a 1-D convolution along time over all feature columns (MFCCs are decorrelated, so neighbouring
    coefficients are channels rather than a second axis), batch normalisation, ReLU, max pooling and dropout. A
    dense layer on the flattened blocks and a softmax follow.

    Parameters
    ----------
    frames : int
        Length of the input window in frames.
    columns : int
        Features per frame.
    labels : int
        Number of classes.
    settings : Cnn
        Filters of each block, kernel and pool size in frames, units of the dense layer, dropout rate.

    Returns
    -------
    keras.Model
        From float32 [batch, frames, columns] to probabilities, float32 [batch, labels].

    Raises
    ------
    ValueError
        If the window is too short for that many poolings.
    """
    if frames < settings.pool_size ** len(settings.filters):
        raise ValueError(f"{len(settings.filters)} poolings by {settings.pool_size} need "
                         f"{settings.pool_size ** len(settings.filters)} frames; the window has {frames}")
    inputs = keras.Input((frames, columns), name="features")
    x = inputs
    for filters in settings.filters:
        # Batch normalisation brings its own offset.
        x = layers.Conv1D(filters, settings.kernel_size, padding="same", use_bias=not settings.batch_norm)(x)
        if settings.batch_norm:
            x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        x = layers.MaxPooling1D(settings.pool_size)(x)
        x = layers.SpatialDropout1D(settings.dropout)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(settings.dense, activation="relu")(x)
    x = layers.Dropout(settings.dropout)(x)
    return keras.Model(inputs, layers.Dense(labels, activation="softmax", name="probabilities")(x), name="cnn")
