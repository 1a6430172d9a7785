"""LiteRT (TensorFlow Lite) from the same graph: every node becomes a call of TensorFlow, which converts them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from onnx import ModelProto, helper, numpy_helper
from tensorflow.lite.python import schema_py_generated
from tensorflow.lite.tools import flatbuffer_utils

from speech_emotion.portable.card import SAMPLES

Attributes = Mapping[str, Any]
Values = Sequence[Any]

_KINDS = {1: tf.float32, 7: tf.int32, 9: tf.bool, 11: tf.float32}
"""ONNX's types: LiteRT has few operators for whole numbers of 64 bits, and for float64 next to none."""
_FAR = 1 << 30
"""The largest whole number, and the end of any axis."""


def converted(model: ModelProto) -> bytes:
    """Convert a graph without loops.

    Parameters
    ----------
    model : ModelProto
        As `ensemble.graph_of` and `Graph.model` make it.

    Returns
    -------
    bytes
        A LiteRT file with one signature, whose input and outputs are called as the graph's, and with its metadata.
    """

    class Module(tf.Module):
        @tf.function(  # type: ignore[untyped-decorator]
            autograph=False, input_signature=[tf.TensorSpec([None], tf.float32, name=SAMPLES)])
        def judge(self, samples: Any) -> dict[str, Any]:
            return run(model, samples)

    module = Module()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([module.judge.get_concrete_function()], module)
    file = flatbuffer_utils.read_model_from_bytearray(bytearray(converter.convert()))
    for entry in model.metadata_props:
        buffer, metadata = schema_py_generated.BufferT(), schema_py_generated.MetadataT()
        buffer.data = np.frombuffer(entry.value.encode(), np.uint8)
        metadata.name, metadata.buffer = entry.key, len(file.buffers)
        file.buffers.append(buffer)
        file.metadata.append(metadata)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(file))


def run(model: ModelProto, samples: Any) -> dict[str, Any]:
    """Compute a graph with TensorFlow.

    Parameters
    ----------
    model : ModelProto
        See `converted`.
    samples : tf.Tensor [shape=(n,), dtype=float32]
        Its input.

    Returns
    -------
    dict from str to tf.Tensor
        Its outputs.
    """
    values: dict[str, Any] = {"": None, SAMPLES: samples}
    values |= {tensor.name: _constant(numpy_helper.to_array(tensor)) for tensor in model.graph.initializer}
    for node in model.graph.node:
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        result = _OPERATORS[node.op_type]([values[name] for name in node.input], attributes)
        values |= zip(node.output, result if isinstance(result, tuple) else [result], strict=True)
    return {output.name: values[output.name] for output in model.graph.output}


def _constant(array: np.ndarray) -> Any:
    if array.dtype == np.int64:
        return np.clip(array, -_FAR, _FAR).astype(np.int32)
    return array.astype(np.float32) if array.dtype == np.float64 else array


def _reshape(x: Values, _: Attributes) -> Any:
    shape = x[1]
    if isinstance(shape, np.ndarray):  # 0 stands for the size that is there
        there = tf.shape(x[0])
        shape = [there[at] if size == 0 else int(size) for at, size in enumerate(shape)]
        shape = tf.stack(shape) if shape else np.zeros(0, np.int32)
    return tf.reshape(x[0], shape)


def _slice(x: Values, _: Attributes) -> Any:
    axis = int(x[3][0])
    rank = len(x[0].shape)
    start, stop = (tf.reshape(each, [1]) for each in x[1:3])
    before, after = [0] * axis, [0] * (rank - axis - 1)
    mask = sum(1 << at for at in range(rank) if at != axis)
    steps = [1] * rank
    steps[axis] = int(x[4][0]) if len(x) > 4 else 1
    whole = isinstance(x[2], np.ndarray) and x[2][0] == _FAR  # up to the end
    return tf.strided_slice(x[0], tf.concat([before, start, after], 0), tf.concat([before, stop, after], 0), steps,
                            begin_mask=mask, end_mask=mask | (whole << axis))


def _pad(x: Values, attributes: Attributes) -> Any:
    widths = tf.transpose(tf.reshape(x[1], [2, -1]))
    if attributes["mode"] == b"edge":
        rank = len(x[0].shape)
        before, after = int(x[1][rank - 1]), int(x[1][-1])  # of the last axis alone
        return tf.concat([*[x[0][..., :1]] * before, x[0], *[x[0][..., -1:]] * after], -1)
    return tf.pad(x[0], widths)


def _top(x: Values, attributes: Attributes) -> Any:
    count = tf.reshape(x[1], [])
    if attributes["largest"]:
        return tuple(tf.math.top_k(x[0], count))
    values, index = tf.math.top_k(-x[0], count)
    return -values, index


def _convolution(x: Values, attributes: Attributes) -> Any:
    kernel = np.asarray(x[1])
    dimensions = kernel.ndim - 2
    pads = attributes.get("pads", [0] * 2 * dimensions)
    given = tf.transpose(x[0], [0, *range(2, dimensions + 2), 1])
    given = tf.pad(given, [[0, 0], *zip(pads[:dimensions], pads[dimensions:], strict=True), [0, 0]])
    made = tf.nn.convolution(given, np.moveaxis(kernel, (0, 1), (-1, -2)), padding="VALID",
                             strides=attributes.get("strides"), dilations=attributes.get("dilations"))
    if len(x) > 2:
        made = made + x[2]
    return tf.transpose(made, [0, dimensions + 1, *range(1, dimensions + 1)])


def _pool(kind: str) -> Callable[[Values, Attributes], Any]:
    def pool(x: Values, attributes: Attributes) -> Any:
        size = list(attributes["kernel_shape"])
        padding = "SAME" if attributes.get("auto_pad") == b"SAME_UPPER" else "VALID"
        given = tf.transpose(x[0], [0, *range(2, len(size) + 2), 1])
        made = tf.nn.pool(given, size, kind, strides=list(attributes["strides"]), padding=padding)
        return tf.transpose(made, [0, len(size) + 1, *range(1, len(size) + 1)])

    return pool


def _normalisation(x: Values, attributes: Attributes) -> Any:
    given, scale, offset, mean, variance = x
    factor = scale / np.sqrt(variance + np.float32(attributes["epsilon"]))
    shape = [1, -1, *[1] * (len(given.shape) - 2)]
    return given * factor.reshape(shape) + (offset - mean * factor).reshape(shape)


def _arg(kind: Callable[..., Any]) -> Callable[[Values, Attributes], Any]:
    def arg(x: Values, attributes: Attributes) -> Any:
        axis = attributes["axis"]
        if attributes["select_last_index"]:
            size = tf.shape(x[0])[axis]
            found = size - 1 - kind(tf.reverse(x[0], [axis]), axis=axis, output_type=tf.int32)
        else:
            found = kind(x[0], axis=axis, output_type=tf.int32)
        return tf.expand_dims(found, axis) if attributes["keepdims"] else found

    return arg


def _reduced(kind: Callable[..., Any]) -> Callable[[Values, Attributes], Any]:
    def reduce(x: Values, attributes: Attributes) -> Any:
        axes = attributes["axes"] if "axes" in attributes else x[1].tolist()
        return kind(x[0], axis=axes, keepdims=bool(attributes["keepdims"]))

    return reduce


def _gather_elements(x: Values, attributes: Attributes) -> Any:
    rank, axis = len(x[0].shape), attributes["axis"]
    swapped = list(range(rank))
    swapped[axis], swapped[-1] = swapped[-1], swapped[axis]
    given, index = (tf.transpose(each, swapped) for each in x)
    return tf.transpose(tf.gather(given, index, batch_dims=rank - 1, axis=rank - 1), swapped)


def _divided(x: Values, _: Attributes) -> Any:
    whole = tf.convert_to_tensor(x[0]).dtype.is_integer
    return tf.math.floordiv(*x) if whole else x[0] / x[1]


_OPERATORS: dict[str, Callable[[Values, Attributes], Any]] = {
    "Abs": lambda x, _: tf.abs(x[0]), "Add": lambda x, _: x[0] + x[1], "And": lambda x, _: tf.logical_and(*x),
    "ArgMax": _arg(tf.argmax), "ArgMin": _arg(tf.argmin), "AveragePool": _pool("AVG"),
    "BatchNormalization": _normalisation, "Cast": lambda x, a: tf.cast(x[0], _KINDS[a["to"]]),
    "Ceil": lambda x, _: tf.math.ceil(x[0]), "Concat": lambda x, a: tf.concat(list(x), a["axis"]),
    "Conv": _convolution,
    "CumSum": lambda x, a: tf.cumsum(x[0], axis=int(x[1]), exclusive=bool(a["exclusive"])), "Div": _divided,
    "Gather": lambda x, a: tf.gather(x[0], x[1], axis=a["axis"]),
    "GatherElements": _gather_elements,
    "Greater": lambda x, _: x[0] > x[1], "GreaterOrEqual": lambda x, _: x[0] >= x[1],
    "Identity": lambda x, _: tf.identity(x[0]), "Less": lambda x, _: x[0] < x[1],
    "LessOrEqual": lambda x, _: x[0] <= x[1], "Log": lambda x, _: tf.math.log(x[0]),
    "MatMul": lambda x, _: (tf.linalg.matmul(x[0], x[1]) if len(x[1].shape) > 1 else tf.linalg.matvec(x[0], x[1])),
    "Max": lambda x, _: tf.maximum(*x), "MaxPool": _pool("MAX"), "Min": lambda x, _: tf.minimum(*x),
    "Mul": lambda x, _: x[0] * x[1], "Not": lambda x, _: tf.logical_not(x[0]), "Or": lambda x, _: tf.logical_or(*x),
    "Pad": _pad, "Range": lambda x, _: tf.range(*x), "ReduceMax": _reduced(tf.reduce_max),
    "ReduceMean": _reduced(tf.reduce_mean), "ReduceSum": _reduced(tf.reduce_sum),
    "Relu": lambda x, _: tf.nn.relu(x[0]), "Reshape": _reshape, "Round": lambda x, _: tf.round(x[0]),
    "Shape": lambda x, a: tf.shape(x[0])[a["start"] : a["end"]], "Sigmoid": lambda x, _: tf.sigmoid(x[0]),
    "Slice": _slice, "Softmax": lambda x, _: tf.nn.softmax(x[0]), "Sqrt": lambda x, _: tf.sqrt(x[0]),
    "Squeeze": lambda x, _: tf.squeeze(x[0], x[1].tolist()), "Sub": lambda x, _: x[0] - x[1],
    "Tanh": lambda x, _: tf.tanh(x[0]), "TopK": _top,
    "Transpose": lambda x, a: tf.transpose(x[0], a["perm"]),
    "Unsqueeze": lambda x, _: tf.expand_dims(x[0], int(x[1][0])), "Where": lambda x, _: tf.where(*x),
    "Xor": lambda x, _: tf.math.logical_xor(*x),
}
"""What each operator of `graph` is in TensorFlow."""
