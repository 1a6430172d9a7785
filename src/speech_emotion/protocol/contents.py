"""What a split holds, part by part, and what a reader of its results should know that it lacks."""

import numpy as np
import pandas as pd

from speech_emotion.params.train_cnn import Split
from speech_emotion.protocol.guard import SPEAKER_DEPENDENT
from speech_emotion.protocol.parts import PARTS, TEST, Assignment, by_fold

_NAMED = 3
"""Speakers that are called by their names, at most."""


def count_parts(split: pd.DataFrame | Assignment, clips: pd.DataFrame) -> pd.DataFrame:
    """Count what is in each part of each fold.

    Parameters
    ----------
    split : pd.DataFrame or Assignment
        As a table: columns fold, clip_id, part.
    clips : pd.DataFrame
        Rows of the manifest: clip_id, speaker, sex, label.

    Returns
    -------
    pd.DataFrame
        One row per fold and part, with the number of clips and speakers, speakers by sex and clips by label.

    Examples
    --------
    >>> split = pd.DataFrame({"fold": 0, "clip_id": ["a", "b", "c"], "part": ["train", "train", "test"]})
    >>> clips = pd.DataFrame({"clip_id": ["a", "b", "c"], "speaker": ["ann", "ann", "bob"],
    ...                       "sex": ["female", "female", "male"], "label": ["anger", "fear", "fear"]})
    >>> count_parts(split, clips)
       fold   part  clips  speakers  female  male  anger  fear
    0     0  train      2         1       1     0      1     1
    1     0   test      1         1       0     1      0     1
    """
    sex = clips["sex"].fillna("unknown")
    speaker_of, _ = pd.factorize(clips["speaker"])
    sex_of, sexes = pd.factorize(sex, sort=True)
    label_of, labels = pd.factorize(clips["label"], sort=True)
    lines = []
    for fold in by_fold(split, clips):
        for number in np.unique(fold.part):
            rows = fold.rows[fold.part == number]
            # A speaker is of the sex of the first of his or her clips.
            who, first = np.unique(speaker_of[rows], return_index=True)
            lines.append([fold.name, PARTS[number], len(rows), len(who),
                          *np.bincount(sex_of[rows[first]], minlength=len(sexes)),
                          *np.bincount(label_of[rows], minlength=len(labels))])
    counts = pd.DataFrame(lines, columns=["fold", "part", "clips", "speakers", *sexes, *labels])
    return counts.loc[:, [True] * 4 + list(counts.iloc[:, 4:].any())]


def remarks(split: pd.DataFrame | Assignment, clips: pd.DataFrame, settings: Split) -> list[str]:
    """Say what no assignment could spare, and what a reader of the results should therefore know.

    Parameters
    ----------
    split : pd.DataFrame or Assignment
        As a table: columns fold, clip_id, part, as `guard` lets it pass.
    clips : pd.DataFrame
        Rows of the manifest: clip_id, corpus, speaker, label, statement.
    settings : Split
        What the split was made by.

    Returns
    -------
    list of str
        One sentence for each label that a test or validation part lacks and for each corpus that is never tested
        though it could be by another protocol, and one if the validation part is of speakers that are trained on.

    Examples
    --------
    >>> split = pd.DataFrame({"fold": 0, "clip_id": ["a", "b", "c", "d"],
    ...                       "part": ["train", "train", "validation", "test"]})
    >>> clips = pd.DataFrame({"clip_id": ["a", "b", "c", "d"], "corpus": "toy", "speaker": ["ann", "ann", "bob", "cal"],
    ...                       "label": ["anger", "fear", "fear", "fear"], "statement": "a door"})
    >>> settings = Split(protocol="speaker_holdout", folds=2, test_fraction=0.25, validation_fraction=0.25,
    ...                  validation="speakers", test_corpora=[], predefined="", statement_disjoint=False,
    ...                  train_also=[])
    >>> for remark in remarks(split, clips, settings):
    ...     print(remark)
    the validation part has no clip labelled anger: only ann has it
    the test part has no clip labelled anger: only ann has it
    """
    dealt = ~clips["corpus"].isin(settings.train_also).to_numpy(dtype=bool)  # the others are not meant to be tested
    said = _lacking_labels(split, clips, dealt)
    if settings.protocol == "speaker_holdout":
        tested = {corpus for fold in by_fold(split, clips)
                  for corpus in clips["corpus"].iloc[fold.rows[fold.part == TEST]].unique()}
        said += [f"no clip of {corpus} is tested: it has too few speakers, or each of them too many clips; "
                 "speaker_kfold and loso test everybody" for corpus in sorted(set(clips["corpus"][dealt]) - tested)]
    if settings.validation == "statements" and settings.protocol not in SPEAKER_DEPENDENT:
        said.append("the validation part holds other sentences of the speakers that are trained on")
        unknown = int(clips["statement"][dealt].isna().sum())
        if unknown:
            said.append(f"of {unknown} clips the statement is unknown: which of them are validated is left to "
                        "chance, so a sentence may be both trained on and validated")
    return said


def _lacking_labels(split: pd.DataFrame | Assignment, clips: pd.DataFrame, dealt: np.ndarray) -> list[str]:
    label_of, labels = pd.factorize(clips["label"].where(dealt), sort=True)  # -1 for those that are not dealt
    having, folds = np.zeros((len(PARTS), len(labels)), dtype=int), 0
    for fold in by_fold(split, clips):
        folds += 1
        for number in range(len(PARTS)):
            there = label_of[fold.rows[fold.part == number]]
            having[number] += np.bincount(there[there >= 0], minlength=len(labels)) > 0
    who = clips[dealt].groupby("label")["speaker"].unique()
    said = []
    for number, part in enumerate(PARTS[1:], start=1):
        for label, count in zip(labels, having[number], strict=True):
            if lacking := folds - int(count):
                where = f" in {lacking} of {folds} folds" if folds > 1 else ""
                said.append(f"the {part} part has no clip labelled {label}{where}: {_who(who[label])}")
    return said


def _who(speakers: pd.Series) -> str:
    if len(speakers) > _NAMED:
        return f"{len(speakers)} speakers have it"
    return f"only {' and '.join(sorted(speakers))} {'has' if len(speakers) == 1 else 'have'} it"
