"""Batches: every clip once an epoch, in an order and with windows that follow from seed and epoch alone."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from speech_emotion.training.augment import Noise, Step
from speech_emotion.training.batches import TrainingBatches

LENGTHS = [3, 8, 20, 1, 12, 8, 30, 5, 9, 2, 16]


def clips() -> list[np.ndarray]:
    """Column 0 is the clip's number (from 1), column 1 the frame's (from 1)."""
    return [
        np.stack([np.full(length, number + 1), np.arange(1, length + 1)], axis=1).astype(np.float32)
        for number, length in enumerate(LENGTHS)
    ]


def batches(
    seed: int = 1, steps: Sequence[Step] = (), normalise: Callable[[np.ndarray], np.ndarray] = lambda clip: clip,
    batch_size: int = 4, shift_frames: int = 5,
) -> TrainingBatches:
    count = len(LENGTHS)
    return TrainingBatches(
        clips(), np.eye(count, dtype=np.float32), np.arange(count, dtype=np.float32), [normalise] * count,
        window_frames=8, batch_size=batch_size, shift_frames=shift_frames, steps=steps, seed=seed,
    )


def epoch(given: TrainingBatches) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    parts = [given[index] for index in range(len(given))]
    windows, targets, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    return windows, targets, weights


def equal(one: Any, other: Any) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("batch_size", "sizes"), [(4, [4, 4, 3]), (11, [11]), (100, [11]), (1, [1] * 11)])
def test_shapes(batch_size: int, sizes: list[int]) -> None:
    given = batches(batch_size=batch_size)
    assert len(given) == len(sizes)
    for index, size in enumerate(sizes):
        windows, targets, weights = given[index]
        assert windows.shape == (size, 8, 2)
        assert targets.shape == (size, len(LENGTHS))
        assert weights.shape == (size,)
        assert windows.dtype == targets.dtype == weights.dtype == np.float32


def test_every_clip_once_an_epoch_with_its_own_target_and_weight() -> None:
    given = batches()
    for _ in range(3):
        windows, targets, weights = epoch(given)
        who = windows[:, :, 0].max(axis=1).astype(int) - 1
        assert sorted(who) == list(range(len(LENGTHS)))
        np.testing.assert_array_equal(targets.argmax(axis=1), who)
        np.testing.assert_array_equal(weights, who)
        given.on_epoch_end()


def test_seed_and_epoch_decide_everything() -> None:
    one, other = batches(seed=5), batches(seed=5)
    for _ in range(3):
        assert equal(epoch(one), epoch(other))
        one.on_epoch_end()
        other.on_epoch_end()
    assert not equal(epoch(batches(seed=5)), epoch(batches(seed=6)))


def test_the_order_of_asking_does_not_matter() -> None:
    forth, back = batches(steps=[Noise(1.0)]), batches(steps=[Noise(1.0)])
    expected = [forth[index] for index in range(len(forth))]
    for index in reversed(range(len(back))):
        assert equal(back[index], expected[index])
        assert equal(back[index], expected[index])


def test_each_epoch_has_another_order_and_other_windows() -> None:
    given = batches()
    seen = []
    for _ in range(5):
        windows, targets, _ = epoch(given)
        longest = windows[targets[:, 6] == 1][0]
        seen.append((tuple(targets.argmax(axis=1)), int(longest[0, 1])))
        given.on_epoch_end()
    assert len({order for order, _ in seen}) == 5
    assert len({start for _, start in seen}) > 1
    assert all(order != tuple(range(len(LENGTHS))) for order, _ in seen)


def test_long_clips_are_cut_anywhere_and_short_ones_placed_anywhere() -> None:
    given = batches()
    starts: dict[int, set[int]] = {number: set() for number in range(len(LENGTHS))}
    for _ in range(200):
        windows, targets, _ = epoch(given)
        for window, who in zip(windows, targets.argmax(axis=1), strict=True):
            held = np.flatnonzero(window[:, 0])
            length = LENGTHS[who]
            frames = window[held, 1].astype(int)
            assert len(held) == min(length, 8)
            np.testing.assert_array_equal(np.diff(held), 1)
            np.testing.assert_array_equal(np.diff(frames), 1)
            starts[who].add(int(frames[0]) - 1 if length >= 8 else -int(held[0]))
        given.on_epoch_end()
    for who, length in enumerate(LENGTHS):
        spare = length - 8
        assert starts[who] == set(range(min(spare, 0), max(spare, 0) + 1))


def test_short_clips_lie_no_further_off_the_middle_than_asked() -> None:
    given = batches(shift_frames=1)
    places = set()
    for _ in range(60):
        windows, targets, _ = epoch(given)
        places.add(int(np.flatnonzero(windows[targets[:, 0] == 1][0, :, 0])[0]))
        given.on_epoch_end()
    assert places == {1, 2, 3}  # of 8 frames, 3 are the clip


def test_padding_is_zero_after_normalisation() -> None:
    windows, targets, _ = epoch(batches(normalise=lambda clip: clip + np.float32(100)))
    shortest = windows[targets[:, 3] == 1][0]
    assert sorted(shortest[:, 0])[:-1] == [0] * 7
    assert shortest[:, 0].max() == 104


def test_augmentation_is_applied_and_leaves_the_features_alone() -> None:
    features = clips()
    count = len(features)
    given = TrainingBatches(
        features, np.eye(count, dtype=np.float32), np.ones(count, np.float32), [lambda clip: clip] * count,
        window_frames=8, batch_size=4, shift_frames=5, steps=[Noise(1.0)], seed=1,
    )
    for feature in features:
        feature.flags.writeable = False  # as a memory-mapped store is
    windows = epoch(given)[0]
    assert (windows % 1 != 0).all()
    assert equal(features, clips())


class Raised:
    """Adds one hundred times the window's place in its batch."""

    def draw(self, windows: int, seed: Sequence[int]) -> list[Any]:
        assert seed == [1, 0, 0]
        return [lambda window, frames: frames + np.float32(100 * window)]


def test_a_clip_is_seen_changed_and_normalised_each_by_its_own() -> None:
    count = len(LENGTHS)
    given = TrainingBatches(
        clips(), np.eye(count, dtype=np.float32), np.ones(count, np.float32),
        [lambda frames, number=number: frames * np.float32(1 + 10 * number) for number in range(count)],
        window_frames=8, batch_size=count, shift_frames=0, steps=(), seed=1, see=lambda clip: clip[:, :1],
        spectral=Raised(),  # type: ignore[arg-type]
    )
    windows, targets, _ = given[0]
    assert windows.shape == (count, 8, 1)
    for at, (window, number) in enumerate(zip(windows, targets.argmax(axis=1), strict=True)):
        held = window[window != 0]
        assert len(held) == min(LENGTHS[number], 8), "what lies about a clip stays zero"
        np.testing.assert_array_equal(held, (number + 1 + 100 * at) * (1 + 10 * number))
