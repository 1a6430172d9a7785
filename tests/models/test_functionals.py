"""A stretch of frames as one vector: every statistic against NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.models.functionals import statistics

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
    assert statistics(jumping, COLUMNS)[-22] == pytest.approx(12 * np.log2(100))


@given(st.integers(1, 30))
def test_a_stretch_of_any_length_has_as_many_statistics(frames: int) -> None:
    measured = statistics(clip(frames), COLUMNS)
    assert measured.shape == (44,)
    assert np.isfinite(measured).all()


def test_digital_silence_has_statistics_too() -> None:
    assert np.isfinite(statistics(np.zeros((20, 3), np.float32), COLUMNS)).all()


def test_pairs_of_coarse_columns_are_correlated_as_numpy_does() -> None:
    names = ["mfcc_0", "mfcc_12", "mfcc_13", "zcr"]
    frames = RANDOM.normal(0, 10, (50, 4)).astype(np.float32)
    correlations = np.corrcoef(frames[:, [0, 1, 3]].astype(np.float64), rowvar=False)
    np.testing.assert_allclose(statistics(frames, names)[44:], correlations[np.triu_indices(3, 1)], atol=1e-6)


def test_a_constant_column_goes_with_none() -> None:
    frames = np.stack([np.arange(20), np.full(20, 3)], axis=1).astype(np.float32)
    assert statistics(frames, ["mfcc_0", "zcr"])[22:].tolist() == [0.0]


def test_columns_where_it_is_loud_and_where_it_is_soft() -> None:
    frames = np.stack([np.arange(12), np.linspace(0.1, 0.5, 12)], axis=1).astype(np.float32)
    level = 20 * np.log10(frames[:, 1].astype(np.float64))
    loud, soft = [8, 9, 10, 11], [0, 1, 2, 3]
    expected = [np.mean(values[which]) - values.mean() for which in (loud, soft) for values in (frames[:, 0], level)]
    np.testing.assert_allclose(statistics(frames, ["mfcc_0", "rms"])[-4:], expected, rtol=1e-6)
