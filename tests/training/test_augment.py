"""Augmentation masks and adds noise as asked, from the given generator only."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.params.train_cnn import Augment
from speech_emotion.training.augment import Augmentation

OFF: dict[str, Any] = {
    "shift_seconds": 0.0, "time_masks": 0, "time_mask_seconds": 0.0, "coefficient_masks": 0,
    "coefficient_mask_width": 0, "noise": 0.0,
}


def applied(seed: int, frames: int = 30, columns: int = 10, rate: float = 100.0, **settings: Any) -> np.ndarray:
    window = np.ones((frames, columns), np.float32)
    return Augmentation(Augment(**{**OFF, **settings}), rate).apply(window, np.random.default_rng(seed))


def runs(zero: np.ndarray) -> int:
    """How many stretches of True there are."""
    return int(np.diff(np.concatenate([[0], zero.astype(int)])).clip(0).sum())


def test_switched_off_it_changes_nothing() -> None:
    np.testing.assert_array_equal(applied(0), 1)


def test_the_same_generator_gives_the_same_window_and_another_gives_another() -> None:
    everything = {"time_masks": 1, "time_mask_seconds": 0.1, "coefficient_masks": 1, "coefficient_mask_width": 4,
                  "noise": 0.3}
    np.testing.assert_array_equal(applied(3, **everything), applied(3, **everything))
    assert (applied(3, **everything) != applied(4, **everything)).any()


def test_it_works_in_place_and_keeps_the_type() -> None:
    window = np.ones((5, 4), np.float32)
    augmentation = Augmentation(Augment(**{**OFF, "noise": 1.0}), 100.0)
    changed = augmentation.apply(window, np.random.default_rng(0))
    assert changed is window
    assert changed.dtype == np.float32


@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([0.0, 0.05, 0.1, 5.0]))
def test_time_masks_are_whole_frames_few_and_narrow_enough(seed: int, masks: int, seconds: float) -> None:
    window = applied(seed, time_masks=masks, time_mask_seconds=seconds)
    masked = (window == 0).any(axis=1)
    assert set(np.unique(window)) <= {0, 1}
    np.testing.assert_array_equal((window == 0).all(axis=1), masked)
    assert masked.sum() <= masks * round(seconds * 100)
    assert runs(masked) <= masks


@given(st.integers(0, 10_000), st.integers(1, 3), st.sampled_from([0, 1, 4, 50]))
def test_coefficient_masks_are_whole_columns_few_and_narrow_enough(seed: int, masks: int, width: int) -> None:
    window = applied(seed, coefficient_masks=masks, coefficient_mask_width=width)
    masked = (window == 0).any(axis=0)
    np.testing.assert_array_equal((window == 0).all(axis=0), masked)
    assert masked.sum() <= masks * width
    assert runs(masked) <= masks


@pytest.mark.parametrize(("settings", "axis", "widest"), [
    ({"time_masks": 1, "time_mask_seconds": 0.05}, 1, 5),
    ({"coefficient_masks": 1, "coefficient_mask_width": 3}, 0, 3),
])
def test_every_width_up_to_the_widest_and_every_place_occurs(
    settings: dict[str, Any], axis: int, widest: int
) -> None:
    masks = [(applied(seed, **settings) == 0).all(axis=axis) for seed in range(400)]
    assert {int(mask.sum()) for mask in masks} == set(range(widest + 1))
    assert np.any(masks, axis=0).all()


def test_seconds_become_frames_at_the_given_rate() -> None:
    widths = [(applied(seed, rate=50.0, time_masks=1, time_mask_seconds=0.1) == 0).all(axis=1).sum()
              for seed in range(100)]
    assert max(widths) == 5


def test_noise_has_the_asked_standard_deviation() -> None:
    noise = applied(0, frames=200, columns=200, noise=0.25) - 1
    assert noise.std() == pytest.approx(0.25, rel=0.02)
    assert noise.mean() == pytest.approx(0, abs=0.005)


def test_masks_lie_over_the_noise() -> None:
    window = applied(1, noise=1.0, time_masks=3, time_mask_seconds=0.3)
    frames = (window == 0).all(axis=1)
    assert frames.any()
    assert (window[~frames] != 0).all()
