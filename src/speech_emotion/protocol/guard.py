"""The guard: what must hold of every split, however it came about."""

import numpy as np
import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.params.train_cnn import Split

PARTS = ("train", "validation", "test")
"""The parts of a fold: to learn from, to validate with, to test on."""
SPEAKER_DEPENDENT = frozenset({"random_kfold"})
"""Protocols with speakers on both sides, kept only for comparison with papers that do so."""


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
        speaker-dependent, or training and validation part are told apart by statements; a statement is, where it must
        not be; a clip is tested in two folds; a part is empty; a label is missing in the training part of a fold; or
        the validation part of a fold has only one.

    Examples
    --------
    Ann is trained on, and tested:

    >>> clips = pd.DataFrame({"clip_id": ["a1", "b1", "a2"], "digest": ["01", "02", "03"], "label": "anger",
    ...                       "speaker": ["ann", "bob", "ann"], "statement": "a door"})
    >>> split = pd.DataFrame({"fold": 0, "clip_id": ["a1", "b1", "a2"], "part": ["train", "validation", "test"]})
    >>> settings = Split(protocol="speaker_holdout", folds=2, test_fraction=0.25, validation_fraction=0.25,
    ...                  validation="speakers", test_corpora=[], predefined="", statement_disjoint=False,
    ...                  train_also=[])
    >>> guard(split, clips, settings)
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: fold 0 has the speaker ann in more than one part
    """
    about = clips[["clip_id", "digest", "speaker", "label", "statement"]].astype(object)
    rows = split.merge(about, on="clip_id", how="left", validate="many_to_one")
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
        sides = members.assign(part=np.where(members["part"] == "test", "test", "train"))
        _refuse_shared(fold, members, "digest", "recording (by content)")
        if settings.protocol not in SPEAKER_DEPENDENT:
            by_statement = settings.validation == "statements"
            _refuse_shared(fold, sides if by_statement else members, "speaker", "speaker")
            if by_statement:
                _refuse_shared(fold, members[members["part"] != "test"], "statement", "statement")
        if settings.statement_disjoint:
            _refuse_shared(fold, sides, "statement", "statement")
        unlearnt = labels - set(members.loc[members["part"] == "train", "label"])
        if unlearnt:
            raise UserError(f"fold {fold} has no clip labelled {', '.join(sorted(unlearnt))} to train on: too few "
                            "speakers have it. Leave the label out with train_cnn.labels, or change train_cnn.split")
        choosing = set(members.loc[members["part"] == "validation", "label"])
        if len(choosing) == 1 < len(labels):
            raise UserError(f"fold {fold} has only clips labelled {choosing.pop()} to validate with: too few "
                            "speakers have the other labels. Set train_cnn.split.validation to statements, or change "
                            "train_cnn.split otherwise")


def _refuse_shared(fold: object, members: pd.DataFrame, column: str, what: str) -> None:
    parts = members.groupby(column)["part"].nunique()
    shared = parts[parts > 1]
    if len(shared):
        raise UserError(f"fold {fold} has the {what} {shared.index[0]} in more than one part"
                        + (f", and {len(shared) - 1} more" if len(shared) > 1 else ""))
