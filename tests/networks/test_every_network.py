"""What holds for every network that there is: it fits any window, learns with all its weights, and is stored whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from speech_emotion.models import classifier
from speech_emotion.params.networks import NAMES, Networks

LABELS = 5
SHAPES = [(400, 40), (65, 1)]
"""Frames and columns: the shipped window, and one of odd length with a single column."""

Make = Callable[..., keras.Model]


@pytest.fixture(scope="module")
def make(shipped: Callable[[], dict[str, Any]]) -> Make:
    """A function that builds a network with its shipped settings, its weights by seed."""
    networks = Networks.model_validate(shipped()["networks"])

    def build(name: str, frames: int = 65, columns: int = 5, seed: int = 1) -> keras.Model:
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        return classifier.build(name, networks.of(name), window_frames=frames, num_columns=columns, num_classes=LABELS)

    return build


def windows(count: int) -> np.ndarray:
    """Noise of 65 frames and 5 columns, and the label of each window in the column of its number."""
    return np.random.default_rng(0).standard_normal((count, 65, 5), dtype=np.float32) + targets(count)[:, np.newaxis]


def targets(count: int) -> np.ndarray:
    return np.eye(LABELS, dtype=np.float32)[np.arange(count) % LABELS]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", NAMES)
def test_gives_probabilities_for_any_window(name: str, shape: tuple[int, int], make: Make) -> None:
    model = make(name, *shape)
    inputs = np.random.default_rng(0).standard_normal((3, *shape), dtype=np.float32) * 100
    inputs[0] = 0  # nothing but padding
    outputs = np.asarray(model(inputs, training=False))
    assert outputs.shape == (3, LABELS)
    assert (outputs >= 0).all()
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_gradient_reaches_every_weight(name: str, make: Make) -> None:
    model = make(name)
    loss = keras.losses.CategoricalCrossentropy()
    with tf.GradientTape() as tape:
        value = loss(targets(20), model(windows(20), training=True))
    for weight, gradient in zip(model.trainable_weights, tape.gradient(value, model.trainable_weights), strict=True):
        # Below are the rounding errors that offsets get in front of batch normalisation.
        assert np.abs(gradient).max() > 1e-6, weight.path


@pytest.mark.parametrize("name", NAMES)
def test_two_trainings_give_the_same_weights_and_lower_the_loss(name: str, make: Make) -> None:
    tf.config.experimental.enable_op_determinism()

    def train() -> tuple[list[np.ndarray], list[float]]:
        model = make(name)
        # Eagerly, since tracing takes longer than so few steps.
        model.compile(keras.optimizers.Adam(0.001), "categorical_crossentropy", run_eagerly=True)
        losses = [float(model.train_on_batch(windows(10), targets(10))) for _ in range(4)]
        return model.get_weights(), losses

    (one, losses), (again, _) = train(), train()
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("name", NAMES)
def test_stored_weights_are_all_there_is(name: str, make: Make, tmp_path: Path) -> None:
    model = make(name)
    random = np.random.default_rng(1)
    model.set_weights([random.uniform(0.5, 1.5, weight.shape).astype(np.float32) for weight in model.get_weights()])
    model.save_weights(tmp_path / "a.weights.h5")
    other = make(name, seed=2)
    other.load_weights(tmp_path / "a.weights.h5")
    np.testing.assert_array_equal(other(windows(4), training=False), model(windows(4), training=False))
    other.save_weights(tmp_path / "b.weights.h5")
    assert (tmp_path / "a.weights.h5").read_bytes() == (tmp_path / "b.weights.h5").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_prediction_does_not_depend_on_what_else_is_in_the_batch(name: str, make: Make) -> None:
    model = make(name)
    some = windows(6)
    together = np.asarray(model(some, training=False))
    alone = np.concatenate([model(some[[at]], training=False) for at in range(len(some))])
    np.testing.assert_allclose(together, alone, atol=1e-5)
