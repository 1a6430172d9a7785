"""What cannot be trained is said at once, with the setting's name and with what could be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.protocol.planning import plan, rehearse

from .common import Make


@pytest.mark.parametrize(("speakers", "changes", "says"), [
    (2, {}, ["train_cnn.split.protocol: speaker_holdout needs at least 3 speakers",
             "the data has 2 (toy-01, toy-02)\n",
             "Protocols that work on these clips: random_kfold (speakers on both sides); speaker_holdout, loso with "
             "train_cnn.split.validation: statements"]),
    (3, {"split__protocol": "speaker_kfold"}, ["train_cnn.split.folds is 5, but there are only 3 speakers",
                                               "work on these clips: speaker_holdout, loso, random_kfold"]),
    (4, {"split__protocol": "cross_corpus", "split__test_corpora": ["emodb"]},
     ["train_cnn.split.test_corpora: no clips of emodb", "work on these clips: speaker_holdout, loso,"]),
])
def test_the_key_and_the_protocols_that_work_are_named(
    grid: Make, train_settings: Make, speakers: int, changes: dict[str, Any], says: list[str]
) -> None:
    with pytest.raises(UserError) as caught:
        plan(grid(speakers, takes=6), train_settings(**changes))
    for text in says:
        assert text in str(caught.value)


def test_what_is_named_works(grid: Make, train_settings: Make) -> None:
    clips = grid(2, takes=6)
    for protocol in ("speaker_holdout", "loso"):
        planned = plan(clips, train_settings(split__protocol=protocol, split__validation="statements"))
        assert len(planned.assignment) == len(clips) * planned.assignment.num_folds


def test_nothing_works_on_a_handful_of_clips(grid: Make, train_settings: Make) -> None:
    with pytest.raises(UserError, match="Protocols that work on these clips: none"):
        plan(grid(1, takes=1), train_settings())


def test_a_scheme_says_what_it_merges_and_leaves_out(grid: Make, train_settings: Make) -> None:
    clips = grid(4, ("anger", "calm", "neutral", "boredom"))
    said = str(plan(clips, train_settings(labels="common6"))).splitlines()
    assert said[:3] == ["speaker_holdout, 1 fold, 24 clips of 4 speakers, 2 labels",
                        "  relabelled: 8 calm into neutral", "  left out by labels: 8 boredom"]
    planned = plan(clips, train_settings(labels={"low": ["calm", "boredom", "neutral"], "high": ["anger"]}))
    assert planned.notes[:2] == ["relabelled: 8 anger into high", "relabelled: 8 boredom, 8 calm, 8 neutral into low"]


def test_a_misspelt_label_is_named_without_a_word_on_protocols(grid: Make, train_settings: Make) -> None:
    with pytest.raises(UserError) as caught:
        plan(grid(4), train_settings(labels={"bad": ["anger", "saddness"], "rest": ["neutral"]}))
    assert "'saddness' (did you mean 'sadness'?)" in str(caught.value)
    assert "Protocols" not in str(caught.value)


def test_it_is_rehearsed_from_the_parameter_file(
    grid: Make, shipped: Callable[[], dict[str, Any]], tmp_path: Path
) -> None:
    document = shipped()
    document["train_cnn"]["split"].update(protocol="loso", validation="statements")
    params = tmp_path / "params.yaml"
    params.write_text(json.dumps(document))
    said = rehearse(params, grid(2, takes=6)).splitlines()
    assert said == ["train_cnn will do: loso, 2 folds, 36 clips of 2 speakers, 3 labels",
                    "  the validation part holds other sentences of the speakers that are trained on"]
