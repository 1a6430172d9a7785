"""Every part holds every label where the speakers allow it, and its share of speakers and of clips."""

import itertools

import numpy as np
import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.protocol import splits

from .common import Make, check_no_leak, configured

PARTS = ("train", "validation", "test")
SEEDS = range(1, 7)


@pytest.fixture
def uneven(make_clips: Make) -> pd.DataFrame:
    """29 speakers with 5 to 49 clips of a label; a third acts one emotion, and only five act anger."""
    random = np.random.default_rng(0)
    others, rows = ["fear", "happiness", "neutral", "sadness", "surprise"], []
    for speaker in range(29):
        number = 1 if speaker % 3 == 0 else random.integers(2, 5)
        labels = {str(label) for label in random.choice(others, number, replace=False)}
        if speaker in (0, 4, 11, 20, 26):
            labels = {"anger"} if speaker < 5 else {"anger", *labels}
        rows += [{"speaker": f"{speaker:02d}", "sex": ("female", "male")[speaker % 2], "label": label}
                 for label in sorted(labels) for _ in range(random.integers(5, 50))]
    clips: pd.DataFrame = make_clips(rows)
    return clips


def lacking(split: pd.DataFrame, clips: pd.DataFrame) -> set[tuple[int, str, str]]:
    rows = split.merge(clips, on="clip_id")
    there = set(zip(rows["fold"], rows["part"], rows["label"], strict=True))
    return set(itertools.product(rows["fold"].unique(), PARTS, rows["label"].unique())) - there


def shares(split: pd.DataFrame, clips: pd.DataFrame) -> pd.DataFrame:
    """Share of clips and of speakers of each part of the first fold."""
    rows = split[split["fold"] == 0].merge(clips, on="clip_id").groupby("part")
    both = pd.DataFrame({"clips": rows.size(), "speakers": rows["speaker"].nunique()})
    return both / both.sum()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("protocol", ["speaker_holdout", "speaker_kfold"])
def test_every_part_holds_every_label(uneven: pd.DataFrame, train_settings: Make, protocol: str, seed: int) -> None:
    split = splits.make(uneven, configured(train_settings, protocol, folds=5), seed)
    check_no_leak(split, uneven, protocol)
    assert lacking(split, uneven) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_holdout_has_its_share_of_speakers_and_of_clips(
    uneven: pd.DataFrame, train_settings: Make, seed: int
) -> None:
    chosen = configured(train_settings, "speaker_holdout", test_fraction=0.25, validation_fraction=0.2)
    found = shares(splits.make(uneven, chosen, seed), uneven)
    wished = pd.Series({"train": 0.6, "validation": 0.15, "test": 0.25})
    assert (found.sub(wished, axis=0).abs() < 0.05).all(axis=None)


def test_seeds_give_different_splits(uneven: pd.DataFrame, train_settings: Make) -> None:
    for protocol in ("speaker_holdout", "speaker_kfold"):
        chosen = configured(train_settings, protocol)
        assert len({tuple(splits.make(uneven, chosen, seed)["part"]) for seed in SEEDS}) == len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_would_swamp_the_test_part_is_trained_on(grid: Make, train_settings: Make, seed: int) -> None:
    clips = pd.concat([grid(24, takes=10, corpus="alpha"), grid(2, takes=200, corpus="beta")], ignore_index=True)
    split = splits.make(clips, configured(train_settings, "speaker_holdout"), seed)
    rows = split.merge(clips, on="clip_id")
    assert set(rows.loc[rows["corpus"] == "beta", "part"]) == {"train"}
    tested = rows[rows["part"] == "test"]
    assert tested["speaker"].value_counts(normalize=True).max() < 0.2
    assert tested["speaker"].nunique() in (6, 7)


def test_speakers_of_all_corpora_are_tested_where_none_is_large(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(12, takes=4, corpus="alpha"), grid(5, takes=9, corpus="beta")], ignore_index=True)
    for seed in SEEDS:
        rows = splits.make(clips, configured(train_settings, "speaker_holdout"), seed).merge(clips, on="clip_id")
        assert (rows.groupby("part")["corpus"].nunique() == 2).all()


def test_a_label_of_two_speakers_is_learnt_and_tested(grid: Make, train_settings: Make) -> None:
    clips = grid(10)
    rare = clips["speaker"].isin(["toy-03", "toy-08"]) & (clips["label"] == "anger")
    clips["label"] = clips["label"].mask(rare, "disgust")
    for seed in SEEDS:
        split = splits.make(clips, configured(train_settings, "speaker_holdout"), seed)
        assert lacking(split, clips) == {(0, "validation", "disgust")}
        folds = splits.make(clips, configured(train_settings, "speaker_kfold", folds=5), seed)
        assert {part for _, part, _ in lacking(folds, clips)} <= {"validation", "test"}


def test_nobody_with_one_emotion_chooses_the_epoch_alone(make_clips: Make, train_settings: Make) -> None:
    clips = make_clips([{"speaker": f"{speaker}", "label": label} for speaker in range(6)
                        for label in (["anger"] if speaker < 2 else ["anger", "fear"]) for _ in range(8)])
    for protocol, seed in itertools.product(["speaker_holdout", "speaker_kfold", "loso"], SEEDS):
        split = splits.make(clips, configured(train_settings, protocol, folds=2), seed)
        assert not {(part, label) for _, part, label in lacking(split, clips)} & {("validation", "fear")}
    # Of three speakers, two of whom act one emotion each, nobody is left who could.
    few = clips[clips["speaker"].isin(["toy-0", "toy-2", "toy-3"])]
    few = few[~((few["speaker"] == "toy-3") & (few["label"] == "anger"))]
    with pytest.raises(UserError, match=r"(to train on|to validate with): too few speakers have"):
        splits.make(few, configured(train_settings, "loso"), 1)


# --- clips and statements


@pytest.mark.parametrize("seed", SEEDS)
def test_random_folds_hold_every_label_however_rare(make_clips: Make, train_settings: Make, seed: int) -> None:
    labels = ["anger"] * 40 + ["fear"] * 7 + ["neutral"] * 5
    clips = make_clips([{"corpus": ("alpha", "beta")[number % 2], "speaker": f"{number % 4}", "label": label}
                        for number, label in enumerate(labels)])
    split = splits.make(clips, configured(train_settings, "random_kfold", folds=5), seed)
    assert lacking(split, clips) == set()


def test_two_speakers_are_tested_on_each_other(grid: Make, train_settings: Make) -> None:
    clips = grid(2, takes=10)
    split = splits.make(clips, configured(train_settings, "loso", validation="statements"), 1)
    rows = split.merge(clips, on="clip_id")
    assert lacking(split, clips) == set()
    for fold, (tested, trained) in enumerate([("toy-01", "toy-02"), ("toy-02", "toy-01")]):
        parts = dict(iter(rows[rows["fold"] == fold].groupby("part")))
        assert {part: set(members["speaker"]) for part, members in parts.items()} == {
            "test": {tested}, "train": {trained}, "validation": {trained}}
        statements = {part: set(members["statement"]) for part, members in parts.items()}
        assert not statements["train"] & statements["validation"]
        assert (len(statements["train"]), len(statements["validation"]), len(statements["test"])) == (8, 2, 10)


@pytest.mark.parametrize("protocol", ["speaker_holdout", "speaker_kfold", "loso", "cross_corpus"])
def test_statements_choose_the_epoch_in_every_protocol(protocol: str, grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(4, takes=6, corpus="alpha"), grid(4, takes=6, corpus="beta")], ignore_index=True)
    split = splits.make(clips, configured(train_settings, protocol, validation="statements"), 1)
    rows = split.merge(clips, on="clip_id")
    assert lacking(split, clips) == set()
    for _, fold in rows.groupby("fold"):
        part = dict(iter(fold.groupby("part")))
        assert not set(part["test"]["speaker"]) & set(fold.loc[fold["part"] != "test", "speaker"])
        assert set(part["validation"]["speaker"]) <= set(part["train"]["speaker"])
        assert not set(part["validation"]["statement"]) & set(part["train"]["statement"])


def test_a_statement_of_one_label_stays_with_it(make_clips: Make, train_settings: Make) -> None:
    clips = make_clips([{"speaker": speaker, "label": label, "statement": f"{label} {number}"}
                        for speaker in "ab" for label in ("anger", "fear") for number in range(4)])
    for seed in SEEDS:
        split = splits.make(clips, configured(train_settings, "loso", validation="statements"), seed)
        assert lacking(split, clips) == set()


def test_where_statements_are_unknown_clips_choose_the_epoch(grid: Make, train_settings: Make) -> None:
    clips = grid(2, takes=10)
    clips["statement"] = clips["statement"].mask(clips["speaker"] == "toy-02")
    split = splits.make(clips, configured(train_settings, "loso", validation="statements"), 1)
    assert lacking(split, clips) == set()
    assert split.groupby(["fold", "part"]).size().tolist() == [30, 24, 6, 30, 24, 6]


def test_a_single_statement_cannot_choose_the_epoch(grid: Make, train_settings: Make) -> None:
    with pytest.raises(UserError, match="leaves 1 statement both to train on and to validate"):
        splits.make(grid(2, takes=1), configured(train_settings, "loso", validation="statements"), 1)


def test_one_speaker_cannot_be_tested_on_another(grid: Make, train_settings: Make) -> None:
    with pytest.raises(UserError, match=r"loso needs at least 2 speakers \(to train, to test\); the data has 1"):
        splits.make(grid(1, takes=4), configured(train_settings, "loso", validation="statements"), 1)


def test_tested_statements_are_left_out_before_the_epoch_is_given_some(grid: Make, train_settings: Make) -> None:
    clips, chosen = grid(4, takes=8), configured(train_settings, "loso", validation="statements",
                                                 statement_disjoint=True)
    rows = splits.make(clips, chosen, 1).merge(clips, on="clip_id")
    for _, fold in rows.groupby("fold"):
        assert [fold.loc[fold["part"] == part, "statement"].nunique() for part in PARTS] == [3, 1, 4]
        assert fold["statement"].nunique() == 8
