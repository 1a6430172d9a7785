"""The network `tim_net`: gated, dilated convolutions in both directions of time, and a weighted sum of levels.

Ye et al., "Temporal Modeling Matters: A Novel Temporal Emotional Modeling Approach for Speech Emotion Recognition",
ICASSP 2023, arXiv:2211.08233; the authors' code is github.com/Jiaxin-Ye/TIM-Net_SER. docs/networks.md says more.
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from speech_emotion.params.base import PositiveInt, Section

if TYPE_CHECKING:  # seconds to import, and every stage reads the settings below
    from keras import KerasTensor


class Settings(Section):
    """Shape of the network."""

    filters: PositiveInt
    """Of every convolution, and units of the embedding."""
    kernel_size: Annotated[int, Field(ge=2)]
    """In frames, `dilation` frames apart."""
    levels: Annotated[int, Field(ge=1, le=16)]
    """Temporal blocks in each direction; the dilation doubles from one to the next, from 1 on."""
    dropout: Annotated[float, Field(ge=0, lt=1)]
    """Share of filters that are left out in training, each for the whole window."""


def embed(windows: "KerasTensor", settings: Settings) -> "KerasTensor":
    """Lead from windows to what the classes are told apart by.

    Two streams start from the same window, one as it is and one reversed in time, each with a convolution over single
    frames. Then come `settings.levels` temporal blocks in each. A block lets each value of its input pass through a
    gate, between 1/2 and 1, that two causal convolutions compute from the frames up to it. At every level both
    streams are added and averaged over time, and the embedding is the sum of these averages with learnt weights.

    The last level sees 1 + 2 * (kernel_size - 1) * (2**levels - 1) frames, which the paper wants to be at least a
    window. A shorter window is no error: there are zeros before its first frame.

    What differs from the authors' code: convolutions in front of batch normalisation have no offset, since the
    normalisation takes it away again.

    Parameters
    ----------
    windows : KerasTensor [shape=(batch, window_frames, columns), dtype=float32]
        Normalised features.
    settings : Settings
        Shape of the network.

    Returns
    -------
    KerasTensor [shape=(batch, settings.filters), dtype=float32]

    Examples
    --------
    >>> from keras import Input
    >>> embed(Input((100, 40)), Settings(filters=39, kernel_size=2, levels=8, dropout=0.1)).shape
    (None, 39)
    """
    from keras import layers, ops

    streams = [layers.Conv1D(settings.filters, 1)(direction) for direction in (windows, ops.flip(windows, axis=1))]
    levels = []
    for level in range(settings.levels):
        streams = [_temporal_block(stream, 2**level, settings) for stream in streams]
        # The frames of one stream stand in the other's reverse order, which makes no difference to their mean.
        levels.append(layers.GlobalAveragePooling1D()(layers.Add()(streams)))
    weighted = layers.Dense(1, use_bias=False, kernel_initializer="random_uniform")(ops.stack(levels, axis=-1))
    return layers.Reshape((settings.filters,))(weighted)


def _temporal_block(stream: "KerasTensor", dilation: int, settings: Settings) -> "KerasTensor":
    from keras import layers

    x = stream
    for _ in range(2):
        x = layers.Conv1D(settings.filters, settings.kernel_size, dilation_rate=dilation, padding="causal",
                          use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
        x = layers.SpatialDropout1D(settings.dropout)(x)
    return layers.Multiply()([stream, layers.Activation("sigmoid")(x)])
