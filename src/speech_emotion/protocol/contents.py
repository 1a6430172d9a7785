"""What a split holds, part by part, and what a reader of its results should know that it lacks."""

import pandas as pd

from speech_emotion.params.train_cnn import Split
from speech_emotion.protocol.guard import PARTS, SPEAKER_DEPENDENT

_NAMED = 3
"""Speakers that are called by their names, at most."""


def count_parts(split: pd.DataFrame, clips: pd.DataFrame) -> pd.DataFrame:
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
    rows = split.merge(clips, on="clip_id", validate="many_to_one")
    rows["part"] = pd.Categorical(rows["part"], PARTS, ordered=True)
    groups = rows.groupby(["fold", "part"], observed=True)
    speakers = rows.drop_duplicates(["fold", "part", "speaker"]).assign(sex=lambda each: each["sex"].fillna("unknown"))
    by_sex = speakers.groupby(["fold", "part", "sex"], observed=True).size().unstack(fill_value=0)
    by_label = rows.groupby(["fold", "part", "label"], observed=True).size().unstack(fill_value=0)
    counts = pd.DataFrame({"clips": groups.size(), "speakers": groups["speaker"].nunique()})
    return pd.concat([counts, by_sex, by_label], axis=1).rename_axis(columns=None).reset_index()


def remarks(split: pd.DataFrame, clips: pd.DataFrame, settings: Split) -> list[str]:
    """Say what no assignment could spare, and what a reader of the results should therefore know.

    Parameters
    ----------
    split : pd.DataFrame
        Columns fold, clip_id, part, as `guard` lets it pass.
    clips : pd.DataFrame
        Rows of the manifest: clip_id, corpus, speaker, label, statement.
    settings : Split
        What the split was made by.

    Returns
    -------
    list of str
        One sentence for each label that a test or validation part lacks and for each corpus that is never tested
        though it could be by another protocol, and one if the epoch is chosen by clips of speakers that are trained on.

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
    clips = clips[~clips["corpus"].isin(settings.train_also)]  # the others are not meant to be tested
    said = _lacking_labels(split, clips)
    if settings.protocol == "speaker_holdout":
        tested = clips.loc[clips["clip_id"].isin(split.loc[split["part"] == "test", "clip_id"]), "corpus"]
        said += [f"no clip of {corpus} is tested: it has too few speakers, or each of them too many clips; "
                 "speaker_kfold and loso test everybody" for corpus in sorted(set(clips["corpus"]) - set(tested))]
    if settings.validation == "statements" and settings.protocol not in SPEAKER_DEPENDENT:
        said.append("the epoch is chosen by other sentences of the speakers that are trained on")
        unknown = int(clips["statement"].isna().sum())
        if unknown:
            said.append(f"of {unknown} clips the statement is unknown: which of them are validated is left to "
                        "chance, so a sentence may be both trained on and validated")
    return said


def _lacking_labels(split: pd.DataFrame, clips: pd.DataFrame) -> list[str]:
    rows = split.merge(clips[["clip_id", "label"]], on="clip_id")
    folds = rows["fold"].nunique()
    said = []
    for part in PARTS[1:]:
        having = rows[rows["part"] == part].groupby("label")["fold"].nunique()
        for label, who in clips.groupby("label")["speaker"].unique().items():
            lacking = folds - int(having.get(label, 0))
            if lacking:
                where = f" in {lacking} of {folds} folds" if folds > 1 else ""
                said.append(f"the {part} part has no clip labelled {label}{where}: {_who(who)}")
    return said


def _who(speakers: pd.Series) -> str:
    if len(speakers) > _NAMED:
        return f"{len(speakers)} speakers have it"
    return f"only {' and '.join(sorted(speakers))} {'has' if len(speakers) == 1 else 'have'} it"
