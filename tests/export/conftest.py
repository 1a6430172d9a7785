"""Parts of graphs, run."""

from collections.abc import Callable

import numpy as np
import onnxruntime
import pytest

from speech_emotion.export.graph import Graph
from speech_emotion.export.tensor import Tensor

Run = Callable[..., list[np.ndarray]]
Build = Callable[..., Tensor | list[Tensor]]


@pytest.fixture(scope="session")
def made() -> Callable[..., Run]:
    """A function from what builds a graph of its inputs, whose shapes are given by name, to what runs it."""

    def make(build: Build, **shapes: list[str | int]) -> Run:
        graph = Graph()
        given = build(*(graph.input(name, np.float32, shape) for name, shape in shapes.items()))
        outputs = given if isinstance(given, list) else [given]
        model = graph.model({f"out{at}": each for at, each in enumerate(outputs)}, metadata={})
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 3
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

        def run(*values: np.ndarray) -> list[np.ndarray]:
            result: list[np.ndarray] = session.run(
                None, {name: value.astype(np.float32) for name, value in zip(shapes, values, strict=True)})
            return result

        return run

    return make
