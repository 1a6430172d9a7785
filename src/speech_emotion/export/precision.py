"""Smaller files: what the networks have learnt, stored in fewer bits. All is computed in float32 as before."""

from collections.abc import Iterator

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from speech_emotion.portable.card import Precision


def reduced(model: ModelProto, weights: set[str], precision: Precision) -> ModelProto:
    """Store weights in fewer bits.

    Parameters
    ----------
    model : ModelProto
        With the weights in float32; it is changed.
    weights : set of str
        Which constants are a network's weights: those of features and of the baseline stay as they are.
    precision : Precision
        ``int8`` has a scale of its own for each output of a layer.

    Returns
    -------
    ModelProto
        `model` itself, with nodes in front that make float32 of them again, which a runtime does once.
    """
    if precision is Precision.FLOAT32:
        return model
    tensors, nodes = list(model.graph.initializer), list(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    for tensor in tensors:
        if tensor.name not in weights:
            model.graph.initializer.append(tensor)
            continue
        stored, unfolding = _stored(numpy_helper.to_array(tensor), tensor.name, precision)
        model.graph.initializer.extend(stored)
        model.graph.node.extend(unfolding)
    model.graph.node.extend(nodes)
    return model


def _stored(values: np.ndarray, name: str, precision: Precision) -> tuple[list[TensorProto], Iterator[NodeProto]]:
    small = f"{name}_small"
    if precision is Precision.FLOAT16:
        return [numpy_helper.from_array(values.astype(np.float16), small)], iter([
            helper.make_node("Cast", [small], [name], name=name, to=TensorProto.FLOAT)])
    # Keras's dense layers have their outputs last, ONNX's convolutions first.
    others = tuple(range(values.ndim - 1)) if values.ndim == 2 else tuple(range(1, values.ndim))
    scale = np.maximum(np.abs(values).max(axis=others, keepdims=True), np.finfo(np.float32).tiny) / np.float32(127)
    numbers = np.clip(np.rint(values / scale), -127, 127).astype(np.int8)
    return [numpy_helper.from_array(numbers, small), numpy_helper.from_array(scale, f"{name}_scale")], iter([
        helper.make_node("Cast", [small], [f"{name}_cast"], name=f"{name}_cast", to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{name}_cast", f"{name}_scale"], [name], name=name)])
