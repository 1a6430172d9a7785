"""The convolutional network `cnn`: convolution and pooling over time, flatten, dense, softmax."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from speech_emotion.params.base import PositiveInt, Section

if TYPE_CHECKING:  # seconds to import, and every stage reads the settings below
    from keras import KerasTensor


class Settings(Section):
    """Shape of the network."""

    filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1, strict=False)]
    """One block of convolution and pooling each."""
    kernel_size: PositiveInt
    """In frames."""
    pool_size: Annotated[int, Field(ge=2)]
    """In frames."""
    dense: PositiveInt
    """Units of the layer between flatten and softmax."""
    dropout: Annotated[float, Field(ge=0, lt=1)]
    """Share of units that are left out in training."""
    batch_norm: bool
    """Whether every convolution is followed by batch normalisation."""


def embed(windows: "KerasTensor", settings: Settings) -> "KerasTensor":
    """Lead from windows to what the classes are told apart by.

    Each block is a 1-D convolution along time over all feature columns (MFCCs are decorrelated, so neighbouring
    coefficients are channels rather than a second axis), batch normalisation, ReLU, max pooling and dropout. A
    dense layer on the flattened blocks follows.

    Parameters
    ----------
    windows : KerasTensor [shape=(batch, window_frames, columns), dtype=float32]
        Normalised features.
    settings : Settings
        Shape of the network.

    Returns
    -------
    KerasTensor [shape=(batch, settings.dense), dtype=float32]

    Raises
    ------
    ValueError
        If the window is too short for that many poolings.

    Examples
    --------
    >>> from keras import Input
    >>> shape = Settings(filters=[8, 16], kernel_size=3, pool_size=4, dense=32, dropout=0.1, batch_norm=True)
    >>> embed(Input((100, 40)), shape).shape
    (None, 32)
    """
    from keras import layers

    shortest = settings.pool_size ** len(settings.filters)
    if windows.shape[1] < shortest:
        raise ValueError(f"{len(settings.filters)} poolings by {settings.pool_size} need {shortest} frames; "
                         f"the window has {windows.shape[1]}")
    x = windows
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
    return layers.Dropout(settings.dropout)(x)
