"""No protocol leaks, whatever the data; and a split that leaks is refused, however it came about."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from speech_emotion.core.errors import UserError
from speech_emotion.protocol import splits

ROOT = Path(__file__).resolve().parents[2]
INDEPENDENT = ["speaker_holdout", "speaker_kfold", "loso", "cross_corpus", "predefined"]
PROTOCOLS = [*INDEPENDENT, "random_kfold"]
Make = Callable[..., Any]


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


def configured(train_settings: Make, protocol: str, **changes: Any) -> Any:
    changes = {"folds": 3, "test_corpora": ["beta"], "predefined": "own", **changes, "protocol": protocol}
    return train_settings(**{f"split__{name}": value for name, value in changes.items()}).split


def write_list(folder: Path, table: pd.DataFrame, name: str = "own") -> None:
    (folder / "splits").mkdir(exist_ok=True)
    table.to_csv(folder / "splits" / f"{name}.csv", index=False)


def speakers_in_turn(clips: pd.DataFrame, folds: int = 3) -> pd.DataFrame:
    speakers = sorted(clips["speaker"].unique())
    return pd.DataFrame({"speaker": speakers, "fold": np.arange(len(speakers)) % folds})


def check_no_leak(split: pd.DataFrame, clips: pd.DataFrame, protocol: str) -> None:
    """What must hold of every split, told anew without the code under test."""
    assert list(split) == ["fold", "clip_id", "part"]
    assert sorted(split["fold"].unique()) == list(range(split["fold"].nunique()))
    assert split[["fold", "clip_id"]].apply(tuple, axis=1).is_monotonic_increasing
    about = clips.set_index("clip_id")
    tested: set[str] = set()
    for _, fold in split.groupby("fold"):
        members = {part: fold.loc[fold["part"] == part, "clip_id"].tolist() for part in ("train", "validation", "test")}
        assert sum(map(len, members.values())) == len(fold)
        assert all(members.values())
        for column in ["clip_id", "digest"] + (["speaker"] if protocol != "random_kfold" else []):
            seen = [set(ids) if column == "clip_id" else set(about.loc[ids, column]) for ids in members.values()]
            assert len(seen[0] | seen[1] | seen[2]) == sum(map(len, seen)), f"{column} on two sides"
        assert set(about.loc[fold["clip_id"], "label"]) == set(about.loc[members["train"], "label"])
        assert not tested & set(members["test"])
        tested |= set(members["test"])


# --- properties of every protocol, on any data


@settings(max_examples=15)
@given(rows=manifests(), seed=st.integers(0, 1000), fraction=st.sampled_from([0.01, 0.25, 0.5, 0.99]))
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


def counts(split: pd.DataFrame, clips: pd.DataFrame) -> pd.DataFrame:
    return split.merge(clips, on="clip_id").groupby(["fold", "part"])["speaker"].nunique().unstack()


@pytest.mark.parametrize(("speakers", "test", "validation"), [(4, 1, 1), (8, 2, 1), (12, 3, 2), (16, 4, 2), (24, 6, 4)])
def test_holdout_takes_the_asked_share_of_speakers(
    speakers: int, test: int, validation: int, grid: Make, train_settings: Make
) -> None:
    clips = grid(speakers)
    chosen = configured(train_settings, "speaker_holdout", test_fraction=0.25, validation_fraction=0.2)
    number = counts(splits.make(clips, chosen, 1), clips).loc[0]
    assert number["test"] == test
    assert abs(number["validation"] - validation) <= 1
    assert number.sum() == speakers


def test_holdout_balances_sex_and_corpus(grid: Make, train_settings: Make) -> None:
    clips = pd.concat([grid(8, corpus="alpha"), grid(8, corpus="beta")], ignore_index=True)
    chosen = configured(train_settings, "speaker_holdout", test_fraction=0.25)
    for seed in range(5):
        split = splits.make(clips, chosen, seed)
        tested = clips[clips["clip_id"].isin(split.loc[split["part"] == "test", "clip_id"])]
        who = tested.drop_duplicates("speaker")
        assert who.groupby(["corpus", "sex"]).size().tolist() == [1, 1, 1, 1]


def test_kfold_has_the_asked_folds_of_about_equal_size(grid: Make, train_settings: Make) -> None:
    clips = grid(10)
    split = splits.make(clips, configured(train_settings, "speaker_kfold", folds=5), 1)
    assert counts(split, clips)["test"].tolist() == [2] * 5


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
    chosen = configured(train_settings, "speaker_holdout", test_fraction=0.9)
    with pytest.raises(UserError, match=r"leaves 1 speaker both to train on and to choose the epoch"):
        splits.make(grid(3), chosen, 1)


# --- predefined lists


def test_the_shipped_list_is_emobox_ravdess() -> None:
    listed = pd.read_csv(ROOT / "splits" / "emobox_ravdess.csv")
    published = [(1, 11, 20, 21), (4, 10, 12, 14), (8, 9, 19, 23), (3, 5, 7, 24), (2, 15, 16, 18), (6, 13, 17, 22)]
    assert list(listed) == ["speaker", "fold"]
    assert listed["speaker"].is_unique
    assert [set(members) for _, members in listed.groupby("fold")["speaker"]] == [
        {f"ravdess-{actor:02d}" for actor in fold} for fold in published
    ]


def test_the_shipped_list_is_what_params_yaml_names(shipped: Callable[[], Any]) -> None:
    assert (ROOT / splits.LISTS / f"{shipped()['train_cnn']['split']['predefined']}.csv").is_file()


def test_the_shipped_list_on_ravdess(grid: Make, train_settings: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    clips = grid(24, corpus="ravdess")
    split = splits.make(clips, configured(train_settings, "predefined", predefined="emobox_ravdess"), 1)
    check_no_leak(split, clips, "predefined")
    assert (counts(split, clips)["test"] == 4).all()
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
    ("speaker,fold\ntoy-01,0\ntoy-02,1\n", "own.csv: does not list speaker toy-03, toy-04"),
    ("speaker\ntoy-01\n", "needs a column `fold`"),
    ("who,fold\ntoy-01,0\n", "one of `speaker` or `clip_id`"),
    ("speaker,fold,part\ntoy-01,0,dev\n", "`part` may hold train, validation, test only"),
    ("speaker,fold,part\ntoy-01,0,\n", "`part` may hold train, validation, test only"),
    ("", "not a CSV"),
    ('speaker,fold\n"toy-01,0\n', "not a CSV"),
    ("\xff\n", "own.csv"),
    ("".join(["speaker,fold,part\n", *(f"toy-0{speaker},0,train\n" for speaker in (1, 2, 3, 4))]),
     "no fold tests any of the clips"),
    ("".join(["speaker,fold,part\n", *(f"toy-0{speaker},0,test\n" for speaker in (1, 2, 3, 4))]),
     "leaves no speaker both to train on"),
    ("".join(["speaker,fold,part\n", *(f"toy-0{speaker},0,train\n" for speaker in (1, 2, 3, 4)), "toy-01,0,test\n"]),
     "lists speaker toy-01 twice in one fold"),
])
def test_lists_that_cannot_be_used(
    content: str, message: str, grid: Make, train_settings: Make, project: Path
) -> None:
    (project / "splits").mkdir()
    (project / "splits" / "own.csv").write_text(content, encoding="latin-1")
    with pytest.raises(UserError, match=message):
        splits.make(grid(4), configured(train_settings, "predefined"), 1)


def test_a_list_that_is_not_there(grid: Make, train_settings: Make, project: Path) -> None:
    with pytest.raises(UserError, match=r"there is no splits/own\.csv; the lists there are none"):
        splits.make(grid(4), configured(train_settings, "predefined"), 1)
    write_list(project, speakers_in_turn(grid(4)), "mine")
    with pytest.raises(UserError, match=r"there is no splits/own\.csv; the lists there are mine"):
        splits.make(grid(4), configured(train_settings, "predefined"), 1)


# --- the guard


@pytest.fixture
def sound(grid: Make, train_settings: Make) -> tuple[pd.DataFrame, pd.DataFrame, Any]:
    """Split, clips and settings that the guard lets pass; each test below breaks one thing."""
    clips, chosen = grid(6), configured(train_settings, "speaker_kfold")
    split = splits.make(clips, chosen, 1)
    splits.guard(split, clips, chosen)
    return split, clips, chosen


def first(split: pd.DataFrame, fold: int, part: str) -> int:
    return int(split.index[(split["fold"] == fold) & (split["part"] == part)][0])


@pytest.mark.parametrize(("wrong", "right"), [("test", "train"), ("test", "validation"), ("validation", "train")])
def test_guard_refuses_a_shared_speaker(sound: Any, wrong: str, right: str) -> None:
    split, clips, chosen = sound
    split.loc[first(split, 1, wrong), "part"] = right
    with pytest.raises(UserError, match=r"fold 1 has the speaker toy-0. in more than one part"):
        splits.guard(split, clips, chosen)


def test_guard_lets_a_shared_speaker_pass_for_a_speaker_dependent_protocol(sound: Any, train_settings: Make) -> None:
    split, clips, _ = sound
    split.loc[first(split, 1, "test"), "part"] = "train"
    splits.guard(split, clips, configured(train_settings, "random_kfold"))


@pytest.mark.parametrize("protocol", ["speaker_kfold", "random_kfold"])
@pytest.mark.parametrize(("one", "other"), [("test", "train"), ("test", "validation"), ("validation", "train")])
def test_guard_refuses_a_shared_recording(
    sound: Any, train_settings: Make, protocol: str, one: str, other: str
) -> None:
    split, clips, _ = sound
    ids = [split.loc[first(split, 0, part), "clip_id"] for part in (one, other)]
    digest = clips.loc[clips["clip_id"] == ids[0], "digest"].iloc[0]
    clips.loc[clips["clip_id"] == ids[1], "digest"] = digest
    with pytest.raises(UserError, match=rf"recording \(by content\) {digest} in more than one part"):
        splits.guard(split, clips, configured(train_settings, protocol))


@pytest.mark.parametrize("part", ["train", "validation"])
def test_guard_refuses_a_clip_twice_in_a_fold(sound: Any, part: str) -> None:
    split, clips, chosen = sound
    again = split.loc[[first(split, 2, part)]]
    with pytest.raises(UserError, match=f"fold 2 holds a clip twice: {again['clip_id'].iloc[0]}"):
        splits.guard(pd.concat([split, again]), clips, chosen)


def test_guard_refuses_a_clip_in_two_parts_of_a_fold(sound: Any, train_settings: Make) -> None:
    split, clips, _ = sound
    again = split.loc[[first(split, 2, "test")]].assign(part="train")
    with pytest.raises(UserError, match="fold 2 holds a clip twice"):
        splits.guard(pd.concat([split, again]), clips, configured(train_settings, "random_kfold"))


def test_guard_refuses_a_clip_tested_in_two_folds(sound: Any, train_settings: Make) -> None:
    split, clips, _ = sound
    clip = split.loc[first(split, 0, "test"), "clip_id"]
    split.loc[(split["clip_id"] == clip) & (split["fold"] == 1), "part"] = "test"
    for protocol in ("speaker_kfold", "random_kfold"):
        with pytest.raises(UserError, match=f"tests clip {clip} in two folds"):
            splits.guard(split, clips, configured(train_settings, protocol))


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_guard_refuses_an_empty_part(sound: Any, part: str) -> None:
    split, clips, chosen = sound
    split = split[(split["fold"] != 1) | (split["part"] != part)]
    with pytest.raises(UserError, match=f"fold 1 has no clip in its {part} part"):
        splits.guard(split, clips, chosen)


def test_guard_refuses_a_label_that_cannot_be_learnt(sound: Any) -> None:
    split, clips, chosen = sound
    fold = split[(split["fold"] == 0) & (split["part"] == "train")].merge(clips, on="clip_id")
    unlearnt = fold.loc[fold["label"] == "anger", "clip_id"]
    split = split[(split["fold"] != 0) | ~split["clip_id"].isin(unlearnt)]
    with pytest.raises(UserError, match=r"fold 0 has no clip labelled anger to train on"):
        splits.guard(split, clips, chosen)


def test_guard_refuses_a_shared_statement_when_told_to(sound: Any, train_settings: Make) -> None:
    split, clips, _ = sound
    chosen = configured(train_settings, "speaker_kfold", statement_disjoint=True)
    with pytest.raises(UserError, match=r"fold 0 has the statement sentence 0 in more than one part, and 1 more"):
        splits.guard(split, clips, chosen)


def test_guard_lets_training_and_validation_share_statements(grid: Make, train_settings: Make) -> None:
    clips, chosen = grid(6), configured(train_settings, "speaker_kfold", statement_disjoint=True)
    split = splits.make(clips, chosen, 1)
    rows = split[split["part"] != "test"].merge(clips, on="clip_id")
    assert (rows.groupby(["fold", "statement"])["part"].nunique() == 2).all()
    splits.guard(split, clips, chosen)


def test_guard_refuses_clips_that_the_manifest_lacks(sound: Any) -> None:
    split, clips, chosen = sound
    lost = clips["clip_id"].iloc[4]
    with pytest.raises(UserError, match=f"names clips that the manifest lacks, such as {lost}"):
        splits.guard(split, clips.drop(index=4), chosen)


# --- the table for people


def test_table_counts_by_hand(make_clips: Make) -> None:
    clips = make_clips([
        {"speaker": "1", "sex": "female", "label": "anger"}, {"speaker": "1", "sex": "female", "label": "fear"},
        {"speaker": "2", "sex": "male", "label": "anger"}, {"speaker": "3", "label": "fear"},
    ])
    split = pd.DataFrame({
        "fold": [0, 0, 0, 0, 1], "clip_id": [*clips["clip_id"], clips["clip_id"][0]],
        "part": ["test", "test", "train", "train", "validation"],
    })
    assert splits.table(split, clips).to_dict("list") == {
        "fold": [0, 0, 1], "part": ["train", "test", "validation"], "clips": [2, 2, 1], "speakers": [2, 1, 1],
        "female": [0, 1, 1], "male": [1, 0, 0], "unknown": [1, 0, 0], "anger": [1, 1, 1], "fear": [1, 1, 0],
    }
