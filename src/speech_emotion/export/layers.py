"""Keras networks as parts of a graph, layer by layer; any network that is made of the layers below."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.export.tensor import Tensor, concatenated

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class _Map:
    """What a layer gives: Keras has channels last, ONNX behind the batch. They are moved only where it matters.

    With channels behind the batch, what has one axis besides is [m, channels, 1, frames]: for pictures runtimes have
    quicker convolutions.
    """

    tensor: Tensor
    rank: int
    channels_first: bool = False

    def first(self) -> Tensor:
        if self.channels_first or self.rank < 3:
            return self.tensor
        moved = self.tensor.transpose(0, self.rank - 1, *range(1, self.rank - 1))
        return moved.reshape(0, 0, 1, -1) if self.rank == 3 else moved

    def last(self) -> Tensor:
        if not self.channels_first:
            return self.tensor
        if self.rank == 3:
            return self.tensor.reshape(0, 0, -1).transpose(0, 2, 1)
        return self.tensor.transpose(0, *range(2, self.rank), 1)


def logits(network: "keras.Model", windows: Tensor) -> Tensor:
    """Run a network up to its logits.

    Parameters
    ----------
    network : keras.Model
        As `models.classifier.build` makes it.
    windows : Tensor [shape=(m, window_frames, columns), dtype=float32]
        Normalised features.

    Returns
    -------
    Tensor [shape=(m, classes), dtype=float32]

    Raises
    ------
    UserError
        If a layer of it, or a setting of one, cannot be exported.
    """
    from keras import Model

    head = Model(network.input, network.get_layer("logits").output)
    # The one way to go through a functional model with something else than Keras's tensors.
    result = head._run_through_graph(_Map(windows, 3), operation_fn=_maker)
    found: Tensor = result.last()
    return found


def _maker(layer: Any) -> Callable[..., _Map]:
    name = type(layer).__name__
    if name not in _LAYERS:
        raise UserError(f"the network's layer {layer.name} ({name}) cannot be exported; predict with the model folder, "
                        "or make the network of others (speech_emotion.export.layers)")
    return lambda inputs, *_args, **_kwargs: _LAYERS[name](layer, inputs)


def _numbers(variable: Any) -> Float32:
    from keras import ops

    numbers: Float32 = ops.convert_to_numpy(variable)
    return numbers


def _weight(x: Tensor, values: Float32) -> Tensor:
    return x.graph.constant(values, np.float32, weight=True)


def _of_pictures(numbers: Sequence[int]) -> list[int]:
    """Take numbers of one axis or two as those of two."""
    return [1] * (2 - len(numbers)) + list(numbers)


def _convolution(layer: Any, x: _Map) -> _Map:
    given = x.first()
    if layer.groups != 1 or set(layer.strides) != {1}:
        raise UserError(f"the network's layer {layer.name} cannot be exported: it has groups or strides")
    sizes, rates = _of_pictures(layer.kernel_size), _of_pictures(layer.dilation_rate)
    reach = [(size - 1) * rate for size, rate in zip(sizes, rates, strict=True)]
    match layer.padding:
        case "same":
            pads = [each // 2 for each in reach] + [each - each // 2 for each in reach]
        case "causal":
            pads = reach + [0] * len(sizes)
        case _:
            pads = [0] * 2 * len(sizes)
    kernel = np.moveaxis(_numbers(layer.kernel), (-1, -2), (0, 1))
    kernel = kernel.reshape(*kernel.shape[:2], *sizes)
    inputs = [_weight(given, kernel), *([given.graph.constant(_numbers(layer.bias))] if layer.use_bias else [])]
    made = given.then("Conv", *inputs, pads=pads, dilations=rates)
    return _activated(layer, _Map(made, x.rank, channels_first=True))


def _normalisation(layer: Any, x: _Map) -> _Map:
    if layer.axis not in (-1, x.rank - 1):
        raise UserError(f"the network's layer {layer.name} cannot be exported: it does not normalise the last axis")
    given, mean, variance = x.first(), _numbers(layer.moving_mean), _numbers(layer.moving_variance)
    scale = _numbers(layer.gamma) if layer.scale else np.ones_like(mean)
    offset = _numbers(layer.beta) if layer.center else np.zeros_like(mean)
    made = given.then("BatchNormalization", *map(given.graph.constant, (scale, offset, mean, variance)),
                      epsilon=float(layer.epsilon))
    return _Map(made, x.rank, channels_first=x.rank > 2)


def _pooling(kind: str) -> Callable[[Any, _Map], _Map]:
    def pool(layer: Any, x: _Map) -> _Map:
        size, strides = _of_pictures(layer.pool_size), _of_pictures(layer.strides)
        pooled = x.first().then(kind, kernel_shape=size, strides=strides,
                                auto_pad="SAME_UPPER" if layer.padding == "same" else "VALID")
        return _Map(pooled, x.rank, channels_first=True)

    return pool


def _global_mean(layer: Any, x: _Map) -> _Map:
    if layer.keepdims:
        raise UserError(f"the network's layer {layer.name} cannot be exported: it keeps dimensions")
    made = x.first().reshape(0, 0, -1).mean(2)
    return _Map(made, 2)


def _dense(layer: Any, x: _Map) -> _Map:
    made = x.last() @ _weight(x.tensor, _numbers(layer.kernel))
    if layer.use_bias:
        made = made + _numbers(layer.bias)
    return _activated(layer, _Map(made, x.rank))


def _activated(layer: Any, x: _Map) -> _Map:
    name = getattr(layer.activation, "__name__", "") if hasattr(layer, "activation") else "relu"
    if name == "linear":
        return x
    operators = {"relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh"}
    if name not in operators:
        raise UserError(f"the network's layer {layer.name} cannot be exported: its activation is {name}, not one of "
                        f"{', '.join(operators)}")
    return _Map(x.tensor.then(operators[name]), x.rank, x.channels_first)


def _relu(layer: Any, x: _Map) -> _Map:
    if layer.max_value is not None or layer.negative_slope or layer.threshold:
        raise UserError(f"the network's layer {layer.name} cannot be exported: it is no plain ReLU")
    return _Map(x.tensor.then("Relu"), x.rank, x.channels_first)


def _arranged(layer: Any, x: _Map) -> _Map:
    shape = layer.output.shape
    return _Map(x.last().reshape(-1, *shape[1:]), len(shape))


def _joined(kind: str) -> Callable[[Any, list[_Map]], _Map]:
    def join(_layer: Any, several: list[_Map]) -> _Map:
        first = several[0].channels_first
        tensors = [each.first() if first else each.last() for each in several]
        result, *others = tensors
        for each in others:
            result = result.then(kind, each)
        return _Map(result, several[0].rank, first)

    return join


def _side_by_side(layer: Any, several: list[_Map]) -> _Map:
    if layer.axis not in (-1, several[0].rank - 1):
        raise UserError(f"the network's layer {layer.name} cannot be exported: it joins another axis than the last")
    if several[0].rank < 3:
        return _Map(concatenated([each.last() for each in several], 1), several[0].rank)
    return _Map(concatenated([each.first() for each in several], 1), several[0].rank, channels_first=True)


def _softmax(layer: Any, x: _Map) -> _Map:
    if not isinstance(layer.axis, int):
        raise UserError(f"the network's layer {layer.name} cannot be exported: its softmax is over several axes")
    return _Map(x.last().then("Softmax", axis=layer.axis), x.rank)


def _product(layer: Any, several: list[_Map]) -> _Map:
    if layer.axes != 1 or layer.normalize or any(each.rank != 3 for each in several):
        raise UserError(f"the network's layer {layer.name} cannot be exported: it multiplies along another axis than "
                        "time, or normalises")
    one, other = (each.last() for each in several)
    return _Map(one.transpose(0, 2, 1) @ other, 3)


def _flip(layer: Any, x: _Map) -> _Map:
    size = layer.output.shape[layer.axis]
    return _Map(x.last().gather(np.arange(size)[::-1], axis=layer.axis), x.rank)


def _stack(layer: Any, several: list[_Map]) -> _Map:
    rank = several[0].rank + 1
    axis = layer.axis % rank
    tensors = [each.last().then("Unsqueeze", each.tensor.graph.constant([axis])) for each in several]
    return _Map(concatenated(tensors, axis), rank)


_LAYERS: dict[str, Callable[[Any, Any], _Map]] = {
    "Conv1D": _convolution, "Conv2D": _convolution, "BatchNormalization": _normalisation,
    "MaxPooling1D": _pooling("MaxPool"), "MaxPooling2D": _pooling("MaxPool"),
    "AveragePooling1D": _pooling("AveragePool"), "AveragePooling2D": _pooling("AveragePool"),
    "GlobalAveragePooling1D": _global_mean, "GlobalAveragePooling2D": _global_mean, "Dense": _dense,
    "ReLU": _relu, "Activation": _activated, "Flatten": _arranged, "Reshape": _arranged,
    "Add": _joined("Add"), "Multiply": _joined("Mul"), "Concatenate": _side_by_side, "Flip": _flip, "Stack": _stack,
    "Softmax": _softmax, "Dot": _product,
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D"), lambda _layer, x: x),
}
"""What makes each kind of layer. Dropout does nothing but in training."""
