"""TIM-Net: against values computed by hand and by NumPy, against the authors' size, and what its settings may be."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError

from speech_emotion.models import classifier
from speech_emotion.networks.tim_net import Settings, embed


@pytest.fixture
def settings(shipped: Callable[[], dict[str, Any]]) -> Callable[..., Settings]:
    return lambda **changes: Settings.model_validate(shipped()["networks"]["tim_net"] | changes)


def embedding_of(settings: Settings, frames: int, columns: int) -> keras.Model:
    inputs = keras.Input((frames, columns))
    return keras.Model(inputs, embed(inputs, settings))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def causal(x: np.ndarray, kernel: np.ndarray, dilation: int) -> np.ndarray:
    """Convolve [frames, in] with [taps, in, out]: the last tap is the frame itself, each other `dilation` earlier."""
    outputs = np.zeros((len(x), kernel.shape[2]))
    for frame in range(len(x)):
        for tap in range(len(kernel)):
            if (at := frame - (len(kernel) - 1 - tap) * dilation) >= 0:
                outputs[frame] += x[at] @ kernel[tap]
    return outputs


def normalised(x: np.ndarray, weights: list[np.ndarray]) -> np.ndarray:
    gamma, beta, mean, variance = weights
    return gamma * (x - mean) / np.sqrt(variance + 0.001) + beta


def test_one_block_of_one_filter_by_hand(settings: Callable[..., Settings]) -> None:
    model = embedding_of(settings(filters=1, levels=1), frames=3, columns=1)
    for layer in model.layers:
        match layer:
            case keras.layers.Conv1D(kernel_size=(1,)):
                layer.set_weights([np.ones((1, 1, 1)), np.zeros(1)])
            case keras.layers.Conv1D():
                layer.set_weights([np.array([2.0, 1.0]).reshape(2, 1, 1)])
            case keras.layers.BatchNormalization():
                layer.set_weights([np.ones(1), np.zeros(1), np.zeros(1), np.full(1, 0.999)])  # changes nothing
            case keras.layers.Dense():
                layer.set_weights([np.full((1, 1), 3.0)])
    # Forwards 1, 0, -1: the convolution gives 1, 2, -1, ReLU 1, 2, 0; the next 1, 4, 4.
    forwards = (1 * sigmoid(1) + 0 - 1 * sigmoid(4)) / 3
    # Backwards -1, 0, 1: -1, -2, 1; 0, 0, 1; 0, 0, 1.
    backwards = (-1 * sigmoid(0) + 0 + 1 * sigmoid(1)) / 3
    outputs = np.asarray(model(np.array([[[1.0], [0.0], [-1.0]]], np.float32)))
    np.testing.assert_allclose(outputs, [[3 * (forwards + backwards)]], rtol=1e-5)


def test_equals_the_same_in_numpy(settings: Callable[..., Settings], created: Callable[..., Any]) -> None:
    chosen = settings(filters=4, kernel_size=3, levels=3)
    model = embedding_of(chosen, frames=11, columns=5)
    random = np.random.default_rng(3)
    # Between 0.1 and 1, the variances among them: signs come from the input.
    model.set_weights([random.uniform(0.1, 1, weight.shape) - 0.4 * (weight.ndim == 3)
                       for weight in model.get_weights()])
    windows = random.standard_normal((2, 11, 5)).astype(np.float32)

    entries = [layer.get_weights() for layer in created(model, keras.layers.Conv1D)]
    convolutions, norms = iter(entries[2:]), iter(created(model, keras.layers.BatchNormalization))
    (weights,) = (layer.get_weights()[0] for layer in created(model, keras.layers.Dense))
    gates = [[[(next(convolutions)[0], next(norms).get_weights()) for _ in range(2)] for _ in range(2)]
             for _ in range(chosen.levels)]
    expected = []
    for window in windows.astype(np.float64):
        embedding = np.zeros(chosen.filters)
        for direction, reading in enumerate((window, window[::-1])):
            kernel, offset = entries[direction]
            stream = reading @ kernel[0] + offset
            for level in range(chosen.levels):
                gate = stream
                for kernel, norm in gates[level][direction]:
                    gate = np.maximum(normalised(causal(gate, kernel, 2**level), norm), 0)
                stream = stream * sigmoid(gate)
                embedding += weights[level, 0] * stream.mean(axis=0)
        expected.append(embedding)
    np.testing.assert_allclose(model(windows, training=False), expected, rtol=1e-4)


def test_has_the_authors_weights(settings: Callable[..., Settings]) -> None:
    # The authors' RAVDESS model: 215 frames of 39 MFCCs, 8 labels. Their code gives two entries, 16 blocks of two
    # convolutions and two normalisations, the sum's weights, and the head; here convolutions in blocks have no offset.
    entry, convolution, norm, head = 39 * 39 + 39, 2 * 39 * 39 + 39, 4 * 39, 39 * 8 + 8
    authors = 2 * entry + 16 * 2 * (convolution + norm) + 8 + head
    assert authors == 107_032
    model = classifier.build("tim_net", settings(), window_frames=215, num_columns=39, num_classes=8)
    assert model.count_params() == authors - 16 * 2 * 39
    # They give 0.40 MB.
    assert round(4 * model.count_params() / 2**20, 2) == 0.40


@pytest.mark.parametrize(("levels", "sees"), [(1, 3), (3, 15), (8, 511)])
def test_levels_decide_how_far_the_forward_stream_looks_back(
    levels: int, sees: int, settings: Callable[..., Settings], created: Callable[..., Any]
) -> None:
    frames = 520
    model = embedding_of(settings(filters=2, levels=levels), frames=frames, columns=1)
    # The last block of the forward stream is made before that of the backward one.
    last = keras.Model(model.input, created(model, keras.layers.Multiply)[-2].output)
    quiet, one = np.zeros((2, 1, frames, 1), np.float32)
    one[0, 0] = 1
    differs = np.asarray(last(quiet, training=False) != last(one, training=False)).any(axis=(0, 2))
    assert differs.any()
    assert differs[sees:].sum() == 0


@pytest.mark.parametrize(("key", "value"), [
    ("filters", 0), ("filters", 1.5), ("kernel_size", 1), ("levels", 0), ("levels", 17), ("dropout", 1.0),
    ("dropout", -0.1),
])
def test_impossible_settings_are_refused(key: str, value: Any, settings: Callable[..., Settings]) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**{key: value})
    assert {problem["loc"] for problem in caught.value.errors()} == {(key,)}
