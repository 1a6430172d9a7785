"""Deal speakers, statements or clips into parts that hold every label and are alike in corpus, sex and emotion."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from speech_emotion.core.errors import UserError
from speech_emotion.protocol.deal import Group, Integers, deal

Chosen = NDArray[np.bool_]

_LACKING: Mapping[str, int] = {"train": 100, "test": 2, "validation": 1}
"""How bad it is if a part lacks a label: it cannot be learnt, is not measured, cannot be validated."""
_UNIT = 100
"""What a unit weighs on average in what is balanced: large enough to be rounded to a whole number."""
_SWAMPS = 1 / 3
"""Share of a part's clips above which a speaker with far more clips than others is kept out of it."""


def speaker_groups(clips: pd.DataFrame, count: int, seed: int) -> list[Chosen]:
    """Deal whole speakers into groups, each of which is tested while the others are trained on.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows of the manifest: corpus, speaker, sex, label.
    count : int
        Number of groups, from 2 to the number of speakers.
    seed : int

    Returns
    -------
    list of np.ndarray [shape=(len(clips),), dtype=bool]
        For each group, which clips are in it; every clip is in exactly one.

    Examples
    --------
    >>> clips = pd.DataFrame({"corpus": "toy", "speaker": ["ann", "bea", "cal", "dan"] * 2,
    ...                       "sex": ["female", "female", "male", "male"] * 2, "label": ["anger"] * 4 + ["fear"] * 4})
    >>> one, other = (clips[group] for group in speaker_groups(clips, 2, seed=0))
    >>> set(one["speaker"]) & set(other["speaker"])
    set()
    >>> one["sex"].tolist()
    ['female', 'male', 'female', 'male']
    """
    tested = Group(1 / count, lacking=_LACKING["test"], hoarding=_LACKING["train"], sparing=_LACKING["validation"])
    dealt = _every(clips, [tested] * count, seed)
    return [dealt == group for group in range(count)]


def speaker_parts(clips: pd.DataFrame, shares: Mapping[str, float], seed: int) -> pd.Series:
    """Deal whole speakers into the parts of a fold.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows of the manifest: corpus, speaker, sex, label; at least as many speakers as parts.
    shares : mapping of str to float
        By part ("train", "validation", "test"), about which share of the speakers, and of their clips, it gets; they
        add up to 1.
    seed : int

    Returns
    -------
    pd.Series
        The part of each clip. No part is empty.

    Examples
    --------
    Ann speaks as often as the others together, so most can be learnt from her:

    >>> clips = pd.DataFrame({"corpus": "toy", "speaker": ["ann", "ann", "bea", "cal"], "sex": "female",
    ...                       "label": "anger"})
    >>> speaker_parts(clips, {"train": 0.5, "validation": 0.25, "test": 0.25}, seed=0)[:2].tolist()
    ['train', 'train']
    """
    groups = [Group(share, lacking=_LACKING[part]) for part, share in shares.items()]
    return pd.Series(np.array(list(shares))[_every(clips, groups, seed)], index=clips.index)


class Chooser:
    """Chooses about a fraction of what a column names, to validate with while the others are trained on.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows of the manifest: corpus, speaker, sex, label, statement. What is counted of them is counted once, for all
        folds.
    by : {"speaker", "statement"}
        What is chosen whole.

    Examples
    --------
    >>> clips = pd.DataFrame({"corpus": "toy", "speaker": ["ann", "bea", "cal", "dan"], "sex": "female",
    ...                       "statement": "a door", "label": ["anger", "anger", "fear", "anger"]})
    >>> Chooser(clips, "speaker").some(np.array([True, True, True, False]), 0.25, seed=0).tolist()
    [False, True, False, False]
    """

    def __init__(self, clips: pd.DataFrame, by: str) -> None:
        self._clips = clips
        self._by = by
        self._known = clips[by].notna().to_numpy()
        self._units = _Units(clips, by)

    def some(self, train: Chosen, fraction: float, seed: int) -> Chosen:
        """Choose from the clips of a training part.

        Parameters
        ----------
        train : np.ndarray [shape=(len(clips),), dtype=bool]
            Which clips it has.
        fraction : float
            In ]0, 1[, of the speakers (or statements) and of their clips; at least one is chosen, and one is not.
        seed : int

        Returns
        -------
        np.ndarray [shape=(len(clips),), dtype=bool]
            Which clips are chosen, all of them of `train`. Clips whose statement is unknown are chosen one by one.

        Raises
        ------
        UserError
            If there are fewer than two to choose from.
        """
        chosen = np.zeros(len(train), dtype=bool)
        known, unknown = train & self._known, np.flatnonzero(train & ~self._known)
        available = self._units.count(known)
        if not len(unknown) or available > 1:
            if available < 2:
                raise _too_few(available, self._by)
            groups = [Group(1 - fraction, lacking=_LACKING["train"]), Group(fraction, lacking=_LACKING["validation"])]
            chosen[known] = self._units.dealt(known, groups, seed) == 1
        if len(unknown):
            chosen[unknown[some_clips(self._clips.iloc[unknown], fraction, seed)]] = True
        return chosen


def clip_groups(clips: pd.DataFrame, count: int, seed: int) -> list[Chosen]:
    """Deal clips into groups alike in corpus and emotion, whoever speaks; otherwise as `speaker_groups`."""
    turn = _by_label(clips, seed).argsort()
    return [turn % count == group for group in range(count)]


def some_clips(clips: pd.DataFrame, fraction: float, seed: int) -> Chosen:
    """Choose about a fraction of the clips, whoever speaks; otherwise as `Chooser`."""
    if len(clips) < 2:
        raise _too_few(len(clips), "clip")
    chosen = np.zeros(len(clips), dtype=bool)
    in_order = _by_label(clips, seed)
    for rows in np.split(in_order, np.flatnonzero(np.diff(clips["label"].factorize()[0][in_order])) + 1):
        wanted = min(max(round(fraction * len(rows)), 1), len(rows) - 1)
        # Evenly spaced, so that every corpus gives its share.
        chosen[rows[np.floor((np.arange(wanted) + 0.5) * len(rows) / max(wanted, 1)).astype(int)]] = True
    return chosen


def _by_label(clips: pd.DataFrame, seed: int) -> NDArray[np.intp]:
    """Rows by label, then by corpus, then at random."""
    keys = [np.random.default_rng(seed).permutation(len(clips)),
            *(pd.factorize(clips[name], sort=True)[0] for name in ("corpus", "label"))]
    return np.lexsort(keys)


def _every(clips: pd.DataFrame, groups: Sequence[Group], seed: int) -> Integers:
    """Deal all speakers."""
    return _Units(clips, "speaker").dealt(np.ones(len(clips), dtype=bool), groups, seed)


def _too_few(available: int, what: str) -> UserError:
    return UserError(f"train_cnn.split leaves {available or 'no'} {what} both to train on and to validate")


class _Units:
    """Which units clips are of, such as speakers, and what is balanced over them, as numbers."""

    def __init__(self, clips: pd.DataFrame, by: str) -> None:
        self._unit, _ = pd.factorize(clips[by], sort=True)
        corpus, label = clips["corpus"].astype(str), clips["label"].astype(str)
        sex = corpus + "/" + clips["sex"].fillna("unknown").astype(str)
        self._kinds = [np.zeros(len(clips), dtype=np.intp),
                       *(pd.factorize(kind, sort=True)[0] for kind in (corpus, sex, label))]
        known = self._unit >= 0  # whose statement is unknown is of no unit
        num_units = int(self._unit.max(initial=-1)) + 1
        self._every = [_counts(self._unit[known], num_units, kind[known]) for kind in self._kinds]

    def count(self, which: Chosen) -> int:
        """Give the number of units of some clips."""
        return int(np.count_nonzero(np.bincount(self._unit[which])))

    def dealt(self, which: Chosen, groups: Sequence[Group], seed: int) -> Integers:
        """Deal the units of some clips, and give the group of each of these clips."""
        unit = self._unit[which]
        counts = np.bincount(unit, minlength=len(self._every[0]))
        there = counts > 0
        unit = (np.cumsum(there) - 1)[unit]  # numbered without gaps
        if (counts[there] == self._every[0][there, 0]).all():  # whole units, which are counted already
            tables = [_occurring(every[there]) for every in self._every]
        else:
            tables = [_occurring(_counts(unit, int(np.count_nonzero(there)), kind[which])) for kind in self._kinds]
        sizes = tables[0][:, 0]
        room = np.array([group.share for group in groups]) * sizes.sum()
        # Of deals that are about as good, another seed takes another.
        costs = np.random.default_rng(seed).integers(0, _UNIT**2, (len(sizes), len(groups)))
        weights = np.ones(len(sizes))
        if room.min() < room.max():
            # Who would swamp a small part has a place in a large one, and is no reason to take others out of that.
            swamps = (sizes > _SWAMPS * room.min()) & (sizes > 2 * sizes.mean())
            costs[swamps] += np.rint(1000 * (_UNIT * sizes[swamps, None] / room) ** 2).astype(np.int64)
            weights[swamps] = 2 * sizes.mean() / sizes[swamps]
        # Every group gets its share of the units and of their clips: of all, of each corpus and sex, and of each label.
        amounts = []
        for table in tables:
            has, clips_of = (table > 0).astype(np.int64), table * weights[:, None]
            amounts += [_UNIT * has,
                        np.rint(_UNIT * clips_of / clips_of.sum(axis=0) * has.sum(axis=0)).astype(np.int64)]
        return deal(np.hstack(amounts), tables[-1] > 0, groups, costs, seed)[unit]


def _counts(unit: NDArray[np.intp], num_units: int, kind: NDArray[np.intp]) -> Integers:
    """How many clips of each kind each unit has."""
    num_kinds = int(kind.max(initial=-1)) + 1
    counts: Integers = np.bincount(unit * num_kinds + kind, minlength=num_units * num_kinds)
    return counts.reshape(num_units, num_kinds)


def _occurring(counts: Integers) -> Integers:
    """Leave out the kinds that no unit has."""
    there: Integers = np.ascontiguousarray(counts[:, counts.any(axis=0)])
    return there
