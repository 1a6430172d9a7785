"""Speech encoders with random weights, as small as can be, in the formats of real ones; needs ctranslate2 and onnx."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

_CONTEXT, _HEADS = 1500, 2


def write_whisper(folder: Path, *, layers: int = 2, width: int = 8, n_mels: int = 80, seed: int = 1) -> Path:
    """Write a Whisper model in CTranslate2's format.

    Parameters
    ----------
    folder : Path
        To make.
    layers : int > 0
        Of its encoder, and of its decoder.
    width : int > 0
        Of a layer; even.
    n_mels : int > 0
        Bands that it takes.
    seed : int
        Of the weights.

    Returns
    -------
    Path
        The folder.
    """
    from ctranslate2.specs import WhisperSpec

    random = np.random.default_rng(seed)
    tokens = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>", "a"]
    spec = WhisperSpec(layers, _HEADS, layers, _HEADS)

    def some(*shape: int) -> np.ndarray:
        return random.normal(0, 0.5, shape).astype(np.float32)

    def linear(part: Any, out: int, of: int) -> None:
        part.weight, part.bias = some(out, of), some(out)

    def normalise(part: Any) -> None:
        part.gamma, part.beta = 1 + some(width), some(width)

    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = some(width, n_mels, 3), some(width)
    encoder.conv2.weight, encoder.conv2.bias = some(width, width, 3), some(width)
    encoder.position_encodings.encodings = some(_CONTEXT, width)
    decoder.position_encodings.encodings = some(16, width)
    decoder.embeddings.weight = some(len(tokens), width)
    decoder.projection.weight = some(len(tokens), width)
    normalise(encoder.layer_norm)
    normalise(decoder.layer_norm)
    for layer in (*encoder.layer, *decoder.layer):
        for part in (layer.self_attention, layer.ffn):
            normalise(part.layer_norm)
        linear(layer.self_attention.linear[0], 3 * width, width)
        linear(layer.self_attention.linear[1], width, width)
        linear(layer.ffn.linear_0, 4 * width, width)
        linear(layer.ffn.linear_1, width, 4 * width)
    for layer in decoder.layer:
        normalise(layer.attention.layer_norm)
        for part, rows in zip(layer.attention.linear, (1, 2, 1), strict=True):
            linear(part, rows * width, width)
    spec.register_vocabulary(tokens)
    spec.validate()
    folder.mkdir(parents=True)
    spec.save(str(folder))
    return folder


def write_onnx(
    file: Path, *, layers: int = 2, width: int = 4, hop_length: int = 320, inputs: Sequence[str] = ("samples",)
) -> Path:
    """Write an encoder in ONNX: windows of `hop_length` samples times weights, each layer after the one before.

    Parameters
    ----------
    file : Path
        To write.
    layers, width : int > 0
        How many outputs, and how many columns they have.
    hop_length : int > 0
        Samples of a frame.
    inputs : sequence of str
        Names of its inputs; all but the first are of no use.

    Returns
    -------
    Path
        The file.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(1)
    kernel = random.normal(0, 1, (width, 1, hop_length)).astype(np.float32)
    between = random.normal(0, 1, (width, width)).astype(np.float32)
    nodes = [helper.make_node("Unsqueeze", [inputs[0], "axis"], ["channel"]),
             helper.make_node("Conv", ["channel", "kernel"], ["framed"], strides=[hop_length]),
             helper.make_node("Transpose", ["framed"], ["layer_1"], perm=[0, 2, 1])]
    for layer in range(2, layers + 1):
        nodes += [helper.make_node("MatMul", [f"layer_{layer - 1}", "between"], [f"product_{layer}"]),
                  helper.make_node("Tanh", [f"product_{layer}"], [f"layer_{layer}"])]
    outputs = [helper.make_tensor_value_info(f"layer_{layer}", TensorProto.FLOAT, ["batch", "frames", width])
               for layer in range(1, layers + 1)]
    asked = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "length"]) for name in inputs]
    graph = helper.make_graph(
        nodes, "encoder", asked, outputs,
        [numpy_helper.from_array(kernel, "kernel"), numpy_helper.from_array(between, "between"),
         numpy_helper.from_array(np.array([1], np.int64), "axis")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(file))
    return file


def encoder_settings(model: Path, **changed: Any) -> dict[str, Any]:
    """Give the settings of the feature `encoder` for one of these, ready for params.yaml.

    Parameters
    ----------
    model : Path
        What `write_whisper` or `write_onnx` gave.
    **changed
        Settings that are to be others.
    """
    weights = model / "model.bin" if model.is_dir() else model
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    return {"model": str(model), "sha256": sha256, "name": "tiny", "licence": "MIT", "trained_on": "nothing",
            "emotion_corpora": [], "layers": [1], "keep": "mean", "frame_rate": 50.0, "standardise": False,
            "allow_heard": False, **changed}

