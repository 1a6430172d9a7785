"""The search finds a place for every label where there is one, compared with trying everything."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech_emotion.protocol.deal import Group, deal

PARTS = [Group(0.6, lacking=100), Group(0.15, lacking=1), Group(0.25, lacking=2)]


def folds(count: int) -> list[Group]:
    return [Group(1 / count, lacking=2, hoarding=100, sparing=1)] * count


def badness(holds: np.ndarray, where: Sequence[int], groups: Sequence[Group]) -> int:
    """What the labels of a dealing cost, told anew: a label of few units is wished for in the worst groups only."""
    total = 0
    for label in holds.T:
        counts = [int(label[np.array(where) == group].sum()) for group in range(len(groups))]
        having = int(label.sum())
        for group, count in zip(groups, counts, strict=True):
            wished = sum(other.lacking >= group.lacking for other in groups) <= having
            total += group.lacking * (wished and count == 0)
            total += group.hoarding * (having > 1 and count == having)
            total += group.sparing * (having > 2 and count == having - 1)
    return total


@settings(max_examples=60)
@given(data=st.data(), groups=st.sampled_from([PARTS, PARTS[:2], folds(2), folds(3)]))
def test_no_dealing_has_labels_in_better_places(data: st.DataObject, groups: list[Group]) -> None:
    units, labels = data.draw(st.integers(len(groups), 7)), data.draw(st.integers(1, 4))
    bits = st.lists(st.booleans(), min_size=labels, max_size=labels)
    holds = np.array(data.draw(st.lists(bits, min_size=units, max_size=units)))
    sizes = np.array(data.draw(st.lists(st.integers(1, 1000), min_size=units, max_size=units)))
    where = deal(sizes[:, None], holds, groups, np.zeros((units, len(groups)), np.int64), seed=0)
    assert set(where) == set(range(len(groups)))
    every = [one for one in itertools.product(range(len(groups)), repeat=units) if len(set(one)) == len(groups)]
    assert badness(holds, where.tolist(), groups) == min(badness(holds, one, groups) for one in every)


def test_shares_are_met_where_they_can_be() -> None:
    sizes = np.array([100, 300, 500, 700, 900, 1100])
    amounts = np.column_stack([np.full(6, 1000), sizes])
    where = deal(amounts, np.ones((6, 1), bool), folds(2), np.zeros((6, 2), np.int64), seed=3)
    assert sorted(int(sizes[where == group].sum()) for group in range(2)) == [1700, 1900]
    assert [int((where == group).sum()) for group in range(2)] == [3, 3]


def test_a_cost_decides_between_what_is_equal_otherwise() -> None:
    costs = np.zeros((6, 2), np.int64)
    costs[:3, 0] = costs[3:, 1] = 1
    for seed in range(4):
        where = deal(np.full((6, 1), 100), np.ones((6, 1), bool), folds(2), costs, seed)
        assert where.tolist() == [1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize("units", [40, 500])
def test_many_units_are_dealt_near_their_shares(units: int) -> None:
    random = np.random.default_rng(1)
    amounts, holds = random.integers(50, 150, (units, 5)), random.random((units, 6)) < 0.3
    where = deal(amounts, holds, PARTS, np.zeros((units, 3), np.int64), seed=0)
    total = amounts.sum(axis=0)
    for number, group in enumerate(PARTS):
        assert np.abs(amounts[where == number].sum(axis=0) / total - group.share).max() < 0.02
        assert holds[where == number].any(axis=0).all()
