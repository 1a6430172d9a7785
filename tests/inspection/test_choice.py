"""Which clips are shown."""

from pathlib import Path

import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.inspection import choice


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rows = [
        ("toy-a1", "toy", "anger", "toy-1", "a1.wav"), ("toy-a2", "toy", "anger", "toy-2", "a2.wav"),
        ("toy-b2", "toy", "fear", "toy-2", "b2.wav"), ("toy-c3", "toy", "calm", "toy-3", "c3.wav"),
    ]
    return pd.DataFrame(rows, columns=["clip_id", "corpus", "label", "speaker", "path"]).assign(statement=None)


def test_a_clip_is_found_by_how_its_id_begins(table: pd.DataFrame) -> None:
    assert choice.from_id("toy-b", table, "root") == (Path("root/b2.wav"), "toy-b2: fear, toy-2", "toy")
    with pytest.raises(UserError, match="2 clips begin so, such as toy-a1, toy-a2"):
        choice.from_id("toy-a", table, "root")
    with pytest.raises(UserError, match="neither an audio file nor the id"):
        choice.from_id("nix", table, "root")


def test_a_whole_id_is_that_clip_though_another_begins_so(table: pd.DataFrame) -> None:
    longer = pd.concat([table, table[:1].assign(clip_id="toy-a12")])
    assert choice.from_id("toy-a1", longer, "root").path == Path("root/a1.wav")


def test_files_and_ids_are_shown_in_the_order_given(table: pd.DataFrame, tone: Path) -> None:
    chosen = choice.by_names(["toy-c3", str(tone)], table, "root")
    assert chosen == [(Path("root/c3.wav"), "toy-c3: calm, toy-3", "toy"), (tone, "tone.wav", None)]


def test_one_clip_for_each_label_is_of_one_speaker_as_far_as_there_is_one(table: pd.DataFrame) -> None:
    chosen = choice.one_per_value("toy", "label", table, "root")
    assert [clip.title for clip in chosen] == ["anger (toy-2)", "calm (toy-3)", "fear (toy-2)"]
    assert {clip.corpus for clip in chosen} == {"toy"}


def test_one_clip_for_each_label_says_the_same_as_far_as_there_is_such_a_clip() -> None:
    rows = [("toy-1", "anger", "s1"), ("toy-2", "anger", "s2"), ("toy-3", "calm", "s2"), ("toy-4", "fear", "s1"),
            ("toy-5", "fear", "s2"), ("toy-6", "joy", "s2")]
    table = pd.DataFrame(rows, columns=["clip_id", "label", "statement"]).assign(corpus="toy", speaker="toy-a")
    chosen = choice.one_per_value("toy", "label", table.assign(path=table["clip_id"]), "root")
    assert [clip.path.name for clip in chosen] == ["toy-2", "toy-3", "toy-5", "toy-6"]
    # A speaker who has every label goes before all, as where each label has statements of its own.
    table["statement"] = table["label"]
    table.loc[0, "speaker"] = "toy-0"
    chosen = choice.one_per_value("toy", "label", table.assign(path=table["clip_id"]), "root")
    assert [clip.path.name for clip in chosen] == ["toy-2", "toy-3", "toy-4", "toy-6"]


def test_one_clip_for_each_speaker_is_of_one_label_as_far_as_there_is_one_and_says_so(table: pd.DataFrame) -> None:
    chosen = choice.one_per_value("toy", "speaker", table, "root")
    assert [clip.title for clip in chosen] == ["toy-1 (anger)", "toy-2 (anger)", "toy-3 (calm)"]


def test_one_clip_for_each_value_of_another_column_says_label_and_speaker(table: pd.DataFrame) -> None:
    chosen = choice.one_per_value("toy", "intensity", table.assign(intensity=["low", "low", "high", "high"]), "root")
    # No speaker has both with one label.
    assert [clip.title for clip in chosen] == ["high (fear, toy-2)", "low (anger, toy-1)"]
    more = pd.concat([table.assign(intensity="low"), table[1:].assign(intensity="high", clip_id="toy-z")])
    chosen = choice.one_per_value("toy", "intensity", more, "root")
    assert [clip.title for clip in chosen] == ["high (anger, toy-2)", "low (anger, toy-2)"]


def test_a_corpus_or_column_that_is_not_there_is_said(table: pd.DataFrame) -> None:
    with pytest.raises(UserError, match="the manifest has toy"):
        choice.one_per_value("nix", "label", table, "root")
    with pytest.raises(UserError, match="must be a column of the manifest: clip_id, corpus"):
        choice.one_per_value("toy", "mood", table, "root")
    with pytest.raises(UserError, match="has 0 values in toy"):
        choice.one_per_value("toy", "label", table.assign(label=None), "root")
    many = pd.concat([table[:1].assign(label=f"label {number}") for number in range(25)])
    with pytest.raises(UserError, match="has 25 values in toy; side by side there is room for 1 to 24"):
        choice.one_per_value("toy", "label", many, "root")
