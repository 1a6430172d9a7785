"""What the networks' settings may be."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from speech_emotion.params.networks import NAMES, Networks, settings_of

REFUSED = [
    ("filters", []), ("filters", [0]), ("filters", [1.5]), ("filters", 64), ("kernel_size", 0), ("pool_size", 1),
    ("dense", 0), ("dropout", -0.1), ("dropout", 1.0), ("batch_norm", 1),
]


@pytest.mark.parametrize(("key", "value"), REFUSED)
def test_impossible_values_are_refused_under_their_key(
    key: str, value: Any, network_settings: Callable[..., Any]
) -> None:
    with pytest.raises(ValidationError) as caught:
        network_settings(**{key: value})
    assert {problem["loc"][0] for problem in caught.value.errors()} == {key}


@pytest.mark.parametrize(("key", "value"), [("filters", (1,)), ("dropout", 0), ("batch_norm", False)])
def test_possible_values_are_taken(key: str, value: Any, network_settings: Callable[..., Any]) -> None:
    assert getattr(network_settings(**{key: value}), key) == value


def test_every_network_has_its_group(shipped: Callable[[], dict[str, Any]]) -> None:
    document = shipped()["networks"]
    assert set(NAMES) == set(document)
    networks = Networks.model_validate(document)
    for name in NAMES:
        assert networks.of(name) == settings_of(name).model_validate(document[name])
