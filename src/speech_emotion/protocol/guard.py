"""The guard: what must hold of every split, however it came about."""

import numpy as np
import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.params.train_cnn import Split
from speech_emotion.protocol.parts import PARTS, TEST, TRAIN, VALIDATION, Assignment, Fold, by_fold

SPEAKER_DEPENDENT = frozenset({"random_kfold"})
"""Protocols with speakers on both sides, kept only for comparison with papers that do so."""


def guard(split: pd.DataFrame | Assignment, clips: pd.DataFrame, settings: Split) -> None:
    """Refuse a split from which a model could profit unfairly, or could not learn.

    Parameters
    ----------
    split : pd.DataFrame or Assignment
        As a table: columns fold, clip_id, part.
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
    columns = {column: _Column(clips[column]) for column in ("digest", "speaker", "label", "statement")}
    label = columns["label"]
    tested, labels = np.zeros(len(clips), dtype=bool), np.zeros(len(label.values), dtype=bool)
    for fold in by_fold(split, clips):
        test = fold.rows[fold.part == TEST]
        again = tested[test] | pd.Series(test).duplicated().to_numpy()
        if again.any():
            raise UserError(f"the split tests clip {clips['clip_id'].iloc[test[again][0]]} in two folds")
        tested[test] = True
        labels[label.codes[fold.rows]] = True
    for fold in by_fold(split, clips):
        missing = [name for number, name in enumerate(PARTS) if not (fold.part == number).any()]
        if missing:
            raise UserError(f"fold {fold.name} has no clip in its {' or '.join(sorted(missing))} part")
        if np.bincount(fold.rows).max() > 1:
            twice = pd.Series(fold.rows).duplicated().to_numpy()
            raise UserError(f"fold {fold.name} holds a clip twice: {clips['clip_id'].iloc[fold.rows[twice][0]]}")
        sides = fold._replace(part=np.where(fold.part == TEST, np.int8(TEST), np.int8(TRAIN)))
        columns["digest"].refuse_shared(fold, "recording (by content)")
        if settings.protocol not in SPEAKER_DEPENDENT:
            by_statement = settings.validation == "statements"
            columns["speaker"].refuse_shared(sides if by_statement else fold, "speaker")
            if by_statement:
                learnt = fold.part != TEST
                columns["statement"].refuse_shared(Fold(fold.name, fold.rows[learnt], fold.part[learnt]), "statement")
        if settings.statement_disjoint:
            columns["statement"].refuse_shared(sides, "statement")
        there = label.parts(fold)
        unlearnt = label.values[labels & ~there[:, TRAIN]]
        if len(unlearnt):
            raise UserError(f"fold {fold.name} has no clip labelled {', '.join(unlearnt)} to train on: too few "
                            "speakers have it. Leave the label out with train_cnn.labels, or change train_cnn.split")
        choosing = label.values[there[:, VALIDATION]]
        if len(choosing) == 1 < labels.sum():
            raise UserError(f"fold {fold.name} has only clips labelled {choosing[0]} to validate with: too few "
                            "speakers have the other labels. Set train_cnn.split.validation to statements, or change "
                            "train_cnn.split otherwise")


class _Column:
    """A column of the clips, as numbers."""

    def __init__(self, values: pd.Series) -> None:
        self.codes, unique = pd.factorize(values, sort=True)  # -1 for what is missing, which is nobody's
        self.values = np.asarray(unique, dtype=object)
        self.all_differ = len(self.values) == len(self.codes)
        """Whether no two clips have the same value, as it is with digests: then no two parts can share one."""

    def parts(self, fold: Fold) -> np.ndarray:
        """Say in which parts of a fold each value is: bool [shape=(len(values), len(PARTS))]."""
        # Counting is quicker than marking; a row and a column more are for what is missing and for who is in no part.
        width = len(PARTS) + 1
        at = (self.codes[fold.rows] + 1) * width + (fold.part + 1)
        counts = np.bincount(at, minlength=(len(self.values) + 1) * width)
        there: np.ndarray = counts.reshape(-1, width)[1:, 1:] > 0
        return there

    def refuse_shared(self, fold: Fold, what: str) -> None:
        """Refuse a fold, in which no clip is twice, of which two parts share a value."""
        if self.all_differ:
            return
        shared = np.flatnonzero(self.parts(fold).sum(axis=1) > 1)
        if len(shared):
            raise UserError(f"fold {fold.name} has the {what} {self.values[shared[0]]} in more than one part"
                            + (f", and {len(shared) - 1} more" if len(shared) > 1 else ""))
