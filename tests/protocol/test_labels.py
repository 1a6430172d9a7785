"""Labels are kept, merged or left out, and whatever is left out is counted."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.protocol.labels import NATIVE, SCHEMES, apply

COMMON = ["anger", "disgust", "fear", "happiness", "neutral", "sadness"]


@pytest.fixture
def clips(make_clips: Callable[..., pd.DataFrame]) -> Callable[[list[str]], pd.DataFrame]:
    return lambda labels: make_clips({"speaker": "01", "label": label} for label in labels)


def test_native_keeps_every_row_as_it_is(clips: Any) -> None:
    table = clips(["calm", "anger", "boredom"])
    kept, left_out = apply(table, NATIVE)
    pd.testing.assert_frame_equal(kept, table)
    assert left_out == {}


def test_common6_merges_calm_and_counts_what_it_leaves_out(clips: Any) -> None:
    table = clips([*COMMON, "calm", "surprise", "boredom", "surprise"])
    kept, left_out = apply(table, "common6")
    assert kept["label"].tolist() == [*COMMON, "neutral"]
    assert left_out == {"boredom": 1, "surprise": 2}
    assert list(left_out) == sorted(left_out)


def test_common4(clips: Any) -> None:
    kept, left_out = apply(clips([*COMMON, "calm"]), "common4")
    assert kept["label"].tolist() == ["anger", "happiness", "neutral", "sadness", "neutral"]
    assert left_out == {"disgust": 1, "fear": 1}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_named_scheme_gives_each_of_its_labels_itself_and_no_source_twice(scheme: str) -> None:
    rules = SCHEMES[scheme]
    assert all(label in sources for label, sources in rules.items())
    sources = [source for each in rules.values() for source in each]
    assert len(sources) == len(set(sources))


def test_a_scheme_of_ones_own_keeps_order_and_other_columns(clips: Any) -> None:
    table = clips(["fear", "calm", "anger", "happiness", "fear"])
    kept, left_out = apply(table, {"negative": ["anger", "fear"], "positive": ["happiness"]})
    assert kept["label"].tolist() == ["negative", "negative", "positive", "negative"]
    assert left_out == {"calm": 1}
    expected = table[table["label"] != "calm"].drop(columns="label")
    pd.testing.assert_frame_equal(kept.drop(columns="label"), expected)


def test_sources_may_be_absent_labels_of_known_corpora_and_the_users_own(clips: Any) -> None:
    kept, _ = apply(clips(["wut", "fear"]), {"hot": ["wut", "anger"], "cold": ["fear", "boredom"]})
    assert kept["label"].tolist() == ["hot", "cold"]


def test_the_given_table_is_not_changed(clips: Any) -> None:
    table = clips(["calm", "anger"])
    before = table.copy(deep=True)
    apply(table, "common4")
    pd.testing.assert_frame_equal(table, before)


def test_a_source_named_twice_for_one_label_is_harmless(clips: Any) -> None:
    kept, _ = apply(clips(["anger", "fear"]), {"a": ["anger", "anger"], "f": ["fear"]})
    assert kept["label"].tolist() == ["a", "f"]


@pytest.mark.parametrize(("scheme", "message"), [
    ("common5", "there is no scheme 'common5'; known are native, common6, common4"),
    ({"a": ["anger"], "b": ["fear", "anger"]}, "'anger' is listed under 'a' and 'b'"),
    ({"a": ["anger", "fear"]}, r"fewer than two labels of those in the data \(anger, fear\)"),
    ({"a": ["calm"], "b": ["boredom"]}, "fewer than two labels"),
    ({"negative": ["anger", "fera"], "rest": ["calm"]},
     r"no clip is labelled 'fera' \(did you mean 'fear'\?\); the data has anger, fear"),
    ({"a": ["anger"], "b": ["joy", "xyz"]}, r"no clip is labelled 'joy', 'xyz'; the data has anger, fear"),
    ({}, "fewer than two labels"),
])
def test_schemes_that_cannot_be_used(scheme: Any, message: str, clips: Any) -> None:
    with pytest.raises(UserError, match=message):
        apply(clips(["anger", "fear"]), scheme)


def test_a_single_label_cannot_be_told_from_another(clips: Any) -> None:
    with pytest.raises(UserError, match=r"fewer than two labels of those in the data \(anger\)"):
        apply(clips(["anger", "anger"]), NATIVE)


def test_no_clips_at_all(clips: Any) -> None:
    with pytest.raises(UserError, match=r"of those in the data \(none\)"):
        apply(clips(["anger"]).iloc[:0], "common6")
