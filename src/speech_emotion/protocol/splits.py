"""Evaluation protocols: who is trained on, who chooses the epoch, who is tested on.

A split is a table with the columns `fold` (int from 0), `clip_id` and `part` ("train", "validation" or "test").
A clip is in at most one part of a fold, and in the test part of at most one fold, so that predictions on the test
parts can be pooled. `guard` refuses any split that leaks; nothing is trained without it.
"""

import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.model_selection import LeaveOneGroupOut, StratifiedGroupKFold, StratifiedKFold

from speech_emotion.core.errors import UserError
from speech_emotion.params.train_cnn import Split

PARTS = ("train", "validation", "test")
SPEAKER_DEPENDENT = frozenset({"random_kfold"})
"""Protocols with speakers on both sides, kept only for comparison with papers that do so."""
LISTS = Path("splits")
"""Folder of the published (or the user's own) fold lists for the protocol `predefined`, one CSV each."""

_FINEST = 10
"""Largest denominator used to approximate a fraction of the speakers: 0.25 is one of four groups."""


def make(clips: pd.DataFrame, settings: Split, seed: int) -> pd.DataFrame:
    """Assign clips to folds and parts by a protocol, and pass the result through `guard`.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows of the manifest: clip_id, digest, corpus, speaker, sex, label, statement.
    settings : Split
        The protocol and its settings.
    seed : int
        The same seed gives the same split for the same clips, whatever their order.

    Returns
    -------
    pd.DataFrame
        Columns fold, clip_id, part; sorted by fold and clip_id.

    Raises
    ------
    UserError
        If the protocol cannot be carried out on these clips, or its result would leak.
    """
    clips = clips.sort_values("clip_id", ignore_index=True)
    _require_speakers(clips, settings)
    folds = []
    for fold, part in enumerate(_PROTOCOLS[settings.protocol](clips, settings, seed)):
        if "validation" not in set(part):
            train = clips[part == "train"]
            choose = _some_clips if settings.protocol in SPEAKER_DEPENDENT else _some_speakers
            part[train.index[choose(train, settings.validation_fraction, seed + fold)]] = "validation"
        rows = pd.DataFrame({"fold": fold, "clip_id": clips["clip_id"], "part": part})
        if settings.statement_disjoint:
            rows = rows[_disjoint_statements(clips, part, seed + fold)]
        folds.append(rows[rows["part"].isin(PARTS)])
    if not folds:
        raise UserError(f"{LISTS / settings.predefined}.csv: no fold tests any of the clips in the data")
    split = pd.concat(folds, ignore_index=True)
    guard(split, clips, settings)
    return split


def guard(split: pd.DataFrame, clips: pd.DataFrame, settings: Split) -> None:
    """Refuse a split from which a model could profit unfairly, or could not learn.

    Parameters
    ----------
    split : pd.DataFrame
        Columns fold, clip_id, part.
    clips : pd.DataFrame
        Rows of the manifest: clip_id, digest, speaker, label, statement.
    settings : Split
        The protocol, which says what must be disjoint.

    Raises
    ------
    UserError
        If a clip or a recording (by content) is in two parts of a fold; a speaker is, unless the protocol is
        speaker-dependent; a statement is in the test part and another, when `statement_disjoint`; a clip is tested
        in two folds; a part is empty; or a label is missing in the training part of a fold.
    """
    rows = split.merge(clips, on="clip_id", how="left", validate="many_to_one")
    if rows["label"].isna().any():
        lost = rows.loc[rows["label"].isna(), "clip_id"]
        raise UserError(f"the split names clips that the manifest lacks, such as {lost.iloc[0]}")
    tested = split.loc[split["part"] == "test", "clip_id"]
    if tested.duplicated().any():
        raise UserError(f"the split tests clip {tested[tested.duplicated()].iloc[0]} in two folds")
    labels = set(rows["label"])
    for fold, members in rows.groupby("fold"):
        missing = set(PARTS) - set(members["part"])
        if missing:
            raise UserError(f"fold {fold} has no clip in its {' or '.join(sorted(missing))} part")
        twice = members.loc[members["clip_id"].duplicated(), "clip_id"]
        if len(twice):
            raise UserError(f"fold {fold} holds a clip twice: {twice.iloc[0]}")
        _refuse_shared(fold, members, "digest", "recording (by content)")
        if settings.protocol not in SPEAKER_DEPENDENT:
            _refuse_shared(fold, members, "speaker", "speaker")
        if settings.statement_disjoint:
            sides = members.assign(part=np.where(members["part"] == "test", "test", "train"))
            _refuse_shared(fold, sides, "statement", "statement")
        unlearnt = labels - set(members.loc[members["part"] == "train", "label"])
        if unlearnt:
            raise UserError(f"fold {fold} has no clip labelled {', '.join(sorted(unlearnt))} to train on: too few "
                            "speakers have it. Leave the label out with train_cnn.labels, or change train_cnn.split")


def table(split: pd.DataFrame, clips: pd.DataFrame) -> pd.DataFrame:
    """Count what is in each part of each fold.

    Parameters
    ----------
    split : pd.DataFrame
        Columns fold, clip_id, part.
    clips : pd.DataFrame
        Rows of the manifest: clip_id, speaker, sex, label.

    Returns
    -------
    pd.DataFrame
        One row per fold and part, with the number of clips and speakers, speakers by sex and clips by label.
    """
    rows = split.merge(clips, on="clip_id", validate="many_to_one")
    rows["part"] = pd.Categorical(rows["part"], PARTS, ordered=True)
    groups = rows.groupby(["fold", "part"], observed=True)
    speakers = rows.drop_duplicates(["fold", "part", "speaker"]).assign(sex=lambda each: each["sex"].fillna("unknown"))
    by_sex = speakers.groupby(["fold", "part", "sex"], observed=True).size().unstack(fill_value=0)
    by_label = rows.groupby(["fold", "part", "label"], observed=True).size().unstack(fill_value=0)
    counts = pd.DataFrame({"clips": groups.size(), "speakers": groups["speaker"].nunique()})
    return pd.concat([counts, by_sex, by_label], axis=1).rename_axis(columns=None).reset_index()


# One function per protocol: for each fold, the part of every clip. Where no clip is in the validation part, `make`
# takes some out of the training part. A clip with no part is left out of the fold.


def _speaker_holdout(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[pd.Series]:
    yield _tested(clips, _some_speakers(clips, settings.test_fraction, seed))


def _speaker_kfold(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[pd.Series]:
    speakers = clips["speaker"].nunique()
    if settings.folds > speakers:
        raise UserError(f"train_cnn.split.folds is {settings.folds}, but there are only {speakers} speakers")
    for group in _speaker_groups(clips, settings.folds, seed):
        yield _tested(clips, group)


def _loso(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[pd.Series]:
    for _, test in LeaveOneGroupOut().split(clips, groups=clips["speaker"]):
        yield _tested(clips, clips.index.isin(test))


def _cross_corpus(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[pd.Series]:
    absent = set(settings.test_corpora) - set(clips["corpus"])
    if absent:
        raise UserError(f"train_cnn.split.test_corpora: no clips of {', '.join(sorted(absent))}; "
                        f"the data has {', '.join(sorted(clips['corpus'].unique()))}")
    test = clips["corpus"].isin(settings.test_corpora)
    if test.all():
        raise UserError("train_cnn.split.test_corpora names every corpus in the data; leave one to train on")
    yield _tested(clips, test.to_numpy())


def _predefined(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[pd.Series]:
    path = LISTS / f"{settings.predefined}.csv"
    listed = _read_list(path)
    key = "clip_id" if "clip_id" in listed else "speaker"
    unlisted = set(clips[key]) - set(listed[key])
    if unlisted:
        some = ", ".join(sorted(unlisted)[:3]) + (" ..." if len(unlisted) > 3 else "")
        raise UserError(f"{path}: does not list {key} {some}")
    if "part" in listed and listed.duplicated(["fold", key]).any():
        twice = listed.loc[listed.duplicated(["fold", key]), key].iloc[0]
        raise UserError(f"{path}: lists {key} {twice} twice in one fold")
    for _, members in listed.groupby("fold"):
        if "part" in listed:
            part = clips[key].map(members.set_index(key)["part"])
        else:
            part = _tested(clips, clips[key].isin(members[key]).to_numpy())
        if "test" in set(part):  # else a fold whose speakers this copy of the corpus lacks
            yield part


def _random_kfold(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[pd.Series]:
    if settings.folds > len(clips):
        raise UserError(f"train_cnn.split.folds is {settings.folds}, but there are only {len(clips)} clips")
    for group in _clip_groups(clips, settings.folds, seed):
        yield _tested(clips, group)


_PROTOCOLS: dict[str, Callable[[pd.DataFrame, Split, int], Iterator[pd.Series]]] = {
    "speaker_holdout": _speaker_holdout,
    "speaker_kfold": _speaker_kfold,
    "loso": _loso,
    "cross_corpus": _cross_corpus,
    "predefined": _predefined,
    "random_kfold": _random_kfold,
}


def _tested(clips: pd.DataFrame, test: np.ndarray) -> pd.Series:
    return pd.Series(np.where(test, "test", "train"), index=clips.index)


def _speaker_groups(clips: pd.DataFrame, groups: int, seed: int) -> list[np.ndarray]:
    """Deal whole speakers into groups alike in corpus, sex and emotion; one boolean array over clips per group."""
    strata = _strata(clips, groups)
    # An emotion with fewer clips than groups is no reason to warn: the guard says what matters.
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        dealt = StratifiedGroupKFold(groups, shuffle=True, random_state=seed).split(clips, strata, clips["speaker"])
        return [np.isin(np.arange(len(clips)), members) for _, members in dealt]


def _clip_groups(clips: pd.DataFrame, groups: int, seed: int) -> list[np.ndarray]:
    """Deal clips into groups alike in corpus and emotion, whoever speaks; one boolean array over clips per group."""
    strata = _strata(clips.assign(sex="any"), groups)
    with warnings.catch_warnings(action="ignore", category=UserWarning):
        dealt = StratifiedKFold(groups, shuffle=True, random_state=seed).split(clips, strata)
        return [np.isin(np.arange(len(clips)), members) for _, members in dealt]


def _strata(clips: pd.DataFrame, groups: int) -> pd.Series:
    """Join what the groups shall be alike in, as finely as there are clips for.

    scikit-learn refuses to deal when every stratum has fewer clips than there are groups.
    """
    corpus, sex, label = clips["corpus"], clips["sex"].fillna("unknown"), clips["label"]
    for strata in (corpus + "/" + sex + "/" + label, corpus + "/" + label, label):
        if strata.value_counts().max() >= groups:
            return strata
    return pd.Series("any", index=clips.index)


def _some_speakers(clips: pd.DataFrame, fraction: float, seed: int) -> np.ndarray:
    """Choose about a fraction of the speakers; a boolean array over clips."""
    share = _share(fraction, clips["speaker"].nunique(), "speaker")
    chosen: np.ndarray = np.any(_speaker_groups(clips, share.denominator, seed)[: share.numerator], axis=0)
    return chosen


def _some_clips(clips: pd.DataFrame, fraction: float, seed: int) -> np.ndarray:
    share = _share(fraction, len(clips), "clip")
    chosen: np.ndarray = np.any(_clip_groups(clips, share.denominator, seed)[: share.numerator], axis=0)
    return chosen


def _share(fraction: float, available: int, what: str) -> Fraction:
    if available < 2:
        raise UserError(f"train_cnn.split leaves {available or 'no'} {what} both to train on and to choose the epoch; "
                        "test fewer")
    finest = min(_FINEST, available)
    share = Fraction(fraction).limit_denominator(finest)
    return min(max(share, Fraction(1, finest)), Fraction(finest - 1, finest))


def _disjoint_statements(clips: pd.DataFrame, part: pd.Series, seed: int) -> pd.Series:
    """Which clips stay when half of each corpus's statements are tested and only the others are trained on."""
    if clips["statement"].isna().any():
        raise UserError("train_cnn.split.statement_disjoint needs clips whose statement is known; these corpora have "
                        f"some without: {', '.join(sorted(clips.loc[clips['statement'].isna(), 'corpus'].unique()))}")
    random = np.random.default_rng(seed)
    tested: dict[str, bool] = {}
    for corpus, statements in clips.groupby("corpus")["statement"].unique().sort_index().items():
        if len(statements) < 2:
            raise UserError(f"train_cnn.split.statement_disjoint: {corpus} has a single statement")
        # A statement that several corpora have is on one side in all of them.
        fresh = random.permutation(sorted({str(statement) for statement in statements} - tested.keys()))
        wanted = len(statements) // 2 - sum(tested.get(str(statement), False) for statement in statements)
        tested |= {str(statement): number < wanted for number, statement in enumerate(fresh)}
    in_test_half = clips["statement"].map(tested).astype(bool)
    return in_test_half == (part == "test")


def _require_speakers(clips: pd.DataFrame, settings: Split) -> None:
    if settings.protocol in SPEAKER_DEPENDENT:
        return
    speakers = clips["speaker"].nunique()
    if speakers < len(PARTS):
        raise UserError(f"{settings.protocol} needs at least {len(PARTS)} speakers (to train, to choose the epoch, to "
                        f"test); the data has {speakers}")
    by_label = clips.groupby("label")["speaker"].unique()
    for label, who in by_label.items():
        if len(who) == 1:
            raise UserError(f"the label '{label}' occurs for one speaker only ({who[0]}), so it cannot be both learnt "
                            "and tested on another speaker. Add clips of it, or leave it out with train_cnn.labels")


def _refuse_shared(fold: object, members: pd.DataFrame, column: str, what: str) -> None:
    parts = members.groupby(column)["part"].nunique()
    shared = parts[parts > 1]
    if len(shared):
        raise UserError(f"fold {fold} has the {what} {shared.index[0]} in more than one part"
                        + (f", and {len(shared) - 1} more" if len(shared) > 1 else ""))


def _read_list(path: Path) -> pd.DataFrame:
    try:
        listed = pd.read_csv(path, dtype={"speaker": str, "clip_id": str})
    except FileNotFoundError as error:
        known = ", ".join(sorted(file.stem for file in LISTS.glob("*.csv"))) or "none"
        raise UserError(f"train_cnn.split.predefined: there is no {path}; the lists there are {known}") from error
    except (ValueError, pd.errors.ParserError) as error:
        raise UserError(f"{path}: not a CSV ({error})") from error
    if "fold" not in listed or not {"speaker", "clip_id"} & set(listed):
        raise UserError(f"{path}: needs a column `fold` and one of `speaker` or `clip_id`: the test part of each fold "
                        "or, with a column `part`, all its parts")
    if "part" in listed and not set(listed["part"]) <= set(PARTS):
        raise UserError(f"{path}: the column `part` may hold {', '.join(PARTS)} only")
    return listed
