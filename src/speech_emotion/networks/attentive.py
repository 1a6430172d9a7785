"""The network `attentive`: a projection of every frame of an encoder, and their mean over time by attention."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from speech_emotion.params.base import PositiveInt, Section

if TYPE_CHECKING:  # seconds to import, and every stage reads the settings below
    from keras import KerasTensor

Rate = Annotated[float, Field(ge=0, lt=1)]


class Settings(Section):
    """Shape of the network."""

    projection: PositiveInt
    """Filters that every frame's columns are projected on."""
    filters: Annotated[tuple[PositiveInt, ...], Field(strict=False)]
    """One convolution along time each, behind the projection; [] for none."""
    kernel_size: PositiveInt
    """Of the convolutions, in frames."""
    attention: PositiveInt
    """Hidden units of what weighs the frames."""
    column_dropout: Rate
    """Share of columns, and of filters in front of a convolution, that a whole window is left without in training."""
    dropout: Rate
    """Share of the embedding that is left out in training."""


def embed(windows: "KerasTensor", settings: Settings) -> "KerasTensor":
    """Lead from windows to what the classes are told apart by.

    Every frame is projected, with batch normalisation. Convolutions may follow, each between ReLU and batch
    normalisation. Then comes the mean over time, by weights that a small network of two layers gives the frames:
    attentive pooling as of Okabe, Koshinaka & Shinoda, "Attentive Statistics Pooling for Deep Speaker Embedding",
    Interspeech 2018, arXiv:1803.10963, without the deviations. Frames of padding are all alike, so their weight can be
    learnt.

    Parameters
    ----------
    windows : KerasTensor [shape=(batch, window_frames, columns), dtype=float32]
        Normalised features.
    settings : Settings
        Shape of the network.

    Returns
    -------
    KerasTensor [shape=(batch, filters), dtype=float32]
        As many as the last convolution has, or else the projection.

    Examples
    --------
    >>> from keras import Input
    >>> shape = Settings(projection=64, filters=[], kernel_size=5, attention=32, column_dropout=0.2, dropout=0.5)
    >>> embed(Input((200, 512)), shape).shape
    (None, 64)
    """
    from keras import layers

    x = layers.SpatialDropout1D(settings.column_dropout)(windows)
    # Batch normalisation brings its own offset.
    x = layers.Dense(settings.projection, use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    for filters in settings.filters:
        x = layers.SpatialDropout1D(settings.column_dropout)(layers.ReLU()(x))
        x = layers.Conv1D(filters, settings.kernel_size, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
    if settings.filters:
        x = layers.ReLU()(x)
    scores = layers.Dense(settings.attention, activation="tanh")(x)
    # Without an offset, which softmax takes off again.
    scores = layers.Dense(1, use_bias=False)(scores)
    mean = layers.Flatten()(layers.Dot(axes=1)([layers.Softmax(axis=1)(scores), x]))
    return layers.Dropout(settings.dropout)(mean)
