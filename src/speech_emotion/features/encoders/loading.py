"""Encoders ready to encode, whatever their format."""

from functools import lru_cache
from typing import Protocol

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.features.encoders import content
from speech_emotion.parallel import memory

SAMPLE_RATE = 16_000
"""Of the samples that encoders take, in Hz."""

_IN_MEMORY = 3
"""What a loaded encoder takes, in sizes of its file: half precision becomes single precision, and room to compute."""


class Encoder(Protocol):
    """From samples to what each layer makes of them.

    Attributes
    ----------
    format : str
        In words.
    num_layers, width : int
        How many layers it has, and their columns.
    fewest : int
        Samples below which it gives no frame.
    """

    format: str
    num_layers: int
    width: int
    fewest: int

    def encode(self, samples: Float32) -> list[Float32]:
        """Encode a stretch of speech.

        Parameters
        ----------
        samples : np.ndarray [shape=(n,), dtype=float32]
            At `SAMPLE_RATE`; at least `fewest`, and no more than 30 s.

        Returns
        -------
        list of np.ndarray [shape=(frames, width), dtype=float32]
            Of each layer that was asked for.
        """


@lru_cache(maxsize=2)
def opened(model: str, sha256: str, name: str, layers: tuple[int, ...]) -> Encoder:
    """Load an encoder.

    Parameters
    ----------
    model, sha256, name : str
        See `content.located`.
    layers : tuple of int > 0
        Layers that are wanted, counted from 1.

    Raises
    ------
    UserError
        If it is not there, is another one, is damaged, is of a format that cannot be read, has no such layer, its
        library is not installed, or the memory is too small.
    """
    path = content.located(model, sha256, name)
    weights = content.weights(path)
    needed, free = _IN_MEMORY * weights.stat().st_size, memory.available()
    if free is not None and needed > free:
        raise UserError(f"{path}: loading the encoder {name} takes some {needed >> 20} MiB of memory, and {free >> 20} "
                        "MiB are free; use fewer processes (SER_WORKERS=1), or a smaller encoder")
    try:
        if weights.name == content.WEIGHTS:
            from speech_emotion.features.encoders.whisper import Whisper

            return Whisper(weights, layers)
        from speech_emotion.features.encoders.onnx import Onnx

        return Onnx(weights, layers)
    except ModuleNotFoundError as error:
        if error.name not in {"ctranslate2", "onnxruntime"}:
            raise
        raise UserError(f"the feature encoder needs {error.name}, which is not installed: "
                        "pip install 'speech-emotion[encoders]'") from error


def require_layers(path: str, layers: tuple[int, ...], count: int) -> None:
    """Refuse layers that an encoder does not have."""
    if lacking := [layer for layer in layers if layer > count]:
        raise UserError(f"{path}: has {count} layers, and extract_mfcc.features.encoder.layers names {lacking[0]}")
