"""What a result does not mean is said when it is so, and only then."""

import copy
import dataclasses
from types import SimpleNamespace
from typing import Any

import pytest

from speech_emotion.report.page.words import limits, meaning


def _changed(run: SimpleNamespace, **numbers: Any) -> Any:
    return dataclasses.replace(run.evaluation, numbers={**copy.deepcopy(run.evaluation.numbers), **numbers})


def _plain(run: SimpleNamespace) -> dict[str, Any]:
    """Numbers about which nothing is to be said but what holds for all."""
    numbers = run.evaluation.numbers
    return {"counts": {**numbers["counts"], "test_speakers": 20}, "shortcuts": {"uar": {}, "warning": "", "bound": 0.5}}


ENCODER = {"name": "Whisper", "trained_on": "680,000 hours", "heard": ""}


@pytest.mark.parametrize(("changes", "expected", "serious"), [
    ({}, "", False),
    ({"synthetic": True}, "Not about people.", True),
    ({"speaker_independent": False}, "Not about unknown speakers.", True),
    ({"transductive": True}, "Not about a single clip of a stranger.", True),
    ({"encoders": {"encoder": ENCODER}}, "Not by this training alone: the model hears through Whisper.", False),
    ({"encoders": {"encoder": {**ENCODER, "heard": "ravdess"}}},
     "Not by this training alone: the model hears through Whisper.", True),
    ({"shortcuts": {"uar": {"text": 0.7}, "warning": "text", "bound": 0.5}},
     "Perhaps not about hearing emotion.", True),
    ({"shortcuts": {"uar": {}, "warning": "", "bound": 0.5, "texts": {"heard": {"clips": 9, "uar": None}}}},
     "Not about new sentences alone.", False),
    ({"labels": {"tested": "fear", "untested": "calm"}}, "Not about every label.", False),
])
def test_each_limit(run: SimpleNamespace, changes: dict[str, Any], expected: str, serious: bool) -> None:
    always = ["Not about other speech.", "Not about what somebody feels."]
    found = limits(_changed(run, **{**_plain(run), **changes}))
    assert [limit.title for limit in found if limit.title not in always] == ([expected] if expected else [])
    assert [limit.title for limit in found if limit.serious] == ([expected] if serious else [])
    assert [limit.title for limit in found][-2:] == always


def test_few_speakers(run: SimpleNamespace) -> None:
    for speakers in (1, 8):
        counts = {**run.evaluation.numbers["counts"], "test_speakers": speakers}
        (few,) = [limit for limit in limits(_changed(run, **{**_plain(run), "counts": counts}))
                  if limit.title == "Not settled."]
        assert few.text.startswith(f"{speakers} tested speaker")


def test_the_meaning_names_interval_baseline_and_people(run: SimpleNamespace) -> None:
    said = " ".join(meaning(run.evaluation))
    numbers = run.evaluation.numbers
    assert f"{numbers['uar']:.1%}" in said
    assert "rough: 8 test speakers" in said
    assert f"{numbers['baseline']['uar']:.1%}" in said
    # Of both corpora together the page has one accuracy, of RAVDESS another: people are compared with that.
    assert "right in 62.4% of cases, among 8 labels and over the whole corpus" in said
    assert f"{numbers['by_corpus']['ravdess']['accuracy']:.1%}" in said
    none = {**numbers["interval"], "uar": {"low": None, "high": None}, "note": "no interval: 2 test speakers"}
    assert "cannot be told (no interval: 2 test speakers)" in " ".join(meaning(_changed(run, interval=none)))
