"""What train_cnn's settings may be."""

from collections.abc import Callable
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from speech_emotion.params.train_cnn import Scheme, Split
from speech_emotion.protocol import labels, splits

Settings = Callable[..., Any]

REFUSED = [
    ("seed", -1), ("seed", 2**31), ("seed", 1.5), ("seed", True), ("seed", "1"),
    ("labels", "common5"), ("labels", 4), ("labels", {}), ("labels", {"a": "b"}), ("labels", {"a": [1]}),
    ("labels", {1: ["a"]}), ("labels", ["a"]), ("labels", None),
    ("split__protocol", "kfold"), ("split__folds", 1), ("split__folds", 2.0),
    ("split__test_fraction", 0.0), ("split__test_fraction", 0.95), ("split__validation_fraction", 0),
    ("split__validation_fraction", 0.6), ("split__validation_fraction", float("nan")), ("split__validation", "clips"),
    ("split__test_corpora", "emodb"), ("split__test_corpora", [1]),
    ("split__predefined", None), ("split__statement_disjoint", "yes"), ("split__statement_disjoint", 1),
    ("seconds", 0.0), ("seconds", -1), ("seconds", float("inf")), ("seconds", float("nan")),
    ("model", "rnn"), ("model", "base"), ("model", None),
    ("epochs", 0), ("epochs", 1.0), ("batch_size", 0), ("lr", 0.0), ("lr", -1.0), ("lr", "fast"), ("lr", True),
    ("lr", float("nan")), ("lr", float("inf")), ("lr_schedule", "linear"), ("lr_schedule", None),
    ("early_stopping", -1), ("class_weights", "no"), ("label_smoothing", -0.1), ("label_smoothing", 1.0),
    ("augment__time_masks", -1), ("augment__time_mask_seconds", -0.1), ("augment__time_mask_seconds", float("inf")),
    ("augment__coefficient_masks", 0.5), ("augment__coefficient_mask_width", -1), ("augment__noise", -1.0),
    ("augment__noise", float("nan")), ("augment__time_mask_seconds", 4.5),
    ("augment__gain_db", -1.0), ("augment__tilt_db", float("inf")), ("augment__frequency_warp", 0.6),
    ("augment__mixup", -0.1), ("augment__mixup_within_label", 1), ("normalisation", "none"), ("normalisation", None),
]

TAKEN = [
    ("seed", 0), ("seed", 2**31 - 1), ("labels", "common6"), ("labels", {"negative": ["anger", "fear"], "rest": []}),
    ("split__folds", 2), ("split__test_fraction", 0.8), ("split__validation_fraction", 0.5), ("seconds", 3),
    ("lr", 1e-5), ("lr", 1), ("lr_schedule", "cosine"), ("early_stopping", 0), ("label_smoothing", 0),
    ("augment__time_masks", 0), ("augment__noise", 2), ("augment__time_mask_seconds", 4.0),
]


@pytest.mark.parametrize(("key", "value"), REFUSED)
def test_impossible_values_are_refused_under_their_key(key: str, value: Any, train_settings: Settings) -> None:
    with pytest.raises(ValidationError) as caught:
        train_settings(**{key: value})
    locations = [".".join(map(str, problem["loc"])) for problem in caught.value.errors()]
    assert len(locations) == 1
    assert locations[0].startswith(key.replace("__", "."))


@pytest.mark.parametrize(("key", "value"), TAKEN)
def test_possible_values_are_taken(key: str, value: Any, train_settings: Settings) -> None:
    settings = train_settings(**{key: value})
    for part in key.split("__"):
        settings = getattr(settings, part)
    assert settings == value


@pytest.mark.parametrize("protocol", get_args(Split.model_fields["protocol"].annotation))
def test_every_protocol_that_may_be_chosen_exists(protocol: str, train_settings: Settings) -> None:
    assert protocol in splits.PROTOCOLS
    assert train_settings(split__protocol=protocol, split__test_corpora=["emodb"]).split.protocol == protocol


def test_masks_in_time_are_no_wider_than_the_window(train_settings: Settings) -> None:
    with pytest.raises(ValidationError, match=r"must be at most train_cnn\.seconds, which is 0\.3"):
        train_settings(seconds=0.3)
    assert train_settings(seconds=0.3, augment__time_masks=0).seconds == 0.3, "switched off, its width is nothing"


@pytest.mark.parametrize("step", ["gain_db", "tilt_db", "frequency_warp"])
def test_what_normalising_by_clip_measures_is_not_changed_beforehand(step: str, train_settings: Settings) -> None:
    with pytest.raises(ValidationError, match=rf"augment\.{step}\n.*must be 0 when train_cnn\.normalisation is clip"):
        train_settings(normalisation="clip", **{f"augment__{step}": 0.1})
    assert train_settings(normalisation="clip", augment__mixup=0.2).normalisation == "clip"
    assert getattr(train_settings(normalisation="speaker", **{f"augment__{step}": 0.1}).augment, step) == 0.1


def test_cross_corpus_needs_a_corpus_to_test_on(train_settings: Settings) -> None:
    with pytest.raises(ValidationError, match="at least one corpus when protocol is cross_corpus"):
        train_settings(split__protocol="cross_corpus", split__test_corpora=[])


def test_label_schemes_that_may_be_chosen_are_those_that_exist() -> None:
    assert set(get_args(Scheme)) == {labels.NATIVE, *labels.SCHEMES}
