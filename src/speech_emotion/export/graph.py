"""A small builder of ONNX graphs: tensors on which arithmetic adds nodes, and loops over blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

OPSET, IR = 17, 8
"""Operator set and file version: old enough for every runtime in use."""
PRODUCER = "speech-emotion"

_TYPES: dict[type, int] = {
    np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE, np.int64: TensorProto.INT64,
    np.bool_: TensorProto.BOOL,
}
_END = 1 << 62
"""Behind the end of any axis."""


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

    def input(self, name: str, dtype: type, shape: Sequence[str | int]) -> "Tensor":
        """Declare an input; a named dimension may have any size."""
        self._inputs.append(helper.make_tensor_value_info(name, _TYPES[dtype], shape))
        return Tensor(self, name, dtype)

    def constant(self, values: Any, dtype: type | None = None, *, weight: bool = False) -> "Tensor":
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
            **attributes: Any) -> "Tensor":
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

    def arange(self, stop: "Tensor") -> "Tensor":
        """Count from 0 to just below `stop`, a whole number; int64 [stop]."""
        return self.add("Range", [self.constant(0), stop, self.constant(1)], np.int64)

    def loop(self, rounds: "Tensor", body: Callable[["Tensor"], Sequence["Tensor"]]) -> list["Tensor"]:
        """Run a part of the graph `rounds` times.

        Parameters
        ----------
        rounds : Tensor [shape=(), dtype=int64]
            How often.
        body : callable
            From the number of the round to what it computes, of the same shapes each time.

        Returns
        -------
        list of Tensor
            Each [rounds, ...]: what the rounds computed, stacked.
        """
        number, going = Tensor(self, self._name(), np.int64), Tensor(self, self._name(), np.bool_)
        self._scopes.append(_Scope())
        computed = body(number)
        unique = {each.name: each for each in computed}
        # What a body gives must come from a node of its own.
        given = [self.add("Identity", [each], each.dtype) for each in (going, *unique.values())]
        scope = self._scopes.pop()
        inner = helper.make_graph(
            scope.nodes, f"body_{number.name}",
            [helper.make_tensor_value_info(each.name, _TYPES[each.dtype], []) for each in (number, going)],
            [helper.make_tensor_value_info(each.name, _TYPES[each.dtype], [] if each is given[0] else None)
             for each in given])
        outputs = [self._name() for _ in unique]
        self._scopes[-1].nodes.append(helper.make_node("Loop", [rounds.name, ""], outputs, name=self._name(),
                                                       body=inner))
        stacked = {each: Tensor(self, output, unique[each].dtype) for each, output in zip(unique, outputs, strict=True)}
        return [stacked[each.name] for each in computed]

    def model(self, outputs: dict[str, "Tensor"], metadata: dict[str, str],
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
            [helper.make_tensor_value_info(name, _TYPES[each.dtype], (shapes or {}).get(name))
             for name, each in outputs.items()], self._tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR,
                                  producer_name=PRODUCER)
        helper.set_model_props(model, metadata)
        return model

    def _name(self) -> str:
        self._count += 1
        return f"t{self._count}"


class Tensor:
    """A value in a graph under construction.

    Parameters
    ----------
    graph : Graph
        Where it is.
    name : str
        What it is called there.
    dtype : type
        ``np.float32``, ``np.float64``, ``np.int64`` or ``np.bool_``.
    """

    __slots__ = ("dtype", "graph", "name")

    def __init__(self, graph: Graph, name: str, dtype: type) -> None:
        self.graph, self.name, self.dtype = graph, name, dtype

    def then(self, kind: str, *others: Any, dtype: type | None = None, **attributes: Any) -> "Tensor":
        """Apply an operator to this tensor and others; numbers become constants of its own type."""
        return self.graph.add(kind, [self, *map(self._operand, others)], dtype or self.dtype, **attributes)

    def _operand(self, other: Any) -> "Tensor":
        return other if isinstance(other, Tensor) else self.graph.constant(other, self.dtype)

    def _from(self, kind: str, other: Any, dtype: type | None = None) -> "Tensor":
        return self._operand(other).then(kind, self, dtype=dtype)

    def __add__(self, other: Any) -> "Tensor":
        return self.then("Add", other)

    def __radd__(self, other: Any) -> "Tensor":
        return self.then("Add", other)

    def __sub__(self, other: Any) -> "Tensor":
        return self.then("Sub", other)

    def __rsub__(self, other: Any) -> "Tensor":
        return self._from("Sub", other)

    def __mul__(self, other: Any) -> "Tensor":
        return self.then("Mul", other)

    def __rmul__(self, other: Any) -> "Tensor":
        return self.then("Mul", other)

    def __truediv__(self, other: Any) -> "Tensor":
        return self.then("Div", other)

    def __rtruediv__(self, other: Any) -> "Tensor":
        return self._from("Div", other)

    def __floordiv__(self, other: Any) -> "Tensor":
        """Divide whole numbers that are not negative."""
        return self.then("Div", other)

    def __matmul__(self, other: Any) -> "Tensor":
        return self.then("MatMul", other)

    def __lt__(self, other: Any) -> "Tensor":
        return self.then("Less", other, dtype=np.bool_)

    def __le__(self, other: Any) -> "Tensor":
        return self.then("LessOrEqual", other, dtype=np.bool_)

    def __gt__(self, other: Any) -> "Tensor":
        return self.then("Greater", other, dtype=np.bool_)

    def __ge__(self, other: Any) -> "Tensor":
        return self.then("GreaterOrEqual", other, dtype=np.bool_)

    def __and__(self, other: "Tensor") -> "Tensor":
        return self.then("And", other)

    def __invert__(self) -> "Tensor":
        return self.then("Not")

    def abs(self) -> "Tensor":
        """Magnitude."""
        return self.then("Abs")

    def sqrt(self) -> "Tensor":
        """Square root."""
        return self.then("Sqrt")

    def log(self) -> "Tensor":
        """Natural logarithm."""
        return self.then("Log")

    def at_least(self, other: Any) -> "Tensor":
        """Larger one of two."""
        return self.then("Max", other)

    def at_most(self, other: Any) -> "Tensor":
        """Smaller one of two."""
        return self.then("Min", other)

    def cast(self, dtype: type) -> "Tensor":
        """Convert to another type."""
        return self if dtype == self.dtype else self.then("Cast", dtype=dtype, to=_TYPES[dtype])

    def softmax(self) -> "Tensor":
        """Softmax over the last axis."""
        return self.then("Softmax", axis=-1)

    def sum(self, axis: int, *, keep: bool = False) -> "Tensor":
        """Sum over an axis."""
        return self.then("ReduceSum", self.graph.constant([axis]), keepdims=int(keep))

    def mean(self, axis: int, *, keep: bool = False) -> "Tensor":
        """Mean over an axis."""
        return self.then("ReduceMean", axes=[axis], keepdims=int(keep))

    def largest(self, *axes: int, keep: bool = False) -> "Tensor":
        """Maximum over axes."""
        return self.then("ReduceMax", axes=list(axes), keepdims=int(keep))

    def arg(self, kind: str, axis: int, *, keep: bool = False, last: bool = False) -> "Tensor":
        """Index of the first (or last) maximum (``kind="Max"``) or minimum (``"Min"``)."""
        return self.then(f"Arg{kind}", dtype=np.int64, axis=axis, keepdims=int(keep), select_last_index=int(last))

    def size(self, axis: int) -> "Tensor":
        """Length of an axis, as a scalar."""
        return self.then("Shape", dtype=np.int64, start=axis, end=axis + 1).reshape()

    def reshape(self, *shape: "int | Tensor") -> "Tensor":
        """Arrange anew; -1 for what is left, no argument for a scalar."""
        return self.then("Reshape", _vector(self.graph, shape))

    def transpose(self, *axes: int) -> "Tensor":
        """Order the axes anew."""
        return self if list(axes) == sorted(axes) else self.then("Transpose", perm=list(axes))

    def slice(self, axis: int, start: "int | Tensor" = 0, stop: "int | Tensor" = _END) -> "Tensor":
        """Cut out of an axis."""
        graph = self.graph
        return self.then("Slice", _vector(graph, [start]), _vector(graph, [stop]), graph.constant([axis]))

    def backwards(self, axis: int, start: int, count: int) -> "Tensor":
        """Take `count` entries of an axis from the `start`-th on down; quicker than by their indices."""
        graph = self.graph
        stop = start - count if start >= count else -_END
        return self.then("Slice", *(graph.constant([each]) for each in (start, stop, axis, -1)))

    def gather(self, at: "Tensor | np.ndarray | Sequence[int]", axis: int = 0) -> "Tensor":
        """Take entries of an axis by their indices."""
        index = at if isinstance(at, Tensor) else self.graph.constant(np.asarray(at, np.int64))
        return self.then("Gather", index, axis=axis)

    def pad(self, *ends: "tuple[int | Tensor, int | Tensor]", edge: bool = False) -> "Tensor":
        """Add zeros (or what is at the edge) before and after, for each axis."""
        widths = _vector(self.graph, [end[side] for side in (0, 1) for end in ends])
        return self.then("Pad", widths, mode="edge" if edge else "constant")

    def ordered(self, count: "int | Tensor", *, largest: bool = False, index: bool = False) -> "Tensor":
        """Smallest (or largest) entries of the last axis in order, or their indices."""
        return self.then("TopK", _vector(self.graph, [count]), dtype=np.int64 if index else self.dtype, axis=-1,
                         largest=int(largest), sorted=1, outputs=2, at=int(index))


def concatenated(tensors: Sequence[Tensor], axis: int) -> Tensor:
    """Join tensors along an axis."""
    first, *others = tensors
    return first.then("Concat", *others, axis=axis) if others else first


def where(condition: Tensor, true: Any, false: Any) -> Tensor:
    """Choose between two values, one of them a tensor at least."""
    some = true if isinstance(true, Tensor) else false
    true, false = (each if isinstance(each, Tensor) else some.graph.constant(each, some.dtype)
                   for each in (true, false))
    return condition.graph.add("Where", [condition, true, false], some.dtype)


def in_blocks(
    graph: Graph, count: Tensor, largest: int | None, body: Callable[[Tensor], Sequence[tuple[Tensor, int]]]
) -> list[Tensor]:
    """Compute rows some at a time, so that those of hours need not be there at once.

    Parameters
    ----------
    graph : Graph
        Where.
    count : Tensor [shape=(), dtype=int64]
        How many rows.
    largest : int or None
        Rows that are computed at a time, at most; None for all at once, without a loop.
    body : callable
        From the numbers of some rows, int64 [m], to tensors [m, width] of these rows, each with its width.

    Returns
    -------
    list of Tensor
        Each [count, width].
    """
    if largest is None:
        return [rows for rows, _ in body(graph.arange(count))]
    rounds = (count + (largest - 1)) // largest
    rows = (count + rounds - 1) // rounds
    widths: list[int] = []

    def block(number: Tensor) -> list[Tensor]:
        given = body((graph.arange(rows) + number * rows).at_most(count - 1))
        widths[:] = [width for _, width in given]
        return [each for each, _ in given]

    stacked = graph.loop(rounds, block)
    return [each.reshape(-1, width).slice(0, 0, count) for each, width in zip(stacked, widths, strict=True)]


def _vector(graph: Graph, entries: Sequence["int | Tensor"]) -> Tensor:
    if all(isinstance(each, int | np.integer) for each in entries):
        return graph.constant(np.array(entries, np.int64))
    parts = [each.reshape(1) if isinstance(each, Tensor) else graph.constant([each]) for each in entries]
    return concatenated(parts, 0)
