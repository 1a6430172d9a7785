"""Networks: shapes, probabilities, and a message for a window that is too short."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from scipy.special import softmax

from speech_emotion.core.errors import UserError
from speech_emotion.models import classifier

Settings = Callable[..., Any]


def build(settings: Any, window_frames: int, columns: int, num_classes: int) -> keras.Model:
    return classifier.build("cnn", settings, window_frames=window_frames, num_columns=columns, num_classes=num_classes)


@pytest.mark.parametrize(("frames", "columns", "labels"), [(64, 13, 2), (100, 40, 6), (401, 1, 8)])
def test_shapes_and_probabilities(frames: int, columns: int, labels: int, network_settings: Settings) -> None:
    model = build(network_settings(filters=[3, 4, 5], dense=6), frames, columns, labels)
    assert model.input_shape == (None, frames, columns)
    assert model.output_shape == (None, labels)
    windows = np.random.default_rng(0).standard_normal((5, frames, columns), dtype=np.float32) * 100
    outputs = model.predict(windows, verbose=0)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)
    assert (outputs >= 0).all()


def layers(model: keras.Model, kind: type[keras.layers.Layer]) -> list[keras.layers.Layer]:
    return [layer for layer in model.layers if isinstance(layer, kind)]


def test_settings_shape_the_network(network_settings: Settings) -> None:
    settings = network_settings(
        filters=[3, 7], kernel_size=5, pool_size=2, dense=9, dropout=0.4, batch_norm=True
    )
    model = build(settings, 40, 13, 4)
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


def test_without_batch_normalisation_convolutions_have_an_offset(network_settings: Settings) -> None:
    model = build(network_settings(filters=[3], batch_norm=False, dense=2), 8, 2, 2)
    assert layers(model, keras.layers.BatchNormalization) == []
    assert layers(model, keras.layers.Conv1D)[0].use_bias


@pytest.mark.parametrize(("pool", "blocks", "frames"), [(4, 3, 64), (2, 1, 2), (3, 2, 9)])
def test_the_shortest_window_that_fits(pool: int, blocks: int, frames: int, network_settings: Settings) -> None:
    settings = network_settings(filters=[2] * blocks, pool_size=pool, dense=2)
    assert build(settings, frames, 3, 2).output_shape == (None, 2)
    with pytest.raises(UserError, match=rf"networks\.cnn does not fit train_cnn\.seconds: {blocks} poolings by {pool} "
                                        rf"need {frames} frames; the window has {frames - 1}"):
        build(settings, frames - 1, 3, 2)


def test_the_same_seed_gives_the_same_weights(network_settings: Settings) -> None:
    def weights(seed: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(seed)
        model = build(network_settings(filters=[2], dense=3), 8, 2, 2)
        return [np.asarray(each) for each in model.get_weights()]

    one, again, other = weights(1), weights(1), weights(2)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_logits_and_embedding_lead_to_the_probabilities(network_settings: Settings) -> None:
    model = build(network_settings(filters=[3], dense=5), 16, 4, 3)
    windows = np.random.default_rng(0).standard_normal((7, 16, 4), dtype=np.float32)
    logits, embedding = map(np.asarray, classifier.with_embedding(model)(windows))
    assert embedding.shape == (7, 5)
    weights, offset = map(np.asarray, model.get_layer("logits").weights)
    np.testing.assert_allclose(logits, embedding @ weights + offset, atol=1e-5)
    np.testing.assert_allclose(softmax(logits, axis=1), model.predict(windows, verbose=0), atol=1e-6)
