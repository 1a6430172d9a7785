"""The builder of graphs."""

from collections.abc import Callable

import numpy as np
import pytest

from speech_emotion.export.graph import Graph, in_blocks
from speech_emotion.export.tensor import Tensor

Made = Callable[..., Callable[..., list[np.ndarray]]]


@pytest.mark.parametrize("count", [1, 4, 5, 8, 9, 31])
def test_rows_in_blocks_are_those_of_all_at_once(made: Made, count: int) -> None:
    values = np.random.default_rng(1).normal(size=(count, 3))

    def build(x: Tensor) -> list[Tensor]:
        def body(begin: Tensor, size: Tensor) -> list[tuple[Tensor, int]]:
            rows = x.gather((x.graph.arange(size) + begin).at_most(x.size(0) - 1))
            return [(rows * 2.0, 3), (rows.sum(1, keep=True), 1)]

        return in_blocks(x.graph, x.size(0), 4, body)

    doubled, summed = (rows[:count] for rows in made(build, x=["n", 3])(values))
    np.testing.assert_allclose(doubled, 2 * values, rtol=1e-6)
    np.testing.assert_allclose(summed, values.sum(axis=1, keepdims=True), rtol=1e-5)


def test_what_is_the_same_is_there_once() -> None:
    graph = Graph()
    x = graph.input("x", np.float32, ["n"])
    y = (x * 2.0 + 1.0) + (x * 2.0 + 1.0)
    assert [node.op_type for node in graph.model({"y": y}, {}).graph.node] == ["Mul", "Add", "Add", "Identity"]


def test_a_loop_sees_what_was_computed_before_it_and_gives_one_result_twice(made: Made) -> None:
    def build(x):  # type: ignore[no-untyped-def]
        doubled = x * 2.0
        return x.graph.loop(x.size(0), lambda at: [doubled.gather(at), doubled.gather(at)])

    first, second = made(build, x=["n"])(np.arange(5.0))
    assert first.tolist() == second.tolist() == [0, 2, 4, 6, 8]
