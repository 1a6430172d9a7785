"""The network `light_sernet`: windows as images, three kernels side by side, five convolutions, mean over the image.

Aftab et al., "Light-SERNet: A Lightweight Fully Convolutional Neural Network for Speech Emotion Recognition", ICASSP
2022, arXiv:2110.03435; the authors' code is github.com/AryaAftab/LIGHT-SERNET. docs/networks.md says more.
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from speech_emotion.params.base import PositiveInt, Section

if TYPE_CHECKING:  # seconds to import, and every stage reads the settings below
    from keras import KerasTensor

BRANCHES = (11, 1), (1, 9), (3, 3)
"""Kernel of each branch, in frames and columns: along time, along the coefficients, along both."""

_HALVING_COLUMNS = 2
"""Blocks behind the branches whose pooling halves columns as well as frames; the others halve frames alone."""


class Settings(Section):
    """Shape of the network."""

    branch_filters: PositiveInt
    """Of each of the three branches."""
    filters: Annotated[tuple[PositiveInt, ...], Field(min_length=1, strict=False)]
    """One block of convolution and pooling each, behind the branches."""
    embedding: PositiveInt
    """Filters of the last convolution, and units of the embedding."""
    dropout: Annotated[float, Field(ge=0, lt=1)]
    """Share of units of the embedding that are left out in training."""
    l2: Annotated[float, Field(ge=0)]
    """What the loss grows by for every squared weight of the convolutions behind the branches."""


def embed(windows: "KerasTensor", settings: Settings) -> "KerasTensor":
    """Lead from windows to what the classes are told apart by.

    A window is an image of one channel. Three convolutions read it side by side (see `BRANCHES`), and blocks with
    kernels of 3 by 3 follow on all their filters. Each block is a convolution, batch normalisation, ReLU and average
    pooling. A last convolution of single points and the mean over the image make the embedding, so that the number of
    weights does not depend on the window.

    What differs from the authors' code: the branches' convolutions have no offset, as all others there, since batch
    normalisation takes it away again.

    Parameters
    ----------
    windows : KerasTensor [shape=(batch, window_frames, columns), dtype=float32]
        Normalised features.
    settings : Settings
        Shape of the network.

    Returns
    -------
    KerasTensor [shape=(batch, settings.embedding), dtype=float32]

    Examples
    --------
    >>> from keras import Input
    >>> shape = Settings(branch_filters=32, filters=[64, 96, 128, 160], embedding=320, dropout=0.3, l2=1e-6)
    >>> embed(Input((100, 40)), shape).shape
    (None, 320)
    """
    from keras import layers

    image = layers.Reshape((*windows.shape[1:], 1))(windows)
    branches = [_convolution(image, settings.branch_filters, kernel, l2=0) for kernel in BRANCHES]
    x = layers.Concatenate()([_pooled(branch, (2, 2)) for branch in branches])
    for block, filters in enumerate(settings.filters):
        x = _convolution(x, filters, (3, 3), l2=settings.l2)
        x = _pooled(x, (2, 2) if block < _HALVING_COLUMNS else (2, 1))
    x = _convolution(x, settings.embedding, (1, 1), l2=settings.l2)
    x = layers.GlobalAveragePooling2D()(x)
    return layers.Dropout(settings.dropout)(x)


def _convolution(image: "KerasTensor", filters: int, kernel: tuple[int, int], *, l2: float) -> "KerasTensor":
    from keras import layers, regularizers

    # Without it rather than with one of 0, which would be added up all the same.
    regularizer = regularizers.L2(l2) if l2 else None
    x = layers.Conv2D(filters, kernel, padding="same", use_bias=False, kernel_regularizer=regularizer)(image)
    return layers.ReLU()(layers.BatchNormalization()(x))


def _pooled(image: "KerasTensor", size: tuple[int, int]) -> "KerasTensor":
    from keras import layers

    # "same" keeps a last odd row or column, averaged over what there is of it, so that any window fits.
    return layers.AveragePooling2D(size, padding="same")(image)
