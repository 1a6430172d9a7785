"""Corpora that only train: in every fold's training part, in no other, with labels that are tested."""

import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.protocol import splits
from speech_emotion.protocol.planning import plan

from .common import Make, check_no_leak, configured, speakers_in_turn, write_list


@pytest.mark.parametrize("protocol", ["speaker_holdout", "speaker_kfold", "loso", "cross_corpus", "predefined"])
def test_they_train_in_every_fold_and_leave_the_others_where_they_were(
    protocol: str, grid: Make, train_settings: Make, tmp_path: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    dealt = pd.concat([grid(6), grid(4, corpus="beta")], ignore_index=True)
    others = grid(3, corpus="other")
    clips = pd.concat([dealt, others], ignore_index=True)
    write_list(tmp_path, speakers_in_turn(dealt))
    alone = splits.make(dealt, configured(train_settings, protocol), 1)
    pooled = splits.make(clips, configured(train_settings, protocol, train_also=["other"]), 1)
    check_no_leak(pooled, clips, protocol)
    theirs = pooled["clip_id"].isin(others["clip_id"])
    assert pooled[~theirs].reset_index(drop=True).astype(str).equals(alone.astype(str))
    for _, fold in pooled[theirs].groupby("fold"):
        assert sorted(fold["clip_id"]) == sorted(others["clip_id"])
        assert set(fold["part"]) == {"train"}


def test_sentences_that_are_tested_are_not_trained_on(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(8, takes=4), grid(2, takes=6, corpus="other")], ignore_index=True)
    chosen = configured(train_settings, "speaker_kfold", statement_disjoint=True, train_also=["other"])
    rows = splits.make(clips, chosen, 1).merge(clips, on="clip_id")
    for _, fold in rows.groupby("fold"):
        tested = set(fold.loc[fold["part"] == "test", "statement"])
        trained = fold[fold["corpus"] == "other"]
        assert set(trained["statement"]) == set(clips["statement"]) - tested
    clips.loc[clips["corpus"] == "other", "statement"] = None
    with pytest.raises(UserError, match="statement is known; these corpora have some without: other"):
        splits.make(clips, chosen, 1)


@pytest.mark.parametrize(("train_also", "says"), [
    (["elsewhere"], "train_also: no clips of elsewhere; the data has other, toy"),
    (["toy", "other"], "train_also names every corpus in the data; leave one to test on"),
])
def test_there_must_be_clips_of_them_and_others(
    train_also: list[str], says: str, grid: Make, train_settings: Make
) -> None:
    clips = pd.concat([grid(4), grid(4, corpus="other")], ignore_index=True)
    with pytest.raises(UserError, match=says):
        plan(clips, train_settings(split__train_also=train_also))


def test_labels_that_no_tested_corpus_has_are_left_out(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(6), grid(3, labels=["anger", "boredom"], corpus="other")], ignore_index=True)
    planned = plan(clips, train_settings(split__train_also=["other"]))
    assert planned.clips["label"].value_counts().to_dict() == {"anger": 18, "neutral": 12, "sadness": 12}
    said = str(planned)
    assert "other only trained on" in said
    assert "left out, since no tested corpus has the label: 6 boredom" in said


def test_nobody_is_told_that_they_are_not_tested(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(6), grid(1, labels=["anger"], corpus="other")], ignore_index=True)
    said = str(plan(clips, train_settings(split__train_also=["other"])))
    assert "no clip of other is tested" not in said
