"""The baseline without a network: its classifier against scikit-learn."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from speech_emotion.core.errors import UserError
from speech_emotion.models.baseline import Baseline
from speech_emotion.models.functionals import statistics

COLUMNS = ["mfcc_0", "rms", "f0"]
RANDOM = np.random.default_rng(5)


def clip(frames: int = 40) -> np.ndarray:
    values = RANDOM.normal(0, 10, (frames, 3))
    values[:, 1] = RANDOM.uniform(0.05, 0.1, frames)
    values[:, 2] = 200 + RANDOM.uniform(-1, 1, frames)
    return values.astype(np.float32)


@pytest.mark.parametrize("num_classes", [2, 3])
@pytest.mark.parametrize("balanced", [True, False])
def test_it_is_scikit_learns(num_classes: int, balanced: bool) -> None:
    windows = [clip() + np.float32(number % num_classes) for number in range(30)]
    classes = np.arange(30) % num_classes
    classes[:5] = 0
    learnt = Baseline.fit(windows, COLUMNS, classes, num_classes, balanced=balanced)
    measured = np.stack([statistics(window, COLUMNS) for window in windows])
    priors = np.full(num_classes, 1 / num_classes) if balanced else None
    reference = make_pipeline(
        StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=priors))
    expected = reference.fit(measured, classes).predict_proba(measured)
    np.testing.assert_allclose(learnt.probabilities(windows, COLUMNS), expected, atol=1e-6)


@pytest.mark.parametrize("num_classes", [2, 3])
def test_a_temperature_divides_its_logits(num_classes: int) -> None:
    windows, classes = [clip() for _ in range(30)], np.arange(30) % num_classes
    as_it_is, softer = (Baseline.fit(windows, COLUMNS, classes, num_classes, balanced=True, temperature=heat)
                        for heat in (1.0, 4.0))
    np.testing.assert_allclose(softer.logits(windows, COLUMNS), as_it_is.logits(windows, COLUMNS) / 4, atol=1e-4)
    assert softer.probabilities(windows, COLUMNS).max() < as_it_is.probabilities(windows, COLUMNS).max()


def test_one_clip_of_a_label_will_do() -> None:
    classes = np.array([0] * 10 + [1])
    windows = [clip() for _ in classes]
    assert np.isfinite(Baseline.fit(windows, COLUMNS, classes, 2, balanced=True).weights).all()


def test_too_few_clips() -> None:
    with pytest.raises(UserError, match="2 training clips for 2 labels are too few to learn from"):
        Baseline.fit([clip(), clip()], COLUMNS, np.array([0, 1]), 2, balanced=True)


def test_it_comes_back_and_the_same_numbers_are_the_same_bytes(tmp_path: Path) -> None:
    learnt = Baseline(RANDOM.normal(size=(44, 2)).astype(np.float32), RANDOM.normal(size=2))
    for name in ("one.npy", "other.npy"):
        learnt.save(tmp_path / name)
    assert (tmp_path / "one.npy").read_bytes() == (tmp_path / "other.npy").read_bytes()
    back = Baseline.load(tmp_path / "one.npy", COLUMNS, 2)
    np.testing.assert_array_equal(back.weights, learnt.weights)
    np.testing.assert_array_equal(back.bias, learnt.bias)


def test_it_does_not_depend_on_the_processors_blas() -> None:
    code = """
import sys
import numpy as np
from speech_emotion.models.baseline import Baseline
random = np.random.default_rng(1)
windows = list(random.normal(0, 10, (90, 40, 43)).astype(np.float32))
columns = [f"mfcc_{index}" for index in range(43)]
learnt = Baseline.fit(windows, columns, np.arange(90) % 6, 6, balanced=True)
sys.stdout.buffer.write(learnt.weights.tobytes() + learnt.bias.tobytes() + learnt.logits(windows, columns).tobytes())
"""
    said = {subprocess.run([sys.executable, "-c", code], env={**os.environ, "OPENBLAS_CORETYPE": kernel},
                           capture_output=True, check=True).stdout for kernel in ("Nehalem", "Haswell")}
    assert len(said) == 1
    assert said != {b""}
