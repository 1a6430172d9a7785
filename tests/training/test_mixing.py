"""Mixup gives the shares and partners that it is asked for."""

import numpy as np
import pytest

from speech_emotion.training.augment import Batch, Mixup

COUNT = 60
LABELS = np.arange(COUNT) % 3


def batch() -> Batch:
    """Each window holds its number."""
    return Batch(np.arange(COUNT, dtype=np.float32)[:, None, None] * np.ones((1, 5, 2), np.float32),
                 np.eye(3, dtype=np.float32)[LABELS], np.linspace(0.5, 2, COUNT).astype(np.float32))


@pytest.mark.parametrize("within_label", [False, True])
def test_windows_targets_and_weights_are_mixed_alike(within_label: bool) -> None:
    before = batch()
    after = Mixup(1.0, within_label)(batch(), np.random.default_rng(3))
    shares = np.random.default_rng(3)  # drawn after the partners, of whom each is one window's
    shares.random(COUNT), shares.random(COUNT)
    share = shares.beta(1.0, 1.0, size=COUNT)
    partners = ((after.windows[:, 0, 0] - share * np.arange(COUNT)) / (1 - share)).round().astype(int)
    assert sorted(partners) == list(range(COUNT))
    for mixed, own in zip(after[:3], before[:3], strict=True):
        wide = share.reshape(-1, *[1] * (own.ndim - 1))
        np.testing.assert_allclose(mixed, wide * own + (1 - wide) * own[partners], atol=1e-4)
        assert mixed.dtype == np.float32
    np.testing.assert_allclose(after.targets.sum(axis=1), 1, rtol=1e-6)
    if within_label:
        np.testing.assert_array_equal(LABELS[partners], LABELS)
        np.testing.assert_allclose(after.targets, before.targets, rtol=1e-6)
    else:
        assert (LABELS[partners] != LABELS).any()


def test_a_small_alpha_leaves_most_windows_nearly_as_they_are() -> None:
    def purity(alpha: float) -> float:
        targets = np.concatenate([Mixup(alpha, False)(batch(), np.random.default_rng(seed)).targets
                                  for seed in range(30)])
        return float(targets.max(axis=1).mean())

    assert purity(0.1) > purity(1.0) + 0.1 > purity(10.0) + 0.1


def test_partners_change_from_batch_to_batch() -> None:
    one, other = (Mixup(1.0, True)(batch(), np.random.default_rng(seed)).windows for seed in (1, 2))
    assert not np.allclose(one, other)


def test_a_batch_of_one_stays() -> None:
    single = Batch(*(values[:1] for values in batch()[:3]))
    np.testing.assert_allclose(Mixup(0.5, False)(single, np.random.default_rng(0)).weights, single.weights)


def test_a_mixed_window_competes_with_the_labels_of_both() -> None:
    # Each window competes with its own label alone, so that a mixed one does with those in its target.
    given = batch()
    mixed = Mixup(1.0, False)(given._replace(in_play=given.targets > 0), np.random.default_rng(5))
    assert mixed.in_play is not None
    np.testing.assert_array_equal(mixed.in_play, mixed.targets > 0)
    assert (mixed.in_play.sum(axis=1) == 2).any()
    assert Mixup(1.0, False)(given, np.random.default_rng(5)).in_play is None
