"""What tests of several networks share."""

from collections.abc import Callable

import keras
import pytest

Created = Callable[[keras.Model, type[keras.layers.Layer]], list[keras.layers.Layer]]


@pytest.fixture(autouse=True)
def _fresh_names() -> None:
    """Let Keras number each test's layers from the start."""
    keras.backend.clear_session()


@pytest.fixture(scope="session")
def created() -> Created:
    """A function that gives a network's layers of one kind in the order in which the network's module makes them."""

    def layers(model: keras.Model, kind: type[keras.layers.Layer]) -> list[keras.layers.Layer]:
        # `model.layers` is in an order of its own. By name: conv1d, conv1d_1, ... conv1d_10.
        return sorted((layer for layer in model.layers if type(layer) is kind),
                      key=lambda layer: (len(layer.name), layer.name))

    return layers
