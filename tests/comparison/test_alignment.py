"""What is compared is the same clips of the same split, or it is said."""

from collections.abc import Callable

import pandas as pd
import pytest

from speech_emotion.comparison.alignment import Contender, align, contender
from speech_emotion.comparison.sources import Run
from speech_emotion.core.errors import UserError
from speech_emotion.predictions import Predictions

Make = Callable[..., Predictions]


def of(name: str, made: Predictions) -> Contender:
    return contender(Run(name, made, pd.DataFrame()))


def changed(name: str, made: Predictions, table: pd.DataFrame) -> Contender:
    return of(name, Predictions(table, made.origin))


@pytest.fixture
def speakers(clips: pd.DataFrame) -> pd.Series:
    return clips.set_index("clip_id")["speaker"]


def test_the_same_split_in_whatever_order_and_number_of_folds_named(make_run: Make, speakers: pd.Series) -> None:
    made = make_run()
    table = made.table.assign(fold=1 - made.table["fold"]).sample(frac=1, random_state=0)
    aligned = align([of("a", made), changed("b", made, table)], speakers)
    assert (aligned.split, aligned.notes) == ((), ())
    assert aligned.clips.index.tolist() == sorted(speakers.index)
    assert aligned.clips["speaker"].tolist() == speakers[aligned.clips.index].tolist()
    assert (aligned.predicted["a"] == aligned.predicted["b"]).all()
    assert 0 < (aligned.predicted["a"] == aligned.clips["label"]).mean() < 1


def test_the_baseline_of_a_run(make_run: Make, speakers: pd.Series) -> None:
    run = Run("a", make_run(), pd.DataFrame())
    aligned = align([contender(run, baseline=True), contender(run)], speakers)
    answers = run.predictions.part("test").set_index("clip_id")["baseline"]
    assert list(aligned.predicted) == ["a (baseline)", "a"]
    assert aligned.predicted["a (baseline)"].tolist() == answers[aligned.clips.index].tolist()


def test_other_folds_are_refused_unless_they_are_wanted(make_run: Make, speakers: pd.Series) -> None:
    made = make_run()
    # One speaker of each half changes places.
    swapped = made.table["clip_id"].isin(speakers.index[speakers.isin(["toy-01", "toy-07"])])
    other = changed("b", made, made.table.assign(fold=made.table["fold"].where(~swapped, 1 - made.table["fold"])))
    with pytest.raises(UserError, match="b tests clips in other folds\n--common compares them all the same, on the 72"):
        align([of("a", made), other], speakers)
    aligned = align([of("a", made), other], speakers, common=True)
    assert aligned.split == ("b tests clips in other folds",)
    assert len(aligned.clips) == 72


def test_other_clips_and_labels_are_refused_unless_they_are_wanted(make_run: Make, speakers: pd.Series) -> None:
    made = make_run()
    test = made.table["part"] == "test"
    dropped, relabelled = sorted(made.table.loc[test, "clip_id"])[0], sorted(made.table.loc[test, "clip_id"])[1]
    table = made.table[~(test & (made.table["clip_id"] == dropped))]
    now = table["label"].where(table["clip_id"] != relabelled, "calm")
    other = Predictions(table.assign(label=now, p_calm=0.0), type(made.origin)(
        **{**vars(made.origin), "labels": ("anger", "calm", "neutral", "sadness")}))
    with pytest.raises(UserError) as refused:
        align([of("a", made), of("b", other)], speakers)
    for said in ("b knows the labels anger, calm, neutral, sadness, and a anger, neutral, sadness",
                 "b tests 0 clips that a does not, and lacks 1 of its", "b has other labels for 1 clips", "70 clips"):
        assert said in str(refused.value)
    aligned = align([of("a", made), of("b", other)], speakers, common=True)
    assert len(aligned.clips) == 70
    assert len(aligned.split) == 3
    assert {dropped, relabelled} & set(aligned.clips.index) == set()


def test_nothing_in_common(make_run: Make, speakers: pd.Series) -> None:
    made = make_run()
    halves = [changed(name, made, made.table[made.table["fold"] == fold]) for fold, name in enumerate("ab")]
    with pytest.raises(UserError, match="a and b share no clip"):
        align(halves, speakers, common=True)


def test_what_makes_a_comparison_unfair_is_said(make_run: Make, speakers: pd.Series) -> None:
    made = make_run()
    fewer = made.table.drop(index=made.table.index[made.table["part"] == "validation"][0])
    origin = type(made.origin)(**{**vars(made.origin), "transductive": True, "speaker_independent": False})
    aligned = align([of("a", made), of("b", Predictions(fewer, origin))], speakers)
    assert aligned.notes == ("b is SPEAKER-DEPENDENT: its test speakers were trained on",
                             "b is TRANSDUCTIVE: it looked at the tested speakers' other clips",
                             "b was validated with other clips than a")


def test_a_clip_that_nobody_knows_the_speaker_of(make_run: Make, speakers: pd.Series) -> None:
    with pytest.raises(UserError, match="does not know who speaks in 1 of the clips"):
        align([of("a", make_run()), of("b", make_run())], speakers.iloc[1:])


def test_no_test_part_and_a_clip_twice(make_run: Make) -> None:
    made = make_run()
    test = made.table["part"] == "test"
    with pytest.raises(UserError, match="a: has no test part"):
        changed("a", made, made.table[~test])
    with pytest.raises(UserError, match="twice"):
        changed("a", made, pd.concat([made.table, made.table[test].iloc[:1].assign(fold=7)]))
