"""An encoder in an ONNX file that takes samples, such as wav2vec 2.0, HuBERT or WavLM, with its layers as outputs."""

from pathlib import Path

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.features.encoders.loading import SAMPLE_RATE, require_layers

_TRIED = SAMPLE_RATE
"""Samples that an encoder is tried with."""


class Onnx:
    """The outputs [batch, frames, width] of a graph, each a layer, in their order; see `loading.Encoder`.

    Parameters
    ----------
    file : Path
        The ONNX file. It has one input: samples, float32 [batch, samples].
    layers : tuple of int > 0
        Which, counted from 1.
    """

    format = "ONNX"
    fewest = 800

    def __init__(self, file: Path, layers: tuple[int, ...]) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._file = file
        try:
            self._session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own kinds, which derive from Exception alone
            raise UserError(f"{file}: this ONNX file cannot be loaded ({_first_line(error)})") from error
        inputs = self._session.get_inputs()
        if [(each.type, len(each.shape)) for each in inputs] != [("tensor(float)", 2)]:
            shown = ", ".join(f"{each.name}: {each.type} {each.shape}" for each in inputs)
            raise UserError(f"{file}: an encoder takes samples, one input float32 [batch, samples]; this one takes "
                            f"{shown}; export it with that input alone")
        self._input = inputs[0].name
        outputs = [each.name for each in self._session.get_outputs()
                   if each.type == "tensor(float)" and len(each.shape) == 3]
        self.num_layers = len(outputs)
        require_layers(str(file), layers, self.num_layers)
        self._outputs = [outputs[layer - 1] for layer in layers]
        widths = {layer.shape[1] for layer in self.encode(np.zeros(_TRIED, np.float32))}
        if len(widths) > 1:
            raise UserError(f"{file}: its layers {layers} have different widths ({sorted(widths)}); name layers of one "
                            "(extract_mfcc.features.encoder.layers)")
        (self.width,) = widths

    def encode(self, samples: Float32) -> list[Float32]:
        """Encode a stretch of speech; see `loading.Encoder.encode`."""
        try:
            given = self._session.run(self._outputs, {self._input: samples[np.newaxis]})
        except Exception as error:
            raise UserError(f"{self._file}: this encoder cannot encode {len(samples)} samples "
                            f"({_first_line(error)}); export it for any number of samples") from error
        return [np.asarray(layer[0], np.float32) for layer in given]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:300]
