"""Networks: shapes, probabilities, and a message for a window that is too short."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.networks import registry

Settings = Callable[..., Any]


@pytest.mark.parametrize(("frames", "columns", "labels"), [(64, 13, 2), (100, 40, 6), (401, 1, 8)])
def test_shapes_and_probabilities(frames: int, columns: int, labels: int, train_settings: Settings) -> None:
    model = registry.build(train_settings(cnn__filters=[3, 4, 5], cnn__dense=6), frames, columns, labels)
    assert model.input_shape == (None, frames, columns)
    assert model.output_shape == (None, labels)
    windows = np.random.default_rng(0).standard_normal((5, frames, columns), dtype=np.float32) * 100
    outputs = model.predict(windows, verbose=0)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)
    assert (outputs >= 0).all()


def layers(model: keras.Model, kind: type[keras.layers.Layer]) -> list[keras.layers.Layer]:
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_settings_shape_the_network(train_settings: Settings) -> None:
    settings = train_settings(
        cnn__filters=[3, 7], cnn__kernel_size=5, cnn__pool_size=2, cnn__dense=9, cnn__dropout=0.4, cnn__batch_norm=True
    )
    model = registry.build(settings, 40, 13, 4)
    convolutions = layers(model, keras.layers.Conv1D)
    assert [layer.filters for layer in convolutions] == [3, 7]
    assert [layer.kernel_size for layer in convolutions] == [(5,), (5,)]
    assert [layer.pool_size for layer in layers(model, keras.layers.MaxPooling1D)] == [(2,), (2,)]
    assert [layer.units for layer in layers(model, keras.layers.Dense)] == [9, 4]
    assert {layer.rate for layer in layers(model, keras.layers.Dropout)} == {0.4}
    assert len(layers(model, keras.layers.BatchNormalization)) == 2
    assert len(layers(model, keras.layers.Flatten)) == 1
    # Convolutions without offset, as batch normalisation brings two weights (and two statistics) a filter.
    first, second = 5 * 13 * 3 + 4 * 3, 5 * 3 * 7 + 4 * 7
    assert model.count_params() == first + second + (10 * 7 + 1) * 9 + (9 + 1) * 4


def test_without_batch_normalisation_convolutions_have_an_offset(train_settings: Settings) -> None:
    model = registry.build(train_settings(cnn__filters=[3], cnn__batch_norm=False, cnn__dense=2), 8, 2, 2)
    assert layers(model, keras.layers.BatchNormalization) == []
    assert layers(model, keras.layers.Conv1D)[0].use_bias


@pytest.mark.parametrize(("pool", "blocks", "frames"), [(4, 3, 64), (2, 1, 2), (3, 2, 9)])
def test_the_shortest_window_that_fits(pool: int, blocks: int, frames: int, train_settings: Settings) -> None:
    settings = train_settings(cnn__filters=[2] * blocks, cnn__pool_size=pool, cnn__dense=2)
    assert registry.build(settings, frames, 3, 2).output_shape == (None, 2)
    with pytest.raises(UserError, match=rf"train_cnn\.cnn does not fit train_cnn\.seconds: {blocks} poolings by {pool} "
                                        rf"need {frames} frames; the window has {frames - 1}"):
        registry.build(settings, frames - 1, 3, 2)


def test_the_same_seed_gives_the_same_weights(train_settings: Settings) -> None:
    def weights(seed: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(seed)
        model = registry.build(train_settings(cnn__filters=[2], cnn__dense=3), 8, 2, 2)
        return [np.asarray(each) for each in model.get_weights()]

    one, again, other = weights(1), weights(1), weights(2)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
