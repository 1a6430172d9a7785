"""Deal speakers or clips into groups that are alike in corpus, sex and emotion."""

import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from speech_emotion.core.errors import UserError

_FINEST = 10
"""Largest denominator used to approximate a fraction of the speakers: 0.25 is one of four groups."""


def speaker_groups(clips: pd.DataFrame, count: int, seed: int) -> list[NDArray[np.bool_]]:
    """Deal whole speakers into groups alike in corpus, sex and emotion.

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
    strata = _strata(clips, count)
    # An emotion with fewer clips than groups is no reason to warn: the guard says what matters.
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        dealt = StratifiedGroupKFold(count, shuffle=True, random_state=seed).split(clips, strata, clips["speaker"])
        return [np.isin(np.arange(len(clips)), members) for _, members in dealt]


def clip_groups(clips: pd.DataFrame, count: int, seed: int) -> list[NDArray[np.bool_]]:
    """Deal clips into groups alike in corpus and emotion, whoever speaks; otherwise as `speaker_groups`."""
    strata = _strata(clips.assign(sex="any"), count)
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        dealt = StratifiedKFold(count, shuffle=True, random_state=seed).split(clips, strata)
        return [np.isin(np.arange(len(clips)), members) for _, members in dealt]


def some_speakers(clips: pd.DataFrame, fraction: float, seed: int) -> NDArray[np.bool_]:
    """Choose about a fraction of the speakers, alike to the rest.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows of the manifest: corpus, speaker, sex, label.
    fraction : float
        In ]0, 1[; at least one speaker is chosen, and one is not.
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
    share = _share(fraction, clips["speaker"].nunique(), "speaker")
    chosen: NDArray[np.bool_] = np.any(speaker_groups(clips, share.denominator, seed)[: share.numerator], axis=0)
    return chosen


def some_clips(clips: pd.DataFrame, fraction: float, seed: int) -> NDArray[np.bool_]:
    """Choose about a fraction of the clips, whoever speaks; otherwise as `some_speakers`."""
    share = _share(fraction, len(clips), "clip")
    chosen: NDArray[np.bool_] = np.any(clip_groups(clips, share.denominator, seed)[: share.numerator], axis=0)
    return chosen


def _strata(clips: pd.DataFrame, count: int) -> pd.Series:
    """Join what the groups shall be alike in, as finely as there are clips for.

    scikit-learn refuses to deal when every stratum has fewer clips than there are groups.
    """
    corpus, sex, label = clips["corpus"], clips["sex"].fillna("unknown"), clips["label"]
    for strata in (corpus + "/" + sex + "/" + label, corpus + "/" + label, label):
        if strata.value_counts().max() >= count:
            return strata
    return pd.Series("any", index=clips.index)


def _share(fraction: float, available: int, what: str) -> Fraction:
    if available < 2:
        raise UserError(f"train_cnn.split leaves {available or 'no'} {what} both to train on and to choose the epoch; "
                        "test fewer")
    finest = min(_FINEST, available)
    share = Fraction(fraction).limit_denominator(finest)
    return min(max(share, Fraction(1, finest)), Fraction(finest - 1, finest))
