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
    dealt = _dealt(clips, "speaker", [tested] * count, seed)
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
    return pd.Series(np.array(list(shares))[_dealt(clips, "speaker", groups, seed)], index=clips.index)


def some_speakers(clips: pd.DataFrame, fraction: float, seed: int) -> Chosen:
    """Choose about a fraction of the speakers, to validate with while the others are trained on.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows of the manifest: corpus, speaker, sex, label.
    fraction : float
        In ]0, 1[, of the speakers and of their clips; at least one speaker is chosen, and one is not.
    seed : int

    Returns
    -------
    np.ndarray [shape=(len(clips),), dtype=bool]
        Which clips are by a chosen speaker.

    Raises
    ------
    UserError
        If there are fewer than two speakers.
    """
    return _some(clips, "speaker", fraction, seed)


def some_statements(clips: pd.DataFrame, fraction: float, seed: int) -> Chosen:
    """Choose about a fraction of the statements, whoever speaks; otherwise as `some_speakers`.

    Clips whose statement is unknown are chosen one by one.
    """
    chosen = np.zeros(len(clips), dtype=bool)
    known = clips["statement"].notna().to_numpy()
    if known.all() or clips["statement"].nunique() > 1:
        chosen[known] = _some(clips[known], "statement", fraction, seed)
    if not known.all():
        chosen[~known] = some_clips(clips[~known], fraction, seed)
    return chosen


def clip_groups(clips: pd.DataFrame, count: int, seed: int) -> list[Chosen]:
    """Deal clips into groups alike in corpus and emotion, whoever speaks; otherwise as `speaker_groups`."""
    turn = _by_label(clips, seed).argsort()
    return [turn % count == group for group in range(count)]


def some_clips(clips: pd.DataFrame, fraction: float, seed: int) -> Chosen:
    """Choose about a fraction of the clips, whoever speaks; otherwise as `some_speakers`."""
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


def _some(clips: pd.DataFrame, by: str, fraction: float, seed: int) -> Chosen:
    if (available := clips[by].nunique()) < 2:
        raise _too_few(available, by)
    groups = [Group(1 - fraction, lacking=_LACKING["train"]), Group(fraction, lacking=_LACKING["validation"])]
    chosen: Chosen = _dealt(clips, by, groups, seed) == 1
    return chosen


def _too_few(available: int, what: str) -> UserError:
    return UserError(f"train_cnn.split leaves {available or 'no'} {what} both to train on and to validate")


def _dealt(clips: pd.DataFrame, by: str, groups: Sequence[Group], seed: int) -> Integers:
    """Deal what a column names, and give the group of each clip."""
    unit, _ = pd.factorize(clips[by], sort=True)
    corpus, label = clips["corpus"].astype(str), clips["label"].astype(str)
    sex = corpus + "/" + clips["sex"].fillna("unknown").astype(str)
    tables = [_counts(unit, kind) for kind in (pd.Series("all", clips.index), corpus, sex, label)]
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
        amounts += [_UNIT * has, np.rint(_UNIT * clips_of / clips_of.sum(axis=0) * has.sum(axis=0)).astype(np.int64)]
    return deal(np.hstack(amounts), tables[-1] > 0, groups, costs, seed)[unit]


def _counts(unit: NDArray[np.intp], kind: pd.Series) -> Integers:
    """How many clips of each kind each unit has."""
    codes, kinds = pd.factorize(kind, sort=True)
    counts = np.zeros((unit.max() + 1, len(kinds)), dtype=np.int64)
    np.add.at(counts, (unit, codes), 1)
    return counts
