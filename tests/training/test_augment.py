"""Each step of augmentation does what it is asked to, to each window for itself, from its own random numbers only."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.params.train_cnn import Augment
from speech_emotion.training.augment import (
    Batch,
    ColumnMasks,
    Mixup,
    Noise,
    Step,
    TimeMasks,
    TimeWarp,
    augment,
    chain,
)

OFF: dict[str, Any] = {
    "shift_seconds": 0.0, "time_warp": 0.0, "time_masks": 0, "time_mask_seconds": 0.0, "coefficient_masks": 0,
    "coefficient_mask_width": 0, "noise": 0.0, "gain_db": 0.0, "tilt_db": 0.0, "frequency_warp": 0.0, "mixup": 0.0,
    "mixup_within_label": False,
}
EVERYTHING: dict[str, Any] = {
    "shift_seconds": 0.1, "time_warp": 0.2, "time_masks": 1, "time_mask_seconds": 0.1, "coefficient_masks": 1,
    "coefficient_mask_width": 4, "noise": 0.3, "gain_db": 6.0, "tilt_db": 6.0, "frequency_warp": 0.1, "mixup": 0.0,
    "mixup_within_label": False,
}


def batch(windows: int = 8, frames: int = 30, columns: int = 10) -> Batch:
    return Batch(np.ones((windows, frames, columns), np.float32), np.eye(windows, dtype=np.float32),
                 np.arange(windows, dtype=np.float32))


def applied(step: Step, seed: int, **shape: int) -> np.ndarray:
    return step(batch(**shape), np.random.default_rng(seed)).windows


def stretches(zero: np.ndarray) -> int:
    """How many stretches of True there are."""
    return int(np.diff(np.concatenate([[0], zero.astype(int)])).clip(0).sum())


def test_switched_off_there_is_no_step() -> None:
    assert chain(Augment(**OFF), 100.0) == ()


def test_every_switch_is_a_step_of_its_own() -> None:
    assert chain(Augment(**EVERYTHING), 100.0) == (TimeWarp(0.2), Noise(0.3), TimeMasks(1, 10), ColumnMasks(1, 4))
    assert chain(Augment(**EVERYTHING), 50.0)[2] == TimeMasks(1, 5), "seconds become frames at the given rate"
    assert chain(Augment(**{**EVERYTHING, "time_masks": 0}), 100.0) == (TimeWarp(0.2), Noise(0.3), ColumnMasks(1, 4))
    assert chain(Augment(**{**OFF, "mixup": 0.2, "mixup_within_label": True}), 100.0) == (Mixup(0.2, True),)
    assert chain(Augment(**{**EVERYTHING, "mixup": 0.2}), 100.0)[-1] == Mixup(0.2, False)


def test_the_same_seed_gives_the_same_batch_and_another_gives_another() -> None:
    steps = chain(Augment(**EVERYTHING), 100.0)
    one = augment(batch(), steps, [1, 2]).windows
    np.testing.assert_array_equal(one, augment(batch(), steps, [1, 2]).windows)
    assert (one != augment(batch(), steps, [1, 3]).windows).any()


def test_a_step_does_the_same_whatever_the_others_are() -> None:
    masks = TimeMasks(2, 6)
    alone = augment(batch(), [masks], [5]).windows == 0
    beside = augment(batch(), [Noise(1.0), masks, ColumnMasks(0, 0)], [5]).windows == 0
    np.testing.assert_array_equal(alone, beside)


def test_targets_weights_and_types_stay() -> None:
    given_batch = batch()
    changed = augment(batch(), chain(Augment(**EVERYTHING), 100.0), [0])
    np.testing.assert_array_equal(changed.targets, given_batch.targets)
    np.testing.assert_array_equal(changed.weights, given_batch.weights)
    assert {array.dtype for array in changed[:3]} == {np.dtype(np.float32)}


def test_windows_are_changed_apart() -> None:
    masked = (applied(TimeMasks(1, 10), 0, windows=50) == 0).all(axis=2)
    assert len({row.tobytes() for row in masked}) > 20


@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([0, 5, 10, 500]))
def test_time_masks_are_whole_frames_few_and_narrow_enough(seed: int, count: int, widest: int) -> None:
    windows = applied(TimeMasks(count, widest), seed)
    assert set(np.unique(windows)) <= {0, 1}
    for window in windows:
        masked = (window == 0).any(axis=1)
        np.testing.assert_array_equal((window == 0).all(axis=1), masked)
        assert masked.sum() <= count * widest
        assert stretches(masked) <= count


@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([0, 1, 4, 50]))
def test_column_masks_are_whole_columns_few_and_narrow_enough(seed: int, count: int, widest: int) -> None:
    for window in applied(ColumnMasks(count, widest), seed):
        masked = (window == 0).any(axis=0)
        np.testing.assert_array_equal((window == 0).all(axis=0), masked)
        assert masked.sum() <= count * widest
        assert stretches(masked) <= count


@pytest.mark.parametrize(("step", "axis", "widest"), [(TimeMasks(1, 5), 2, 5), (ColumnMasks(1, 3), 1, 3)])
def test_every_width_up_to_the_widest_and_every_place_occurs(step: Step, axis: int, widest: int) -> None:
    masked = (applied(step, 0, windows=400) == 0).all(axis=axis)
    assert {int(row.sum()) for row in masked} == set(range(widest + 1))
    assert masked.any(axis=0).all()


@given(st.integers(0, 10_000), st.sampled_from([0.05, 0.3, 0.9]))
def test_time_is_warped_about_the_middle_as_numpy_interpolates(seed: int, share: float) -> None:
    windows = np.random.default_rng(seed).standard_normal((3, 21, 2), dtype=np.float32)
    warped = TimeWarp(share)(Batch(windows, np.eye(3, dtype=np.float32), np.ones(3, np.float32)),
                             np.random.default_rng(seed)).windows
    factors = np.random.default_rng(seed).uniform(1 - share, 1 + share, size=3)
    for before, after, factor in zip(windows, warped, factors, strict=True):
        for column in range(2):
            # Where each frame goes to, from its distance to the middle.
            moved = 10 + (np.arange(21) - 10) * factor
            expected = np.interp(np.arange(21), moved, before[:, column], left=0, right=0)
            np.testing.assert_allclose(after[:, column], expected, atol=1e-4)
    np.testing.assert_array_equal(warped[:, 10], windows[:, 10])


def test_noise_has_the_asked_standard_deviation() -> None:
    noise = applied(Noise(0.25), 0, windows=2, frames=200, columns=200) - 1
    assert noise.std() == pytest.approx(0.25, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=0.005)


def test_masks_lie_over_the_noise() -> None:
    windows = augment(batch(), chain(Augment(**{**OFF, "noise": 1.0, "time_masks": 3, "time_mask_seconds": 0.3}),
                                     100.0), [1]).windows
    masked = (windows == 0).all(axis=2)
    assert masked.any()
    assert (windows[~masked] != 0).all()
