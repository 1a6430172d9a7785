"""Evaluation protocols: who is trained on, who validates, who is tested on.

A split is a table with the columns `fold` (int from 0), `clip_id` and `part` ("train", "validation" or "test").
A clip is in at most one part of a fold, and in the test part of at most one fold, so that predictions on the test
parts can be pooled. Corpora that only train are in the training part of every fold, and a protocol does not see them.
`guard` refuses any split that leaks; nothing is trained without it.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.params.train_cnn import Split
from speech_emotion.protocol.groups import Chooser, clip_groups, some_clips, speaker_groups, speaker_parts
from speech_emotion.protocol.guard import SPEAKER_DEPENDENT, guard
from speech_emotion.protocol.lists import list_path, read_list, unusable
from speech_emotion.protocol.parts import NONE, PARTS, TEST, TRAIN, VALIDATION, Assignment, Numbers

__all__ = ["PROTOCOLS", "SPEAKER_DEPENDENT", "apart", "assign", "guard", "make"]


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
        Columns fold, clip_id, part; sorted by fold and clip_id. See `Assignment.table`.

    Raises
    ------
    UserError
        If the protocol cannot be carried out on these clips, or its result would leak.

    Examples
    --------
    >>> clips = pd.DataFrame([
    ...     {"clip_id": f"{speaker}-{label}", "digest": f"{speaker}-{label}", "corpus": "toy", "speaker": speaker,
    ...      "sex": "female", "label": label, "statement": "a door"}
    ...     for speaker in ("ann", "bea", "cleo") for label in ("anger", "neutral")])
    >>> settings = Split(protocol="loso", folds=2, test_fraction=0.25, validation_fraction=0.25,
    ...                  validation="speakers", test_corpora=[], predefined="", statement_disjoint=False,
    ...                  train_also=[])
    >>> split = make(clips, settings, seed=1)
    >>> split[split["part"] == "test"]
        fold       clip_id  part
    0      0     ann-anger  test
    1      0   ann-neutral  test
    8      1     bea-anger  test
    9      1   bea-neutral  test
    16     2    cleo-anger  test
    17     2  cleo-neutral  test
    """
    return assign(clips, settings, seed).table()


def assign(clips: pd.DataFrame, settings: Split, seed: int) -> Assignment:
    """Do as `make`, without a table, which takes seven times the memory."""
    clips, others = apart(clips.sort_values("clip_id", ignore_index=True), settings.train_also)
    _require_speakers(clips, settings)
    every = pd.concat([clips, others], ignore_index=True).sort_values("clip_id")
    assignment = Assignment(every["clip_id"], _folds(clips, others, every.index.to_numpy(), settings, seed))
    if not assignment.num_folds:
        raise unusable(list_path(settings.predefined), "has no fold that tests any of the clips in the data")
    guard(assignment, every, settings)
    return assignment


def _folds(
    clips: pd.DataFrame, others: pd.DataFrame, order: np.ndarray, settings: Split, seed: int
) -> Iterator[Numbers]:
    """Give the parts of all clips, those that a protocol deals out and the others, in the order of their ids."""
    choose = _chooser(clips, settings)
    for fold, part in enumerate(PROTOCOLS[settings.protocol](clips, settings, seed)):
        also = np.full(len(others), TRAIN, dtype=np.int8)
        if settings.statement_disjoint:
            _require_statements(pd.concat([clips, others]))
            part[~_disjoint_statements(clips, part, seed + fold)] = NONE
            also[others["statement"].isin(clips.loc[part == TEST, "statement"]).to_numpy()] = NONE
        if not (part == VALIDATION).any():
            part[choose(part == TRAIN, seed + fold)] = VALIDATION
        yield np.concatenate([part, also])[order]


def apart(clips: pd.DataFrame, train_also: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the corpora that only train from those that a protocol deals out.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows of the manifest, with a column corpus.
    train_also : list of str
        Corpora that only train.

    Returns
    -------
    dealt, others : pd.DataFrame
        Their rows, numbered from 0.

    Raises
    ------
    UserError
        If there are no clips of one of these corpora, or of no other one.
    """
    if absent := set(train_also) - set(clips["corpus"]):
        raise UserError(f"train_cnn.split.train_also: no clips of {', '.join(sorted(absent))}; "
                        f"the data has {', '.join(sorted(clips['corpus'].unique()))}")
    others = clips["corpus"].isin(train_also)
    if others.all():
        raise UserError("train_cnn.split.train_also names every corpus in the data; leave one to test on")
    return clips[~others].reset_index(drop=True), clips[others].reset_index(drop=True)


# One function per protocol: for each fold, the number of every clip's part. Where no clip is in the validation part,
# `make` takes some out of the training part. A clip with no part is left out of the fold.


def _speaker_holdout(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[Numbers]:
    test, validation = settings.test_fraction, settings.validation_fraction
    if settings.validation == "speakers":
        # All at once, so that the test part does not take the speakers whose labels the validation part needs.
        shares = {"train": (1 - test) * (1 - validation), "validation": (1 - test) * validation, "test": test}
    else:
        shares = {"train": 1 - test, "test": test}
    yield _numbers(speaker_parts(clips, shares, seed))


def _speaker_kfold(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[Numbers]:
    num_speakers = clips["speaker"].nunique()
    if settings.folds > num_speakers:
        raise UserError(f"train_cnn.split.folds is {settings.folds}, but there are only {num_speakers} speakers")
    for group in speaker_groups(clips, settings.folds, seed):
        yield _tested(group)


def _loso(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[Numbers]:
    speaker_of, speakers = pd.factorize(clips["speaker"], sort=True)
    for speaker in range(len(speakers)):
        yield _tested(speaker_of == speaker)


def _cross_corpus(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[Numbers]:
    absent = set(settings.test_corpora) - set(clips["corpus"])
    if absent:
        raise UserError(f"train_cnn.split.test_corpora: no clips of {', '.join(sorted(absent))}; "
                        f"the data has {', '.join(sorted(clips['corpus'].unique()))}")
    test = clips["corpus"].isin(settings.test_corpora)
    if test.all():
        raise UserError("train_cnn.split.test_corpora names every corpus in the data; leave one to train on")
    yield _tested(test.to_numpy(dtype=bool))


def _predefined(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[Numbers]:
    path = list_path(settings.predefined)
    listed = read_list(path)
    key = "clip_id" if "clip_id" in listed else "speaker"
    unlisted = set(clips[key]) - set(listed[key])
    if unlisted:
        some = ", ".join(sorted(unlisted)[:3]) + (" ..." if len(unlisted) > 3 else "")
        raise unusable(path, f"does not list the {key} {some}: it was made for other data. Name another list, or "
                             "choose another train_cnn.split.protocol")
    if "part" in listed and listed.duplicated(["fold", key]).any():
        twice = listed.loc[listed.duplicated(["fold", key]), key].iloc[0]
        raise unusable(path, f"lists the {key} {twice} twice in one fold")
    for _, members in listed.groupby("fold"):
        if "part" in listed:
            part = _numbers(clips[key].map(members.set_index(key)["part"]))
        else:
            part = _tested(clips[key].isin(members[key]).to_numpy(dtype=bool))
        if (part == TEST).any():  # else a fold whose speakers this copy of the corpus lacks
            yield part


def _random_kfold(clips: pd.DataFrame, settings: Split, seed: int) -> Iterator[Numbers]:
    if settings.folds > len(clips):
        raise UserError(f"train_cnn.split.folds is {settings.folds}, but there are only {len(clips)} clips")
    for group in clip_groups(clips, settings.folds, seed):
        yield _tested(group)


PROTOCOLS: Mapping[str, Callable[[pd.DataFrame, Split, int], Iterator[Numbers]]] = MappingProxyType({
    "speaker_holdout": _speaker_holdout,
    "speaker_kfold": _speaker_kfold,
    "loso": _loso,
    "cross_corpus": _cross_corpus,
    "predefined": _predefined,
    "random_kfold": _random_kfold,
})
"""By the names that `train_cnn.split.protocol` may have: from clips sorted by clip_id, settings and seed to each fold's
parts, one for every clip."""


def _chooser(clips: pd.DataFrame, settings: Split) -> Callable[[np.ndarray, int], np.ndarray]:
    """Give what says which clips of a training part shall validate instead, by a seed."""
    if settings.protocol not in SPEAKER_DEPENDENT:
        chooser = Chooser(clips, {"speakers": "speaker", "statements": "statement"}[settings.validation])
        return lambda train, seed: chooser.some(train, settings.validation_fraction, seed)

    def choose(train: np.ndarray, seed: int) -> np.ndarray:
        rows = np.flatnonzero(train)
        return rows[some_clips(clips.iloc[rows], settings.validation_fraction, seed)]

    return choose


def _tested(test: np.ndarray) -> Numbers:
    return np.where(test, np.int8(TEST), np.int8(TRAIN))


def _numbers(part: pd.Series) -> Numbers:
    return np.array(pd.Categorical(part, list(PARTS)).codes, dtype=np.int8)


def _disjoint_statements(clips: pd.DataFrame, part: Numbers, seed: int) -> np.ndarray:
    """Which clips stay, when half of each corpus's statements are tested and only the others are trained on."""
    random = np.random.default_rng(seed)
    tested: dict[str, bool] = {}
    for corpus, statements in clips.groupby("corpus")["statement"].unique().sort_index().items():
        if len(statements) < 2:
            raise UserError(f"train_cnn.split.statement_disjoint: {corpus} has a single statement")
        # A statement that several corpora have is on one side in all of them.
        fresh = random.permutation(sorted({str(statement) for statement in statements} - tested.keys()))
        wanted = len(statements) // 2 - sum(tested.get(str(statement), False) for statement in statements)
        tested |= {str(statement): number < wanted for number, statement in enumerate(fresh)}
    in_test_half = clips["statement"].map(tested).to_numpy(dtype=bool)
    agrees: np.ndarray = in_test_half == (part == TEST)
    return agrees


def _require_statements(clips: pd.DataFrame) -> None:
    if clips["statement"].isna().any():
        raise UserError("train_cnn.split.statement_disjoint needs clips whose statement is known; these corpora have "
                        f"some without: {', '.join(sorted(clips.loc[clips['statement'].isna(), 'corpus'].unique()))}")


def _require_speakers(clips: pd.DataFrame, settings: Split) -> None:
    if settings.protocol in SPEAKER_DEPENDENT:
        return
    speakers = sorted(clips["speaker"].unique())
    purposes = ["to train", "to validate", "to test"]
    if settings.validation == "statements":
        purposes.remove("to validate")
    if len(speakers) < len(purposes):
        raise UserError(f"train_cnn.split.protocol: {settings.protocol} needs at least {len(purposes)} speakers "
                        f"({', '.join(purposes)}); the data has {len(speakers)} ({', '.join(speakers)})")
    by_label = clips.groupby("label")["speaker"].unique()
    for label, who in by_label.items():
        if len(who) == 1:
            raise UserError(f"train_cnn.labels: the label '{label}' occurs for one speaker only ({who[0]}), so it "
                            "cannot be both learnt and tested on another speaker. Leave it out, or add clips of it")
