"""The baseline without a network: its statistics against NumPy, its classifier against scikit-learn."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from speech_emotion.core.errors import UserError
from speech_emotion.models.baseline import Baseline, statistics

COLUMNS = ["mfcc_0", "rms", "f0"]
RANDOM = np.random.default_rng(5)


def clip(frames: int = 40) -> np.ndarray:
    values = RANDOM.normal(0, 10, (frames, 3))
    values[:, 1] = RANDOM.uniform(0.05, 0.1, frames)
    values[:, 2] = 200 + RANDOM.uniform(-1, 1, frames)
    return values.astype(np.float32)


def test_statistics_of_a_column_are_numpys() -> None:
    frames = clip()[:, :1]
    column = frames[:, 0].astype(np.float64)
    changes = column[2:] - column[:-2]
    expected = [
        column.mean(), column.std(), *np.percentile(column, [5, 25, 50, 75, 95]),
        np.percentile(column, 75) - np.percentile(column, 25), changes.std(), np.abs(changes).mean(),
        np.polyfit(np.linspace(-1, 1, 40), column, 1)[0],
    ]
    np.testing.assert_allclose(statistics(frames, ["mfcc_0"]), expected, rtol=1e-12)


def test_pauses_are_left_out() -> None:
    frames = clip()
    pause = frames[:15].copy()
    pause[:, 1] /= 1000  # 60 dB less
    pause[:, 0] += 500
    both = np.concatenate([pause, frames])
    np.testing.assert_allclose(statistics(both, COLUMNS)[:22], statistics(frames, COLUMNS)[:22], rtol=1e-9)
    assert statistics(both, COLUMNS)[-1] == 40 / 55


def test_jumps_of_the_pitch_are_no_voice() -> None:
    frames = clip()
    jumping = frames.copy()
    jumping[::2, 2] = 400
    jumping[-15:, 2] = 100
    measured = dict(zip(("share", "speech"), statistics(jumping, COLUMNS)[-2:], strict=True))
    assert measured == {"share": 14 / 40, "speech": 1.0}
    # In semitones: the pitch's mean is that of the steady end.
    assert statistics(jumping, COLUMNS)[-13] == pytest.approx(12 * np.log2(100))


@given(st.integers(1, 30))
def test_a_stretch_of_any_length_has_as_many_statistics(frames: int) -> None:
    measured = statistics(clip(frames), COLUMNS)
    assert measured.shape == (35,)
    assert np.isfinite(measured).all()


def test_digital_silence_has_statistics_too() -> None:
    assert np.isfinite(statistics(np.zeros((20, 3), np.float32), COLUMNS)).all()


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


def test_one_clip_of_a_label_will_do() -> None:
    classes = np.array([0] * 10 + [1])
    windows = [clip() for _ in classes]
    assert np.isfinite(Baseline.fit(windows, COLUMNS, classes, 2, balanced=True).weights).all()


def test_too_few_clips() -> None:
    with pytest.raises(UserError, match="2 training clips for 2 labels are too few to learn from"):
        Baseline.fit([clip(), clip()], COLUMNS, np.array([0, 1]), 2, balanced=True)


def test_it_comes_back_and_the_same_numbers_are_the_same_bytes(tmp_path: Path) -> None:
    learnt = Baseline(RANDOM.normal(size=(35, 2)).astype(np.float32), RANDOM.normal(size=2))
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
