"""A small builder of ONNX graphs, and loops over blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from speech_emotion.export.tensor import TYPES, Tensor

OPSET, IR = 17, 8
"""Operator set and file version: old enough for every runtime in use."""
PRODUCER = "speech-emotion"

@dataclass
class _Scope:
    """Nodes of the graph, or of the body of a loop in it."""

    nodes: list[NodeProto] = field(default_factory=list)
    known: dict[tuple[Any, ...], str] = field(default_factory=dict)


class Graph:
    """A graph under construction. The same node is added once only, and so is the same constant.

    Attributes
    ----------
    weights : set of str
        Names of the constants that a network has learnt, which alone lose precision in smaller files.

    Examples
    --------
    >>> graph = Graph()
    >>> x = graph.input("x", np.float32, ["n"])
    >>> model = graph.model({"y": (2 * x + 1).sum(0)}, metadata={})
    >>> [node.op_type for node in model.graph.node]
    ['Mul', 'Add', 'ReduceSum', 'Identity']
    """

    def __init__(self) -> None:
        self.weights: set[str] = set()
        self._scopes = [_Scope()]
        self._inputs: list[Any] = []
        self._constants: dict[tuple[Any, ...], str] = {}
        self._tensors: list[TensorProto] = []
        self._count = 0

    def input(self, name: str, dtype: type, shape: Sequence[str | int]) -> Tensor:
        """Declare an input; a named dimension may have any size."""
        self._inputs.append(helper.make_tensor_value_info(name, TYPES[dtype], shape))
        return Tensor(self, name, dtype)

    def constant(self, values: Any, dtype: type | None = None, *, weight: bool = False) -> Tensor:
        """Give a constant; integers as int64, other numbers as float32 if no type is said.

        Parameters
        ----------
        values : array_like
            What it holds.
        dtype : type or None
            Its type.
        weight : bool
            Whether a network has learnt it.
        """
        array = np.asarray(values)
        if dtype is None:
            dtype = np.int64 if array.dtype.kind in "iu" else np.bool_ if array.dtype.kind == "b" else np.float32
        array = np.ascontiguousarray(array.astype(dtype)).reshape(array.shape)
        key = (dtype, array.shape, array.tobytes(), weight)
        if key not in self._constants:
            name = f"c{len(self._constants)}"
            self._constants[key] = name
            self._tensors.append(numpy_helper.from_array(array, name))
            if weight:
                self.weights.add(name)
        return Tensor(self, self._constants[key], dtype)

    def add(self, kind: str, inputs: Sequence["Tensor | None"], dtype: type, *, outputs: int = 1, at: int = 0,
            **attributes: Any) -> Tensor:
        """Add a node, unless there is the same one, and give one of its outputs.

        Parameters
        ----------
        kind : str
            The operator.
        inputs : sequence of Tensor or None
            None for an optional one that is left out.
        dtype : type
            Of the output that is given.
        outputs, at : int
            How many it has, and which one is given.
        **attributes
            Of the operator.
        """
        names = tuple(each.name if each else "" for each in inputs)
        key = (kind, names, repr(sorted(attributes.items())))
        for scope in self._scopes:
            if key in scope.known:
                return Tensor(self, f"{scope.known[key]}{f'_{at}' if outputs > 1 else ''}", dtype)
        name = self._name()
        own = [f"{name}_{number}" for number in range(outputs)] if outputs > 1 else [name]
        self._scopes[-1].nodes.append(helper.make_node(kind, names, own, name=name, **attributes))
        self._scopes[-1].known[key] = name
        return Tensor(self, own[at], dtype)

    def arange(self, stop: Tensor) -> Tensor:
        """Count from 0 to just below `stop`, int64 [1]; int64 [stop]."""
        return self.add("Range", [self.constant(0), stop.reshape(), self.constant(1)], np.int64)

    def loop(self, rounds: Tensor, body: Callable[[Tensor], Sequence[Tensor]]) -> list[Tensor]:
        """Run a part of the graph `rounds` times.

        Parameters
        ----------
        rounds : Tensor [shape=(1,), dtype=int64]
            How often.
        body : callable
            From the number of the round to what it computes, of the same shapes each time.

        Returns
        -------
        list of Tensor
            Each [rounds, ...]: what the rounds computed, stacked.
        """
        rounds = rounds.reshape()
        number, going = Tensor(self, self._name(), np.int64), Tensor(self, self._name(), np.bool_)
        self._scopes.append(_Scope())
        computed = body(number)
        unique = {each.name: each for each in computed}
        # What a body gives must come from a node of its own.
        given = [self.add("Identity", [each], each.dtype) for each in (going, *unique.values())]
        scope = self._scopes.pop()
        inner = helper.make_graph(
            scope.nodes, f"body_{number.name}",
            [helper.make_tensor_value_info(each.name, TYPES[each.dtype], []) for each in (number, going)],
            [helper.make_tensor_value_info(each.name, TYPES[each.dtype], [] if each is given[0] else None)
             for each in given])
        outputs = [self._name() for _ in unique]
        self._scopes[-1].nodes.append(helper.make_node("Loop", [rounds.name, ""], outputs, name=self._name(),
                                                       body=inner))
        stacked = {each: Tensor(self, output, unique[each].dtype) for each, output in zip(unique, outputs, strict=True)}
        return [stacked[each.name] for each in computed]

    def model(self, outputs: dict[str, Tensor], metadata: dict[str, str],
              shapes: dict[str, Sequence[str | int]] | None = None) -> ModelProto:
        """Finish: name the outputs, and make the file's content, the same for the same graph.

        Parameters
        ----------
        outputs : dict from str to Tensor
            By name, in order.
        metadata : dict from str to str
            What the file says of itself, in order.
        shapes : dict from str to sequence of (str or int), or None
            Of the outputs, where known.
        """
        for name, each in outputs.items():
            self._scopes[0].nodes.append(helper.make_node("Identity", [each.name], [name], name=name))
        graph: GraphProto = helper.make_graph(
            self._scopes[0].nodes, PRODUCER, self._inputs,
            [helper.make_tensor_value_info(name, TYPES[each.dtype], (shapes or {}).get(name))
             for name, each in outputs.items()], self._tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR,
                                  producer_name=PRODUCER)
        helper.set_model_props(model, metadata)
        return model

    def _name(self) -> str:
        self._count += 1
        return f"t{self._count}"


def parted(count: Tensor, largest: int | None) -> tuple[Tensor, Tensor]:
    """Part rows into blocks of one size, the last of which may go beyond them: how many blocks, and that size."""
    if largest is None:
        return count.graph.constant([1]), count
    rounds = (count + (largest - 1)) // largest
    return rounds, (count + rounds - 1) // rounds


def in_blocks(
    graph: Graph, count: Tensor, largest: int | None, body: Callable[[Tensor, Tensor], Sequence[tuple[Tensor, int]]]
) -> list[Tensor]:
    """Compute rows some at a time, so that those of hours need not be there at once.

    Parameters
    ----------
    graph : Graph
        Where.
    count : Tensor [shape=(1,), dtype=int64]
        How many rows.
    largest : int or None
        Rows that are computed at a time, at most; None for all at once, without a loop.
    body : callable
        From the number of a block's first row and its size, as `parted` says it, to tensors [size, width] of these
        rows, each with its width.

    Returns
    -------
    list of Tensor
        Each [at least count, width]: what is behind those rows is of no use.
    """
    rounds, size = parted(count, largest)
    if largest is None:
        return [rows for rows, _ in body(graph.constant([0]), size)]
    widths: list[int] = []

    def block(number: Tensor) -> list[Tensor]:
        given = body(number * size, size)
        widths[:] = [width for _, width in given]
        return [each for each, _ in given]

    stacked = graph.loop(rounds, block)
    return [each.reshape(-1, width) for each, width in zip(stacked, widths, strict=True)]
