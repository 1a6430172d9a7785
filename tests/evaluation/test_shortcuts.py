"""What can be known without hearing: from the part that was trained on, by one property at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from speech_emotion.evaluation.shortcuts import shortcuts, training_part
from speech_emotion.predictions import Origin, Predictions
from speech_emotion.protocol.planning import plan
from speech_emotion.protocol.splits import make

LABELS = ("anger", "neutral", "sadness")
Make = Callable[..., Any]


def judged(clips: pd.DataFrame, split: pd.DataFrame, **origin: Any) -> tuple[Predictions, pd.DataFrame]:
    """Predictions as a training would leave them, and the pooled test parts, all of them right."""
    table = split[split["part"] != "train"].merge(clips[["clip_id", "label"]], on="clip_id")
    test = table[table["part"] == "test"].drop(columns=["part", "label"]).merge(clips, on="clip_id")
    made = Predictions(table, Origin(**{
        "labels": tuple(sorted(set(clips["label"]))), "protocol": "loso", "speaker_independent": True,
        "statement_independent": False, "seed": 1, "settings": {}, **origin}))
    return made, test.assign(predicted=test["label"])


@pytest.fixture(scope="module")
def clips(make_clips: Make) -> pd.DataFrame:
    """Ten speakers, ten sentences; of the first corpus's labels one is merged, and one left out by common4."""
    made: pd.DataFrame = make_clips(
        {"corpus": corpus, "speaker": f"{speaker:02d}", "label": label, "statement": f"sentence {sentence}",
         "sex": ("female", "male")[speaker % 2]}
        for corpus, labels in (("toy", (*LABELS, "calm", "boredom")), ("other", LABELS))
        for speaker in range(10) for label in labels for sentence in range(10))
    return made


@pytest.mark.parametrize("changes", [
    {"protocol": "speaker_holdout"}, {"protocol": "speaker_kfold", "folds": 3}, {"protocol": "loso"},
    {"protocol": "random_kfold", "folds": 3}, {"protocol": "loso", "validation": "statements"},
    {"protocol": "speaker_holdout", "statement_disjoint": True}, {"protocol": "speaker_kfold", "train_also": ["other"]},
    {"protocol": "cross_corpus", "test_corpora": ["other"]},
], ids=str)
@pytest.mark.parametrize("refit", [False, True])
def test_the_training_part_is_that_of_the_protocol(
    clips: pd.DataFrame, train_settings: Make, changes: dict[str, Any], refit: bool
) -> None:
    settings = train_settings(labels="common4", **{f"split__{key}": value for key, value in changes.items()})
    planned = plan(clips, settings)
    split = make(planned.clips, settings.split, settings.seed)
    made, _ = judged(planned.clips, split, speaker_independent=settings.split.protocol != "random_kfold",
                     statement_independent=settings.split.statement_disjoint,
                     validation="clips" if settings.split.protocol == "random_kfold" else settings.split.validation,
                     settings={"train_cnn": {"refit": refit}})
    label = planned.clips.set_index("clip_id")["label"]
    for fold, rows in split.groupby("fold"):
        learnt = training_part(clips, made, fold)
        wanted = rows[rows["part"].isin(["train", "validation"] if refit else ["train"])]["clip_id"]
        assert sorted(learnt["clip_id"]) == sorted(wanted)
        assert learnt["label"].tolist() == label[learnt["clip_id"]].tolist()


def loso(clips: pd.DataFrame) -> pd.DataFrame:
    """Each speaker is tested, and the next one validates."""
    speakers = sorted(set(clips["speaker"]))
    return pd.concat([clips[["clip_id"]].assign(fold=fold, part=np.select(
        [clips["speaker"] == speaker, clips["speaker"] == speakers[fold - 1]], ["test", "validation"], "train"))
        for fold, speaker in enumerate(speakers)])


def one_corpus(make_clips: Make, **of_label: dict[str, Any]) -> pd.DataFrame:
    """Six speakers, eight clips of each label; what distinguishes the labels is given."""
    rows: pd.DataFrame = make_clips(
        {"speaker": f"{speaker:02d}", "label": label, "statement": f"sentence {take}",
         **{column: values[label] for column, values in of_label.items()}}
        for speaker in range(6) for label in LABELS for take in range(8))
    return rows


@pytest.mark.parametrize(("column", "values", "name"), [
    ("statement", ("a", "b", "c"), "text"), ("duration", (1.0, 2.0, 3.0), "duration"),
    ("rms_dbfs", (-40.0, -30.0, -20.0), "level"), ("peak_dbfs", (-12.0, -6.0, -1.0), "level"),
    ("leading_silence", (0.1, 0.2, 0.3), "silence"), ("trailing_silence", (0.0, 0.2, 1.0), "silence"),
    ("noise_dbfs", (-90.0, -60.0, -50.0), "noise"), ("bandwidth", (4000, 8000, 16000), "bandwidth"),
    ("sample_rate", (8000, 16000, 48000), "sample_rate"), ("channels", (1, 2, 3), "format"),
    ("encoding", ("lossless", "opus", "mpeg_layer_iii"), "format"),
    ("sex", ("female", "male", None), "sex"),
])
def test_a_property_that_tells_the_labels_apart_is_found_and_warned_of(
    make_clips: Make, column: str, values: tuple[Any, ...], name: str
) -> None:
    clips = one_corpus(make_clips, **{column: dict(zip(LABELS, values, strict=True))})
    told = shortcuts(clips, *judged(clips, loso(clips)))
    assert told["uar"][name] == 1
    assert told["warning"] == name
    # The model is always right: half of what it gains on chance.
    assert told["bound"] == pytest.approx((1 + 1 / 3) / 2, abs=1e-6)
    others = {other: uar for other, uar in told["uar"].items() if other != name}
    assert all(uar == pytest.approx(1 / 3, abs=0.1) for uar in others.values())


def test_a_property_of_one_value_is_none_and_a_speaker_who_is_not_met_says_nothing(make_clips: Make) -> None:
    clips = one_corpus(make_clips)
    told = shortcuts(clips, *judged(clips, loso(clips)))
    assert list(told["uar"]) == ["text"]
    assert told["warning"] == ""


def test_a_speaker_who_is_met_may_tell_the_label(make_clips: Make) -> None:
    # Every speaker says one label.
    clips = one_corpus(make_clips)
    whose = clips["speaker"].str[-1].astype(int) % 3
    clips = clips[whose == clips["label"].map({label: number for number, label in enumerate(LABELS)})]
    parts = ["train", "train", "validation", "test"] * (len(clips) // 4)
    told = shortcuts(clips, *judged(clips, clips[["clip_id"]].assign(fold=0, part=parts), speaker_independent=False))
    assert told["uar"]["speaker"] == 1


def test_what_was_never_met_is_no_knowledge(make_clips: Make) -> None:
    # Each speaker has texts of their own, each of one label.
    clips = one_corpus(make_clips)
    clips = clips.assign(statement=clips["speaker"] + clips["label"])
    told = shortcuts(clips, *judged(clips, loso(clips)))
    assert told["uar"]["text"] == pytest.approx(1 / 3)
    assert told["texts"] == {"heard": {"uar": None, "clips": 0}, "unheard": {"uar": 1.0, "clips": 144}}


def test_texts_that_were_heard_and_texts_that_were_not(make_clips: Make) -> None:
    clips = one_corpus(make_clips)
    # The last three sentences of each speaker are said by nobody else; the model is wrong on these.
    own = clips["statement"].isin([f"sentence {take}" for take in (5, 6, 7)])
    clips = clips.assign(statement=clips["statement"].where(~own, clips["speaker"] + clips["statement"]))
    made, test = judged(clips, loso(clips))
    wrong = test["label"].map({"anger": "neutral", "neutral": "sadness", "sadness": "anger"})
    said = test["label"].where(test["statement"].str.startswith("sentence"), wrong)
    told = shortcuts(clips, made, test.assign(predicted=said))
    assert told["texts"] == {"heard": {"uar": 1.0, "clips": 90}, "unheard": {"uar": 0.0, "clips": 54}}
    # Of few clips, and of those whose text nobody knows, nothing is said.
    few = test.iloc[:19].assign(predicted=said[:19])
    assert shortcuts(clips, made, few)["texts"]["heard"]["uar"] is None
    unknown = clips.assign(statement=clips["statement"].where(~own, None))
    assert shortcuts(unknown, *judged(unknown, loso(unknown)))["texts"]["unheard"]["clips"] == 0


def test_it_is_the_training_part_that_teaches(make_clips: Make) -> None:
    # Long is anger where it is learnt, and sadness where it is tested.
    clips = one_corpus(make_clips, duration=dict(zip(LABELS, (3.0, 2.0, 1.0), strict=True)))
    tested_speaker = clips["speaker"] == "toy-00"
    clips = clips.assign(duration=clips["duration"].where(~tested_speaker, 4 - clips["duration"]))
    split = clips[["clip_id"]].assign(fold=0, part=np.select(
        [tested_speaker, clips["speaker"] == "toy-01"], ["test", "validation"], "train"))
    made, test = judged(clips, split)
    said = test["label"].map({"anger": "sadness", "neutral": "neutral", "sadness": "anger"})
    assert shortcuts(clips, made, test)["uar"]["duration"] == pytest.approx(
        balanced_accuracy_score(test["label"], said), abs=1e-6)


def test_without_a_clip_to_learn_from_nothing_is_measured(make_clips: Make) -> None:
    clips = one_corpus(make_clips)
    made, test = judged(clips, clips[["clip_id"]].assign(fold=0, part=["validation", "test"] * (len(clips) // 2)))
    assert shortcuts(clips, made, test) == {"uar": {}, "bound": pytest.approx(2 / 3, abs=1e-6), "warning": ""}


def test_a_bad_model_is_not_warned_of_by_luck(make_clips: Make) -> None:
    clips = one_corpus(make_clips)
    made, test = judged(clips, loso(clips))
    assert shortcuts(clips, made, test.assign(predicted="anger"))["bound"] == pytest.approx(1 / 3 + 0.1, abs=1e-6)
