"""A split that leaks is refused, however it came about."""

from typing import Any

import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.protocol import splits
from speech_emotion.protocol.guard import guard

from .common import Make, configured


@pytest.fixture
def sound(grid: Make, train_settings: Make) -> tuple[pd.DataFrame, pd.DataFrame, Any]:
    """Split, clips and settings that the guard lets pass; each test below breaks one thing."""
    clips, chosen = grid(6), configured(train_settings, "speaker_kfold")
    split = splits.make(clips, chosen, 1)
    guard(split, clips, chosen)
    return split, clips, chosen


def first(split: pd.DataFrame, fold: int, part: str) -> int:
    return int(split.index[(split["fold"] == fold) & (split["part"] == part)][0])


@pytest.mark.parametrize(("wrong", "right"), [("test", "train"), ("test", "validation"), ("validation", "train")])
def test_it_refuses_a_shared_speaker(sound: Any, wrong: str, right: str) -> None:
    split, clips, chosen = sound
    split.loc[first(split, 1, wrong), "part"] = right
    with pytest.raises(UserError, match=r"fold 1 has the speaker toy-0. in more than one part"):
        guard(split, clips, chosen)


def test_it_lets_a_shared_speaker_pass_for_a_speaker_dependent_protocol(sound: Any, train_settings: Make) -> None:
    split, clips, _ = sound
    split.loc[first(split, 1, "test"), "part"] = "train"
    guard(split, clips, configured(train_settings, "random_kfold"))


@pytest.mark.parametrize("protocol", ["speaker_kfold", "random_kfold"])
@pytest.mark.parametrize(("one", "other"), [("test", "train"), ("test", "validation"), ("validation", "train")])
def test_it_refuses_a_shared_recording(
    sound: Any, train_settings: Make, protocol: str, one: str, other: str
) -> None:
    split, clips, _ = sound
    ids = [split.loc[first(split, 0, part), "clip_id"] for part in (one, other)]
    digest = clips.loc[clips["clip_id"] == ids[0], "digest"].iloc[0]
    clips.loc[clips["clip_id"] == ids[1], "digest"] = digest
    with pytest.raises(UserError, match=rf"recording \(by content\) {digest} in more than one part"):
        guard(split, clips, configured(train_settings, protocol))


@pytest.mark.parametrize("part", ["train", "validation"])
def test_it_refuses_a_clip_twice_in_a_fold(sound: Any, part: str) -> None:
    split, clips, chosen = sound
    again = split.loc[[first(split, 2, part)]]
    with pytest.raises(UserError, match=f"fold 2 holds a clip twice: {again['clip_id'].iloc[0]}"):
        guard(pd.concat([split, again]), clips, chosen)


def test_it_refuses_a_clip_in_two_parts_of_a_fold(sound: Any, train_settings: Make) -> None:
    split, clips, _ = sound
    again = split.loc[[first(split, 2, "test")]].assign(part="train")
    with pytest.raises(UserError, match="fold 2 holds a clip twice"):
        guard(pd.concat([split, again]), clips, configured(train_settings, "random_kfold"))


def test_it_refuses_a_clip_tested_in_two_folds(sound: Any, train_settings: Make) -> None:
    split, clips, _ = sound
    clip = split.loc[first(split, 0, "test"), "clip_id"]
    split.loc[(split["clip_id"] == clip) & (split["fold"] == 1), "part"] = "test"
    for protocol in ("speaker_kfold", "random_kfold"):
        with pytest.raises(UserError, match=f"tests clip {clip} in two folds"):
            guard(split, clips, configured(train_settings, protocol))


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_it_refuses_an_empty_part(sound: Any, part: str) -> None:
    split, clips, chosen = sound
    split = split[(split["fold"] != 1) | (split["part"] != part)]
    with pytest.raises(UserError, match=f"fold 1 has no clip in its {part} part"):
        guard(split, clips, chosen)


def test_it_refuses_a_label_that_cannot_be_learnt(sound: Any) -> None:
    split, clips, chosen = sound
    fold = split[(split["fold"] == 0) & (split["part"] == "train")].merge(clips, on="clip_id")
    unlearnt = fold.loc[fold["label"] == "anger", "clip_id"]
    split = split[(split["fold"] != 0) | ~split["clip_id"].isin(unlearnt)]
    with pytest.raises(UserError, match=r"fold 0 has no clip labelled anger to train on"):
        guard(split, clips, chosen)


def test_it_refuses_a_shared_statement_when_told_to(sound: Any, train_settings: Make) -> None:
    split, clips, _ = sound
    chosen = configured(train_settings, "speaker_kfold", statement_disjoint=True)
    with pytest.raises(UserError, match=r"fold 0 has the statement sentence 0 in more than one part, and 1 more"):
        guard(split, clips, chosen)


def test_it_lets_training_and_validation_share_statements(grid: Make, train_settings: Make) -> None:
    clips, chosen = grid(6), configured(train_settings, "speaker_kfold", statement_disjoint=True)
    split = splits.make(clips, chosen, 1)
    rows = split[split["part"] != "test"].merge(clips, on="clip_id")
    assert (rows.groupby(["fold", "statement"])["part"].nunique() == 2).all()
    guard(split, clips, chosen)


def test_it_refuses_clips_that_the_manifest_lacks(sound: Any) -> None:
    split, clips, chosen = sound
    lost = clips["clip_id"].iloc[4]
    with pytest.raises(UserError, match=f"names clips that the manifest lacks, such as {lost}"):
        guard(split, clips.drop(index=4), chosen)


def test_it_refuses_a_validation_part_of_one_label(sound: Any) -> None:
    split, clips, chosen = sound
    fold = split[(split["fold"] == 0) & (split["part"] == "validation")].merge(clips, on="clip_id")
    split = split[(split["fold"] != 0) | ~split["clip_id"].isin(fold.loc[fold["label"] != "anger", "clip_id"])]
    with pytest.raises(UserError, match="fold 0 has only clips labelled anger to validate with"):
        guard(split, clips, chosen)


@pytest.fixture
def by_statement(grid: Make, train_settings: Make) -> tuple[pd.DataFrame, pd.DataFrame, Any]:
    """Sound, with the training speakers in the validation part too."""
    clips, chosen = grid(4, takes=4), configured(train_settings, "loso", validation="statements")
    return splits.make(clips, chosen, 1), clips, chosen


def test_it_refuses_a_tested_speaker_where_training_and_validation_share_theirs(by_statement: Any) -> None:
    split, clips, chosen = by_statement
    for part in ("train", "validation"):
        wrong = split.copy()
        wrong.loc[first(wrong, 1, "test"), "part"] = part
        with pytest.raises(UserError, match=r"fold 1 has the speaker toy-02 in more than one part"):
            guard(wrong, clips, chosen)


def test_it_refuses_a_statement_that_is_trained_on_and_chooses_the_epoch(by_statement: Any) -> None:
    split, clips, chosen = by_statement
    split.loc[first(split, 2, "train"), "part"] = "validation"
    with pytest.raises(UserError, match=r"fold 2 has the statement sentence . in more than one part"):
        guard(split, clips, chosen)
