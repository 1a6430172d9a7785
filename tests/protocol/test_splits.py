"""No protocol leaks, whatever the data."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from speech_emotion.core.errors import UserError
from speech_emotion.protocol import splits

from .common import Make, check_no_leak, configured, speakers_by_part, speakers_in_turn, write_list

INDEPENDENT = ["speaker_holdout", "speaker_kfold", "loso", "cross_corpus", "predefined"]
PROTOCOLS = [*INDEPENDENT, "random_kfold"]


@st.composite
def manifests(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of a manifest: up to ten speakers of up to three corpora, each with labels of their own choice."""
    rows = []
    for corpus in ["alpha", "beta", "gamma"][: draw(st.integers(1, 3))]:
        for speaker in range(draw(st.integers(1, 5))):
            sex = draw(st.sampled_from(["female", "male", None]))
            labels = draw(st.lists(st.sampled_from(["anger", "fear", "neutral"]), min_size=1, max_size=8))
            rows += [{"corpus": corpus, "speaker": str(speaker), "sex": sex, "label": label} for label in labels]
    return rows


# --- properties of every protocol, on any data


@settings(max_examples=15)
@given(rows=manifests(), seed=st.integers(0, 1000), fraction=st.sampled_from([0.01, 0.25, 0.5]))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_any_data_gives_a_split_that_does_not_leak_or_an_error_for_people(
    make_clips: Make, train_settings: Make, tmp_path_factory: pytest.TempPathFactory, protocol: str,
    rows: list[dict[str, Any]], seed: int, fraction: float,
) -> None:
    clips = make_clips(rows)
    chosen = configured(train_settings, protocol, test_fraction=fraction, validation_fraction=fraction)
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("project")
        patch.chdir(folder)
        write_list(folder, speakers_in_turn(clips))
        try:
            split = splits.make(clips, chosen, seed)
        except UserError as error:
            event("refused")
            assert str(error)
            return
    event("split")
    check_no_leak(split, clips, protocol)
    tested = split.loc[split["part"] == "test", "clip_id"].tolist()
    if protocol in ("speaker_kfold", "loso", "random_kfold", "predefined"):
        assert sorted(tested) == sorted(clips["clip_id"])
        assert split.groupby("fold")["clip_id"].apply(set).map(lambda ids: ids == set(clips["clip_id"])).all()
    if protocol == "cross_corpus":
        assert sorted(tested) == sorted(clips.loc[clips["corpus"] == "beta", "clip_id"])


@settings(max_examples=5)
@given(speakers=st.integers(6, 12), seed=st.integers(0, 1000), takes=st.integers(1, 3))
@pytest.mark.parametrize("protocol", ["speaker_holdout", "speaker_kfold", "loso", "random_kfold"])
def test_balanced_data_is_never_refused(
    grid: Make, train_settings: Make, protocol: str, speakers: int, seed: int, takes: int
) -> None:
    clips = grid(speakers, takes=takes)
    split = splits.make(clips, configured(train_settings, protocol), seed)
    check_no_leak(split, clips, protocol)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("statement_disjoint", [False, True])
def test_the_same_seed_gives_the_same_split_whatever_the_order_of_rows(
    protocol: str, statement_disjoint: bool, grid: Make, train_settings: Make, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clips = pd.concat([grid(4, corpus="alpha"), grid(4, corpus="beta")], ignore_index=True)
    monkeypatch.chdir(tmp_path)
    write_list(tmp_path, speakers_in_turn(clips))
    chosen = configured(train_settings, protocol, statement_disjoint=statement_disjoint)
    split = splits.make(clips, chosen, 7)
    for order in range(2):
        mixed = clips.sample(frac=1, random_state=order)
        pd.testing.assert_frame_equal(splits.make(mixed, chosen, 7), split)


@pytest.mark.parametrize("protocol", ["speaker_holdout", "speaker_kfold", "random_kfold"])
def test_another_seed_gives_another_split(protocol: str, grid: Make, train_settings: Make) -> None:
    clips, chosen = grid(12), configured(train_settings, protocol)
    made = {tuple(splits.make(clips, chosen, seed)["part"]) for seed in range(5)}
    assert len(made) > 1


def test_the_given_table_is_not_changed(grid: Make, train_settings: Make) -> None:
    clips = grid(6)
    before = clips.copy(deep=True)
    splits.make(clips, configured(train_settings, "speaker_kfold"), 1)
    pd.testing.assert_frame_equal(clips, before)


# --- each protocol


@pytest.mark.parametrize(("speakers", "test", "validation"), [(4, 1, 1), (8, 2, 1), (12, 3, 2), (16, 4, 2), (24, 6, 4)])
def test_holdout_takes_the_asked_share_of_speakers(
    speakers: int, test: int, validation: int, grid: Make, train_settings: Make
) -> None:
    clips = grid(speakers)
    chosen = configured(train_settings, "speaker_holdout", test_fraction=0.25, validation_fraction=0.2)
    number = speakers_by_part(splits.make(clips, chosen, 1), clips).loc[0]
    assert number["test"] == test
    assert abs(number["validation"] - validation) <= 1
    assert number.sum() == speakers


def test_holdout_balances_sex_and_corpus(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(8, corpus="alpha"), grid(8, corpus="beta")], ignore_index=True)
    chosen = configured(train_settings, "speaker_holdout", test_fraction=0.25)
    for seed in range(5):
        split = splits.make(clips, chosen, seed)
        tested = clips[clips["clip_id"].isin(list(split.loc[split["part"] == "test", "clip_id"]))]
        who = tested.drop_duplicates("speaker")
        assert who.groupby(["corpus", "sex"]).size().tolist() == [1, 1, 1, 1]


def test_kfold_has_the_asked_folds_of_about_equal_size(grid: Make, train_settings: Make) -> None:
    clips = grid(10)
    split = splits.make(clips, configured(train_settings, "speaker_kfold", folds=5), 1)
    assert speakers_by_part(split, clips)["test"].tolist() == [2] * 5


def test_more_folds_than_speakers(grid: Make, train_settings: Make) -> None:
    with pytest.raises(UserError, match=r"train_cnn\.split\.folds is 7, but there are only 6 speakers"):
        splits.make(grid(6), configured(train_settings, "speaker_kfold", folds=7), 1)


def test_loso_tests_each_speaker_alone(grid: Make, train_settings: Make) -> None:
    clips = grid(5)
    split = splits.make(clips, configured(train_settings, "loso"), 1).merge(clips, on="clip_id")
    tested = split[split["part"] == "test"].groupby("fold")["speaker"].unique().map(list).tolist()
    assert tested == [[f"toy-0{speaker}"] for speaker in range(1, 6)]


def test_cross_corpus_tests_whole_corpora_and_trains_on_none_of_them(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(4, corpus=name) for name in ("alpha", "beta", "gamma")], ignore_index=True)
    chosen = configured(train_settings, "cross_corpus", test_corpora=["beta", "gamma"])
    split = splits.make(clips, chosen, 1).merge(clips, on="clip_id")
    assert set(split.loc[split["part"] == "test", "corpus"]) == {"beta", "gamma"}
    assert set(split.loc[split["part"] != "test", "corpus"]) == {"alpha"}
    assert len(split) == len(clips)


@pytest.mark.parametrize(("test_corpora", "message"), [
    (["emodb"], "no clips of emodb; the data has alpha, beta"),
    (["alpha", "beta"], "names every corpus in the data"),
])
def test_cross_corpus_refuses(test_corpora: list[str], message: str, grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(4, corpus="alpha"), grid(4, corpus="beta")], ignore_index=True)
    with pytest.raises(UserError, match=message):
        splits.make(clips, configured(train_settings, "cross_corpus", test_corpora=test_corpora), 1)


def test_random_kfold_is_the_only_one_with_speakers_on_both_sides(grid: Make, train_settings: Make) -> None:
    assert {"random_kfold"} == splits.SPEAKER_DEPENDENT
    clips = grid(4, takes=5)
    split = splits.make(clips, configured(train_settings, "random_kfold"), 1).merge(clips, on="clip_id")
    assert split.groupby(["fold", "speaker"])["part"].nunique().max() > 1
    by_label = split[split["part"] == "test"].groupby(["fold", "label"]).size()
    assert by_label.max() - by_label.min() <= 1


def test_random_kfold_needs_no_more_than_one_speaker(grid: Make, train_settings: Make) -> None:
    clips = grid(1, takes=6)
    check_no_leak(splits.make(clips, configured(train_settings, "random_kfold"), 1), clips, "random_kfold")


def test_random_kfold_with_more_folds_than_clips(grid: Make, train_settings: Make) -> None:
    with pytest.raises(UserError, match=r"train_cnn\.split\.folds is 9, but there are only 6 clips"):
        splits.make(grid(1), configured(train_settings, "random_kfold", folds=9), 1)


def test_statement_disjoint_keeps_tested_sentences_out_of_training(grid: Make, train_settings: Make) -> None:
    clips = grid(8, takes=4)
    split = splits.make(clips, configured(train_settings, "speaker_kfold", statement_disjoint=True), 1)
    check_no_leak(split, clips, "speaker_kfold")
    rows = split.merge(clips, on="clip_id")
    for _, fold in rows.groupby("fold"):
        tested = set(fold.loc[fold["part"] == "test", "statement"])
        assert len(tested) == 2
        assert not tested & set(fold.loc[fold["part"] != "test", "statement"])


def test_statement_disjoint_needs_statements(grid: Make, train_settings: Make) -> None:
    chosen = configured(train_settings, "speaker_holdout", statement_disjoint=True)
    unknown = grid(6)
    unknown.loc[3, "statement"] = None
    with pytest.raises(UserError, match="statement is known; these corpora have some without: toy"):
        splits.make(unknown, chosen, 1)
    with pytest.raises(UserError, match="toy has a single statement"):
        splits.make(grid(6, takes=1), chosen, 1)


# --- too little data


@pytest.mark.parametrize("protocol", INDEPENDENT)
@pytest.mark.parametrize("speakers", [1, 2])
def test_too_few_speakers(protocol: str, speakers: int, grid: Make, train_settings: Make) -> None:
    with pytest.raises(UserError, match=f"{protocol} needs at least 3 speakers .* the data has {speakers}"):
        splits.make(grid(speakers), configured(train_settings, protocol), 1)


@pytest.mark.parametrize("protocol", INDEPENDENT)
def test_a_label_of_one_speaker_only(protocol: str, grid: Make, train_settings: Make) -> None:
    clips = grid(5)
    clips.loc[(clips["speaker"] == "toy-03") & (clips["statement"] == "sentence 1"), "label"] = "disgust"
    with pytest.raises(UserError, match=r"label 'disgust' occurs for one speaker only \(toy-03\)"):
        splits.make(clips, configured(train_settings, protocol), 1)


def test_one_speaker_left_for_training_and_validation(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(1, corpus="alpha"), grid(3, corpus="beta")], ignore_index=True)
    with pytest.raises(UserError, match=r"leaves 1 speaker both to train on and to validate"):
        splits.make(clips, configured(train_settings, "cross_corpus"), 1)
