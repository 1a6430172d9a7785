"""The protocol `predefined` follows a list of folds to the letter, or says why it cannot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.protocol import lists, splits

from .common import Make, check_no_leak, configured, speakers_by_part, speakers_in_turn, write_list

ROOT = Path(__file__).resolve().parents[2]


def test_the_shipped_list_is_emobox_ravdess() -> None:
    listed = pd.read_csv(ROOT / "splits" / "emobox_ravdess.csv")
    published = [(1, 11, 20, 21), (4, 10, 12, 14), (8, 9, 19, 23), (3, 5, 7, 24), (2, 15, 16, 18), (6, 13, 17, 22)]
    assert list(listed) == ["speaker", "fold"]
    assert listed["speaker"].is_unique
    assert [set(members) for _, members in listed.groupby("fold")["speaker"]] == [
        {f"ravdess-{actor:02d}" for actor in fold} for fold in published
    ]


def test_the_shipped_list_is_what_params_yaml_names(shipped: Callable[[], Any]) -> None:
    assert (ROOT / lists.list_path(shipped()["train_cnn"]["split"]["predefined"])).is_file()


def test_the_shipped_list_on_ravdess(grid: Make, train_settings: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    clips = grid(24, corpus="ravdess")
    split = splits.make(clips, configured(train_settings, "predefined", predefined="emobox_ravdess"), 1)
    check_no_leak(split, clips, "predefined")
    assert (speakers_by_part(split, clips)["test"] == 4).all()
    assert split["fold"].nunique() == 6


def test_folds_whose_speakers_are_absent_are_passed_over(
    grid: Make, train_settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    clips = grid(24, corpus="ravdess")
    clips = clips[~clips["speaker"].isin([f"ravdess-{actor:02d}" for actor in (4, 10, 12, 14)])]
    split = splits.make(clips, configured(train_settings, "predefined", predefined="emobox_ravdess"), 1)
    assert sorted(split["fold"].unique()) == [0, 1, 2, 3, 4]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_list_with_parts_is_followed_to_the_letter(grid: Make, train_settings: Make, project: Path) -> None:
    clips = grid(4)
    parts = {"toy-01": "train", "toy-02": "validation", "toy-03": "test", "toy-04": "train"}
    write_list(project, pd.DataFrame({"speaker": parts.keys(), "fold": 0, "part": parts.values()}))
    split = splits.make(clips, configured(train_settings, "predefined"), 1).merge(clips, on="clip_id")
    assert split["part"].tolist() == split["speaker"].map(parts).tolist()
    assert len(split) == len(clips)


def test_a_list_with_parts_may_leave_speakers_out_of_a_fold_and_validation_to_us(
    grid: Make, train_settings: Make, project: Path
) -> None:
    clips = grid(5)
    write_list(project, pd.DataFrame(
        [("toy-01", 0, "test"), ("toy-02", 0, "train"), ("toy-03", 0, "train"),
         ("toy-04", 1, "test"), ("toy-05", 1, "train"), ("toy-01", 1, "train")],
        columns=["speaker", "fold", "part"],
    ))
    split = splits.make(clips, configured(train_settings, "predefined"), 1)
    check_no_leak(split, clips, "predefined")
    who = split.merge(clips, on="clip_id").groupby("fold")["speaker"].unique().map(set).tolist()
    assert who == [{"toy-01", "toy-02", "toy-03"}, {"toy-04", "toy-05", "toy-01"}]


def test_a_list_may_name_clips(grid: Make, train_settings: Make, project: Path) -> None:
    clips = grid(6)
    folds = clips["speaker"].map({f"toy-0{speaker + 1}": speaker % 2 for speaker in range(6)})
    write_list(project, pd.DataFrame({"clip_id": clips["clip_id"], "fold": folds}))
    split = splits.make(clips, configured(train_settings, "predefined"), 1)
    check_no_leak(split, clips, "predefined")
    tested = split[split["part"] == "test"].set_index("clip_id")["fold"]
    assert tested.loc[clips["clip_id"]].tolist() == folds.tolist()


def test_a_list_that_leaks_is_refused(grid: Make, train_settings: Make, project: Path) -> None:
    clips = grid(4)
    write_list(project, pd.DataFrame({"clip_id": clips["clip_id"], "fold": np.arange(len(clips)) % 2}))
    with pytest.raises(UserError, match=r"speaker toy-0. in more than one part"):
        splits.make(clips, configured(train_settings, "predefined"), 1)


def test_a_list_that_tests_a_speaker_twice_is_refused(grid: Make, train_settings: Make, project: Path) -> None:
    listed = speakers_in_turn(grid(8))
    write_list(project, pd.concat([listed, pd.DataFrame({"speaker": ["toy-01"], "fold": [1]})]))
    with pytest.raises(UserError, match="in two folds"):
        splits.make(grid(8), configured(train_settings, "predefined"), 1)


@pytest.mark.parametrize(("content", "message"), [
    ("speaker,fold\ntoy-01,0\ntoy-02,1\n", "does not list the speaker toy-03, toy-04: .* train_cnn.split.protocol"),
    ("speaker\ntoy-01\n", "needs a column `fold`"),
    ("who,fold\ntoy-01,0\n", "one of `speaker` or `clip_id`"),
    ("speaker,fold,part\ntoy-01,0,dev\n", "something else than train, validation, test in its column `part`"),
    ("speaker,fold,part\ntoy-01,0,\n", "something else than train, validation, test in its column `part`"),
    ("", "is no CSV"),
    ('speaker,fold\n"toy-01,0\n', "is no CSV"),
    ("\xff\n", "own.csv"),
    ("".join(["speaker,fold,part\n", *(f"toy-0{speaker},0,train\n" for speaker in (1, 2, 3, 4))]),
     "has no fold that tests any of the clips"),
    ("".join(["speaker,fold,part\n", *(f"toy-0{speaker},0,test\n" for speaker in (1, 2, 3, 4))]),
     "leaves no speaker both to train on"),
    ("".join(["speaker,fold,part\n", *(f"toy-0{speaker},0,train\n" for speaker in (1, 2, 3, 4)), "toy-01,0,test\n"]),
     "lists the speaker toy-01 twice in one fold"),
])
def test_lists_that_cannot_be_used(
    content: str, message: str, grid: Make, train_settings: Make, project: Path
) -> None:
    (project / "splits").mkdir()
    (project / "splits" / "own.csv").write_text(content, encoding="latin-1")
    with pytest.raises(UserError, match=message) as caught:
        splits.make(grid(4), configured(train_settings, "predefined"), 1)
    # All but what holds of any split say which setting names the list, and which file that is.
    if "leaves no speaker" not in message:
        assert str(caught.value).startswith("train_cnn.split.predefined: splits/own.csv ")


def test_a_list_that_is_not_there(grid: Make, train_settings: Make, project: Path) -> None:
    with pytest.raises(UserError, match=r"there is no splits/own\.csv; the lists there are none"):
        splits.make(grid(4), configured(train_settings, "predefined"), 1)
    write_list(project, speakers_in_turn(grid(4)), "mine")
    with pytest.raises(UserError, match=r"there is no splits/own\.csv; the lists there are mine"):
        splits.make(grid(4), configured(train_settings, "predefined"), 1)
