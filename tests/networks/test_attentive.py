"""Attentive pooling: against the same in NumPy, and what its settings may be."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import softmax

from speech_emotion.networks.attentive import Settings, embed


@pytest.fixture
def settings(shipped: Callable[[], dict[str, Any]]) -> Callable[..., Settings]:
    return lambda **changes: Settings.model_validate(shipped()["networks"]["attentive"] | changes)


def normalised(x: np.ndarray, layer: keras.layers.BatchNormalization) -> np.ndarray:
    gamma, beta, mean, variance = layer.get_weights()
    return np.asarray(gamma * (x - mean) / np.sqrt(variance + layer.epsilon) + beta)


def convolved(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Convolve [frames, in] with [taps, in, out], of which there is an odd number, zeros around the frames."""
    reach = len(kernel) // 2
    padded = np.pad(x, ((reach, reach), (0, 0)))
    return sum(padded[tap : tap + len(x)] @ kernel[tap] for tap in range(len(kernel)))


@pytest.mark.parametrize("filters", [[], [3], [3, 4]])
def test_equals_the_same_in_numpy(
    filters: list[int], settings: Callable[..., Settings], created: Callable[..., Any]
) -> None:
    inputs = keras.Input((9, 4))
    model = keras.Model(inputs, embed(inputs, settings(projection=5, filters=filters, kernel_size=3, attention=2)))
    random = np.random.default_rng(1)
    model.set_weights([random.uniform(0.5, 1, each.shape) - 0.4 * (each.ndim > 1) for each in model.get_weights()])
    windows = random.standard_normal((2, 9, 4)).astype(np.float32)

    projection, hidden, score = (layer.get_weights() for layer in created(model, keras.layers.Dense))
    norms = created(model, keras.layers.BatchNormalization)
    convolutions = created(model, keras.layers.Conv1D)
    assert len(convolutions) == len(filters)
    expected = []
    for window in windows.astype(np.float64):
        x = normalised(window @ projection[0], norms[0])
        for convolution, norm in zip(convolutions, norms[1:], strict=True):
            x = normalised(convolved(np.maximum(x, 0), convolution.get_weights()[0]), norm)
        if filters:
            x = np.maximum(x, 0)
        weights = softmax(np.tanh(x @ hidden[0] + hidden[1]) @ score[0], axis=0)
        expected.append((weights * x).sum(axis=0))
    np.testing.assert_allclose(model(windows), expected, rtol=1e-4, atol=1e-6)


def test_a_window_is_left_without_whole_columns_in_training(settings: Callable[..., Settings]) -> None:
    inputs = keras.Input((6, 50))
    dropped = next(layer for layer in keras.Model(inputs, embed(inputs, settings(column_dropout=0.4))).layers
                   if isinstance(layer, keras.layers.SpatialDropout1D))
    left = np.asarray(dropped(np.ones((20, 6, 50), np.float32), training=True)) > 0
    assert (left == left[:, :1]).all()
    assert 0.5 < left.mean() < 0.7


@pytest.mark.parametrize(("key", "value"), [
    ("projection", 0), ("kernel_size", 0), ("attention", 0), ("column_dropout", 1.0), ("dropout", -0.1),
])
def test_impossible_settings_are_refused(key: str, value: Any, settings: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**{key: value})
    assert {problem["loc"] for problem in caught.value.errors()} == {(key,)}
