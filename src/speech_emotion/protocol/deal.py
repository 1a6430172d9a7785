"""Deal what must stay whole, such as speakers, into groups: every label in each, and each near its share."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

_STARTS = 20
"""Of a search that finds no place for every label, before the best that was found is taken."""
_TRIED = 200
"""Units between which exchanges are tried at a time: all of them, but in very large data."""

_ONE_MORE_OR_LESS = np.array([0, 1, -1])[:, None, None]
_EXACT = 2.0**53
"""Whole numbers below this are exact in floating point, and so are their sums below it, in whatever order."""


@dataclass(frozen=True)
class Group:
    """What is wished of a group.

    Attributes
    ----------
    share : float
        Of everything that is balanced, in ]0, 1[.
    lacking : int >= 1
        How bad it is if it lacks a label. A label of fewer units than there are groups is wished for only in as many
        groups, those where lacking it is worst.
    hoarding : int >= 0
        How bad it is if all other groups together lack a label that it has.
    sparing : int >= 0
        How bad it is if they have one unit with that label.
    """

    share: float
    lacking: int
    hoarding: int = 0
    sparing: int = 0


def deal(
    amounts: Integers, holds: NDArray[np.bool_], groups: Sequence[Group], costs: Integers, seed: int
) -> Integers:
    """Deal units into groups: first with the labels where they are wished for, then near the shares.

    From a random start, units are moved and exchanged for as long as it helps. All is calculated in integers, so that
    every machine deals alike.

    Parameters
    ----------
    amounts : np.ndarray [shape=(units, columns), dtype=int64]
        What each unit has of everything that is balanced. The sum of the squares of all distances from the shares is
        made small, so a column in twice as large numbers counts four times.
    holds : np.ndarray [shape=(units, labels), dtype=bool]
        Which labels each unit has.
    groups : sequence of Group
        Not more than there are units.
    costs : np.ndarray [shape=(units, groups), dtype=int64]
        What it costs, beside that sum, to have each unit in each group.
    seed : int
        Of the start.

    Returns
    -------
    np.ndarray [shape=(units,), dtype=int64]
        The group of each unit; none is empty.

    Examples
    --------
    Only the first and the last have the label:

    >>> holds = np.array([[True], [False], [False], [True]])
    >>> halves = [Group(0.5, lacking=1), Group(0.5, lacking=1)]
    >>> dealt = deal(np.ones((4, 1), np.int64), holds, halves, costs=np.zeros((4, 2), np.int64), seed=0)
    >>> bool(dealt[0] != dealt[3]), sorted(dealt.tolist())
    (True, [0, 0, 1, 1])
    """
    random = np.random.default_rng(seed)
    search = _Search(amounts, holds, groups, costs)
    least, best = search.descend(random)
    for _ in range(_STARTS - 1):
        if least < search.misplaced:  # every label is where it is wished for
            break
        cost, found = search.descend(random)
        if cost < least:
            least, best = cost, found
    return best


class _Search:
    """What a dealing costs, and the steps that make it cheaper."""

    def __init__(
        self, amounts: Integers, holds: NDArray[np.bool_], groups: Sequence[Group], costs: Integers
    ) -> None:
        # One label more, which all units have: a group without it is empty.
        self.holds = np.column_stack([holds, np.ones(len(holds), bool)]).astype(np.int64)
        self.amounts, self.costs = amounts, costs
        total = amounts.sum(axis=0)
        self.shares = np.array([group.share for group in groups])
        self.targets = np.rint(self.shares[:, None] * total).astype(np.int64)
        # A label in a wrong place costs more than everything else can.
        self.misplaced = int((total**2).sum()) * len(groups) + int(costs.max(axis=1).sum()) + 1
        self.holders = self.holds.sum(axis=0)
        lacking, hoarding, sparing = (self.misplaced * np.array([[getattr(group, name)] for group in groups])
                                      for name in ("lacking", "hoarding", "sparing"))
        at_least_as_bad = (lacking <= lacking.T).sum(axis=1, keepdims=True)
        self.lacking = lacking * (at_least_as_bad <= self.holders)
        # Worse than what it can cost to put some unit there.
        self.lacking[:, -1] = (lacking + hoarding + sparing).max() * len(self.holders)
        self.hoarding, self.sparing = hoarding * (self.holders > 1), sparing * (self.holders > 2)
        self.sizes = (amounts**2).sum(axis=1)
        # Products of matrices are quick in floating point, and as exact if no number comes near its limits.
        largest = float(np.abs(amounts).max()) * float(np.abs(amounts).sum(axis=0).max()) * amounts.shape[1]
        self.doubled = 2 * (amounts.astype(np.float64) if 4 * largest < _EXACT else amounts)

    def descend(self, random: np.random.Generator) -> tuple[int, Integers]:
        """Deal at random and take the best step until none helps; the cost then, and the group of each unit."""
        count = len(self.amounts)
        where = np.searchsorted(np.cumsum(self.shares)[:-1], (random.permutation(count) + 0.5) / count)
        over = np.stack([self.amounts[where == group].sum(axis=0) for group in range(len(self.shares))]) - self.targets
        counts = np.stack([self.holds[where == group].sum(axis=0) for group in range(len(self.shares))])
        while True:
            some = np.sort(random.permutation(count)[:_TRIED])
            more, less = self._changes(counts)
            into, out = self._steps(over, more, less)
            moves = self._moves(where, into, out)
            exchange, pair = self._exchange(where, some, into, out, more + less)
            least = int(moves.min())
            if min(least, exchange) >= 0:
                cost = (over**2).sum() + self._misplaced(counts).sum() + _own(self.costs, where).sum()
                return int(cost), where
            if least <= exchange:
                unit, group = np.unravel_index(moves.argmin(), moves.shape)
                goes = [(unit, group)]
            else:
                goes = list(zip(pair, where[pair[::-1]], strict=True))
            for unit, group in goes:
                for kept, each in ((over, self.amounts), (counts, self.holds)):
                    kept[where[unit]] -= each[unit]
                    kept[group] += each[unit]
                where[unit] = group

    def _misplaced(self, counts: Integers) -> Integers:
        costs: Integers = (self.lacking * (counts <= 0) + self.hoarding * (counts >= self.holders)
                           + self.sparing * (counts == self.holders - 1))
        return costs

    def _changes(self, counts: Integers) -> tuple[Integers, Integers]:
        """Say what one unit more, and one less, of each label costs each group."""
        now, more, less = self._misplaced(counts + _ONE_MORE_OR_LESS)
        return more - now, less - now

    def _steps(self, over: Integers, more: Integers, less: Integers) -> tuple[Integers, Integers]:
        """Say what each unit costs each group that it comes into, and that it goes out of."""
        along, size = _integers(self.doubled @ over.T) + self.costs, self.sizes[:, None]
        into, out = size + along, size - along
        if more.any():  # mostly, every group has enough of every label
            into += self.holds @ more.T
        if less.any():
            out += self.holds @ less.T
        return into, out

    def _moves(self, where: Integers, into: Integers, out: Integers) -> Integers:
        """Say what it would change to move each unit to each group."""
        changes: Integers = into + _own(out, where)[:, None]
        changes[np.arange(len(where)), where] = 0
        return changes

    def _exchange(
        self, where: Integers, some: Integers, into: Integers, out: Integers, noticed: Integers
    ) -> tuple[int, Integers]:
        """Find the best exchange of two of some units: what it would change, at most 0, and the two, in their order.

        What a group notices of a label, it does not if both units have it.
        """
        best: tuple[int, int, int] = (0, 0, 0)
        members = [some[where[some] == group] for group in range(len(self.shares))]
        for one, other in combinations(range(len(members)), 2):
            row, column = members[one], members[other]
            if not len(row) or not len(column):
                continue
            there, back = out[row, one] + into[row, other], out[column, other] + into[column, one]
            # The square of their distance comes in twice.
            changes = there[:, None] + back
            changes -= _integers(self.doubled[row] @ self.doubled[column].T)
            by_both = noticed[one] + noticed[other]
            if by_both.any():
                changes -= (self.holds[row] * by_both) @ self.holds[column].T
            least = int(changes.min())
            if least <= best[0]:
                at = np.divmod(np.flatnonzero(changes == least), len(column))
                pairs = np.sort(np.stack([row[at[0]], column[at[1]]]), axis=0)
                first = np.lexsort(pairs[::-1])[0]
                best = min(best, (least, int(pairs[0, first]), int(pairs[1, first])))
        return best[0], np.array(best[1:])


def _integers(product: NDArray[np.generic]) -> Integers:
    return product.astype(np.int64, copy=False)


def _own(values: Integers, where: Integers) -> Integers:
    """Of each unit, the value for its own group."""
    return values[np.arange(len(where)), where]
