"""Statistics of windows in a graph are those that the baseline has learnt from."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speech_emotion.export.functionals import Measured
from speech_emotion.export.windows import Windows
from speech_emotion.models import windows as cut
from speech_emotion.models.functionals import Kind, statistics

Made = Callable[..., Callable[..., list[np.ndarray]]]
WINDOW = 32
SETS = {
    "shipped": [*(f"mfcc_{at}" for at in range(15)), "zcr", "rms", "f0"], "no pitch": ["log_mel_0", "rms"],
    "no level": ["mfcc_0", "mfcc_13", "f0"], "neither": ["chroma_0", "zcr"],
}


def features(columns: list[str], frames: int, seed: int, *, constant: bool) -> np.ndarray:
    random = np.random.default_rng(seed)
    matrix = random.normal(-20, 30, (frames, len(columns)))
    matrix[:, 0] = 7.25 if constant else matrix[:, 0]
    if "rms" in columns:
        matrix[:, columns.index("rms")] = 10 ** random.uniform(-4, -1, frames)
    if "f0" in columns:
        octaves = random.choice([0.0, 0.01, 1.0], frames) + random.normal(0, 0.02, frames)
        matrix[:, columns.index("f0")] = 150 * 2**octaves
    return matrix.astype(np.float32)


@pytest.mark.parametrize("kind", ["functionals", "mean", "mean_std"])
@pytest.mark.parametrize("name", SETS)
def test_they_are_the_baselines(made: Made, name: str, kind: Kind) -> None:
    columns = SETS[name]

    def build(frames):  # type: ignore[no-untyped-def]
        where = Windows.of(frames.size(0), WINDOW)
        rows, inside = where.rows(frames.graph.arange(where.count), WINDOW)
        return Measured.of(frames, columns, kind).statistics(rows, inside)

    run = made(build, frames=["n", len(columns)])

    @settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
    @given(frames=st.integers(1, 80), seed=st.integers(0, 99), constant=st.booleans())
    def equal(frames: int, seed: int, constant: bool) -> None:
        matrix = features(columns, frames, seed, constant=constant)
        expected = np.stack([statistics(part, columns, kind) for part in cut.stretches(matrix, WINDOW)[0]])
        np.testing.assert_allclose(run(matrix)[0], expected, rtol=2e-4, atol=2e-4)

    equal()


@pytest.mark.parametrize("window", [1, 7, 16, 400])
def test_windows_begin_where_the_pipelines_do(made: Made, window: int) -> None:
    run = made(lambda frames: Windows.of(frames.size(0), window).first, frames=["n", 1])
    for frames in (1, window, window + 1, 2 * window + 3, 5003, 4966):
        assert run(np.zeros((frames, 1)))[0].tolist() == cut.stretches(np.zeros((frames, 1)), window)[1].tolist()
