"""A network that is to agree with its average: the loss and the average, by hand."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from pydantic import ValidationError
from scipy.special import rel_entr, softmax

from speech_emotion.params.train_cnn import Consistency
from speech_emotion.training.batches import TrainingBatches
from speech_emotion.training.consistency import Student

Make = Callable[..., Any]
KERNEL, BIAS = np.array([[0.5, -0.5], [0.25, 1.0]], np.float32), np.array([0.1, -0.1], np.float32)
UNCHANGED = np.array([[1.0, 2.0], [3.0, -1.0], [-2.0, 0.5]], np.float32)
CHANGED = UNCHANGED * np.float32([1.0, 0.0])
TARGETS = np.eye(2, dtype=np.float32)[[0, 1, 1]]


def linear(*more: Any) -> Any:
    return keras.Sequential([keras.Input((2,)), *more, keras.layers.Dense(2, activation="softmax")])


@pytest.fixture
def student() -> Callable[..., Student]:
    """A function that gives a compiled student of a known network, with settings' changes."""

    def make(**changes: float) -> Student:
        network = linear()
        network.set_weights([KERNEL, BIAS])
        settings = Consistency(**({"weight": 2.0, "ema": 0.9, "rampup_epochs": 0.0} | changes))
        learner = Student(network, linear(), settings, steps_per_epoch=4)
        learner.compile(optimizer=keras.optimizers.SGD(0.1), loss="categorical_crossentropy", metrics=["accuracy"])
        return learner

    return make


def step(student: Student) -> float:
    history = student.fit((CHANGED, UNCHANGED), TARGETS, batch_size=3, shuffle=False, verbose=0)
    return float(history.history["loss"][0])


def test_the_loss_is_that_of_the_labels_and_of_the_disagreement(student: Callable[..., Student]) -> None:
    said, taught = (softmax(windows @ KERNEL + BIAS, axis=1) for windows in (CHANGED, UNCHANGED))
    of_labels = -np.log((said * TARGETS).sum(axis=1)).mean()
    disagreement = rel_entr(taught, said).sum(axis=1).mean()
    assert disagreement > 0.05
    assert step(student()) == pytest.approx(of_labels + 2.0 * disagreement, rel=1e-4)
    # Of four steps of ramp-up none is done, then one.
    slow = student(rampup_epochs=1.0)
    assert step(slow) == pytest.approx(of_labels + 2.0 * np.exp(-5) * disagreement, rel=1e-4)
    assert float(slow._weight()) == pytest.approx(2.0 * np.exp(-5 * 0.75**2), rel=1e-5)


def test_the_teacher_follows_and_is_not_trained(student: Callable[..., Student]) -> None:
    learner = student()
    expected = [KERNEL, BIAS]
    for _ in range(3):
        step(learner)
        expected = [0.9 * old + 0.1 * new for old, new in zip(expected, learner._network.get_weights(), strict=True)]
    for weights, average in zip(learner._teacher.get_weights(), expected, strict=True):
        np.testing.assert_allclose(weights, average, rtol=1e-5)
    assert len(learner.trainable_variables) == 2


def test_batch_normalisation_is_averaged_too() -> None:
    network, teacher = (linear(keras.layers.BatchNormalization()) for _ in range(2))
    learner = Student(network, teacher, Consistency(weight=1.0, ema=0.5, rampup_epochs=0.0), steps_per_epoch=1)
    learner.compile(optimizer="sgd", loss="categorical_crossentropy")
    step(learner)
    own, others = (model.layers[0].moving_mean.numpy() for model in (teacher, network))
    assert np.abs(others).max() > 0
    np.testing.assert_allclose(own, others / 2, rtol=1e-5)


def test_it_is_the_network_that_is_judged(student: Callable[..., Student]) -> None:
    learner = student()
    step(learner)
    np.testing.assert_array_equal(learner.predict(UNCHANGED, verbose=0), learner._network.predict(UNCHANGED, verbose=0))


def test_batches_come_in_pairs_whose_second_is_as_it_was() -> None:
    def zeroed(batch: Any, _random: np.random.Generator) -> Any:
        batch.windows[:] = 0
        return batch

    clips = [np.full((20, 2), value, np.float32) for value in (1, 2, 3)]
    common: dict[str, Any] = {"window_frames": 20, "batch_size": 3, "shift_frames": 0, "steps": (zeroed,), "seed": 1}
    (changed, unchanged), *_ = TrainingBatches(clips, np.eye(3, dtype=np.float32), np.ones(3, np.float32),
                                               [np.asarray] * 3, in_pairs=True, **common)[0]
    assert (changed == 0).all()
    assert sorted(unchanged[:, 0, 0].tolist()) == [1, 2, 3]


def test_a_mixture_has_no_window_before(train_settings: Make) -> None:
    with pytest.raises(ValidationError, match="must be 0 when"):
        train_settings(consistency__weight=1.0, augment__mixup=0.2)
