"""A value in a graph under construction: arithmetic on it adds nodes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from onnx import TensorProto

if TYPE_CHECKING:  # which makes tensors
    from speech_emotion.export.graph import Graph

TYPES: dict[type, int] = {
    np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE, np.int64: TensorProto.INT64,
    np.bool_: TensorProto.BOOL,
}
"""ONNX's names for the types in use."""
_END = 1 << 62
"""Behind the end of any axis."""


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

    def __init__(self, graph: "Graph", name: str, dtype: type) -> None:
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
        return self if dtype == self.dtype else self.then("Cast", dtype=dtype, to=TYPES[dtype])

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
        """Length of an axis, int64 [1]: what slices and shapes are told in, without nodes that rearrange scalars."""
        return self.then("Shape", dtype=np.int64, start=axis, end=axis + 1)

    def reshape(self, *shape: "int | Tensor") -> "Tensor":
        """Arrange anew; -1 for what is left, no argument for a scalar."""
        return self.then("Reshape", _vector(self.graph, shape))

    def transpose(self, *axes: int) -> "Tensor":
        """Order the axes anew."""
        return self if list(axes) == sorted(axes) else self.then("Transpose", perm=list(axes))

    def laid_out(self, *axes: int) -> "Tensor":
        """Order the axes anew right here; what only transposes may be moved by a runtime, to where more is slower."""
        return self.transpose(*axes).reshape(*[0] * (len(axes) - 1), -1)  # no transposition moves across a shape

    def slice(self, axis: int, start: "int | Tensor" = 0, stop: "int | Tensor" = _END) -> "Tensor":
        """Cut out of an axis."""
        graph = self.graph
        return self.then("Slice", _vector(graph, [start]), _vector(graph, [stop]), graph.constant([axis]))

    def every(self, axis: int, step: int, start: int = 0) -> "Tensor":
        """Take an entry of an axis and every `step`-th from there."""
        return self.then("Slice", *(self.graph.constant([each]) for each in (start, _END, axis, step)))

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


def _vector(graph: "Graph", entries: Sequence["int | Tensor"]) -> Tensor:
    """Put whole numbers, of which tensors are [1], side by side."""
    if all(isinstance(each, int | np.integer) for each in entries):
        return graph.constant(np.array(entries, np.int64))
    parts = [each if isinstance(each, Tensor) else graph.constant([each]) for each in entries]
    return concatenated(parts, 0)
