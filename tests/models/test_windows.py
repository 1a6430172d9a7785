"""Windows hold every frame of a clip, in order, and nothing else but zeros."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.models.windows import inference_windows, pad


def numbered(frames: int) -> np.ndarray:
    """Frame t holds t + 1 and -(t + 1), so that no frame is zero and each is told from the others."""
    return np.stack([np.arange(1, frames + 1), -np.arange(1, frames + 1)], axis=1).astype(np.float32)


def test_pad_puts_a_clip_among_zeros() -> None:
    window = pad(numbered(2), 1, 4)
    assert window.tolist() == [[0, 0], [1, -1], [2, -2], [0, 0]]
    assert window.dtype == np.float32


def test_pad_gives_a_copy() -> None:
    clip = numbered(3)
    pad(clip, 0, 3)[:] = 0
    np.testing.assert_array_equal(clip, numbered(3))


@given(st.integers(1, 40), st.integers(1, 40))
def test_a_short_clip_gives_one_window_with_the_clip_in_its_middle(length: int, more: int) -> None:
    frames = length + more - 1
    windows, first_frames = inference_windows(numbered(length), frames)
    assert first_frames.tolist() == [0]
    assert windows.shape == (1, frames, 2)
    held = np.flatnonzero(windows[0, :, 0])
    np.testing.assert_array_equal(windows[0, held], numbered(length))
    before, after = held[0], frames - 1 - held[-1]
    assert 0 <= after - before <= 1
    assert windows.dtype == np.float32


@given(st.integers(1, 200), st.integers(2, 60))
def test_a_long_clip_is_covered_from_first_to_last_frame_with_half_overlap(more: int, frames: int) -> None:
    windows, starts = inference_windows(numbered(frames + more), frames)
    np.testing.assert_array_equal(windows[:, 0, 0] - 1, starts)
    assert starts[0] == 0
    assert starts[-1] == more
    steps = np.diff(starts)
    assert (steps > 0).all()
    assert (steps <= frames / 2).all()
    for start, window in zip(starts, windows, strict=True):
        np.testing.assert_array_equal(window, numbered(frames + more)[start : start + frames])


@given(st.integers(1, 200), st.integers(2, 60))
def test_windows_are_evenly_spaced(more: int, frames: int) -> None:
    steps = np.diff(inference_windows(numbered(frames + more), frames)[1])
    assert steps.max() - steps.min() <= 1


@pytest.mark.parametrize(("length", "starts"), [
    (10, [0]), (11, [0, 1]), (15, [0, 5]), (16, [0, 3, 6]), (20, [0, 5, 10]),
])
def test_by_hand(length: int, starts: list[int]) -> None:
    assert inference_windows(numbered(length), 10)[1].tolist() == starts


def test_windows_of_one_frame() -> None:
    assert inference_windows(numbered(3), 1)[0][:, 0, 0].tolist() == [1, 2, 3]
