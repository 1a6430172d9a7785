"""What a split holds and lacks is said."""

from typing import Any

import pandas as pd
import pytest

from speech_emotion.protocol import splits
from speech_emotion.protocol.contents import count_parts, remarks

from .common import Make, configured


def test_counts_by_hand(make_clips: Make) -> None:
    clips = make_clips([
        {"speaker": "1", "sex": "female", "label": "anger"}, {"speaker": "1", "sex": "female", "label": "fear"},
        {"speaker": "2", "sex": "male", "label": "anger"}, {"speaker": "3", "label": "fear"},
    ])
    split = pd.DataFrame({
        "fold": [0, 0, 0, 0, 1], "clip_id": [*clips["clip_id"], clips["clip_id"][0]],
        "part": ["test", "test", "train", "train", "validation"],
    })
    assert count_parts(split, clips).to_dict("list") == {
        "fold": [0, 0, 1], "part": ["train", "test", "validation"], "clips": [2, 2, 1], "speakers": [2, 1, 1],
        "female": [0, 1, 1], "male": [1, 0, 0], "unknown": [1, 0, 0], "anger": [1, 1, 1], "fear": [1, 1, 0],
    }


def _remarks(clips: pd.DataFrame, settings: Any) -> list[str]:
    return remarks(splits.make(clips, settings, 1), clips, settings)


def _relabelled(clips: pd.DataFrame, speakers: list[str], label: str = "fear") -> pd.DataFrame:
    """Let some speakers say their second sentence in anger with another emotion."""
    changed = clips["speaker"].isin(speakers) & (clips["label"] == "anger") & (clips["statement"] == "sentence 1")
    return clips.assign(label=clips["label"].mask(changed, label))


@pytest.mark.parametrize("protocol", ["speaker_holdout", "speaker_kfold", "loso", "random_kfold"])
def test_nothing_is_said_of_a_split_that_lacks_nothing(grid: Make, train_settings: Make, protocol: str) -> None:
    assert _remarks(grid(8), configured(train_settings, protocol)) == []


def test_the_part_without_a_label_and_the_speakers_who_have_it_are_named(grid: Make, train_settings: Make) -> None:
    clips = _relabelled(grid(8), ["toy-02", "toy-07"])
    assert _remarks(clips, configured(train_settings, "speaker_holdout")) == [
        "the validation part has no clip labelled fear: only toy-02 and toy-07 have it"]
    clips = _relabelled(grid(8), ["toy-01", "toy-02", "toy-05", "toy-07"])
    assert _remarks(clips, configured(train_settings, "loso")) == [
        "the test part has no clip labelled fear in 4 of 8 folds: 4 speakers have it"]


def test_a_corpus_that_is_not_tested_is_named(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(20, corpus="alpha"), grid(2, takes=60, corpus="beta")], ignore_index=True)
    (said,) = _remarks(clips, configured(train_settings, "speaker_holdout"))
    assert said.startswith("no clip of beta is tested: it has too few speakers, or each of them too many clips")
    assert _remarks(clips, configured(train_settings, "speaker_kfold")) == []


def test_it_is_said_who_chooses_the_epoch(grid: Make, train_settings: Make) -> None:
    clips, settings = grid(2, takes=10), configured(train_settings, "loso", validation="statements")
    assert _remarks(clips, settings) == [
        "the validation part holds other sentences of the speakers that are trained on"]
    clips.loc[clips["speaker"] == "toy-01", "statement"] = None
    assert _remarks(clips, settings)[1] == (
        "of 30 clips the statement is unknown: which of them are validated is left to chance, so a sentence may be "
        "both trained on and validated")
