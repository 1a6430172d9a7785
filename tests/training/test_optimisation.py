"""How weights are found, against what the papers' formulas give by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from speech_emotion.core.errors import UserError
from speech_emotion.training.optimisation import callbacks, prepare

Make = Callable[..., Any]
WINDOWS = np.array([[1.0, 2.0], [3.0, -1.0], [-2.0, 0.5], [0.5, 0.25]], np.float32)
TARGETS = np.array([[1, 0], [0, 1], [0, 1], [1, 0]], np.float32)


def linear() -> Any:
    """A model from two numbers to two classes, with weights that every test knows."""
    import keras

    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    model.set_weights([np.array([[0.5, -0.5], [0.25, 1.0]], np.float32), np.array([0.1, -0.1], np.float32)])
    return model


def gradients(kernel: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the mean cross-entropy over all windows, by hand."""
    logits = WINDOWS @ kernel + bias
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    slope = (probabilities - TARGETS) / len(WINDOWS)
    return WINDOWS.T @ slope, slope.sum(axis=0)


def trained(settings: Any, *, steps: int = 1) -> Any:
    """The model after so many steps, each on all windows and an epoch of its own."""
    model = linear()
    prepare(model, settings, steps_per_epoch=1)
    model.fit(WINDOWS, TARGETS, batch_size=4, epochs=steps, shuffle=False, verbose=0, callbacks=callbacks(settings),
              validation_data=(WINDOWS, TARGETS))
    return model


@pytest.fixture
def plain(train_settings: Make) -> Make:
    """A function that gives settings in which nothing is smoothed, limited or averaged, with changes."""
    off = {"lr": 0.1, "lr_schedule": "constant", "warmup_epochs": 0.0, "weight_decay": 0.0, "clip_norm": None,
           "ema": 0.0, "keep": "last", "label_smoothing": 0.0, "focal_gamma": 0.0, "early_stopping": 0, "epochs": 4,
           "refit": False}
    return lambda **changes: train_settings(**(off | changes))


def test_the_first_step_of_adam_has_the_length_of_the_learning_rate(plain: Make) -> None:
    kernel, bias = linear().get_weights()
    slopes = gradients(kernel, bias)
    for before, after, slope in zip((kernel, bias), trained(plain()).get_weights(), slopes, strict=True):
        np.testing.assert_allclose(after, before - 0.1 * np.sign(slope), atol=2e-5)


def test_weight_decay_shrinks_kernels_and_no_biases(plain: Make) -> None:
    kernel, bias = linear().get_weights()
    slopes = gradients(kernel, bias)
    decayed, kept = trained(plain(weight_decay=0.5)).get_weights()
    np.testing.assert_allclose(decayed, kernel * (1 - 0.1 * 0.5) - 0.1 * np.sign(slopes[0]), atol=2e-5)
    np.testing.assert_allclose(kept, bias - 0.1 * np.sign(slopes[1]), atol=2e-5)


def test_the_gradient_is_limited_as_a_whole(plain: Make) -> None:
    model = linear()
    prepare(model, plain(clip_norm=0.01), steps_per_epoch=1)
    assert model.optimizer.global_clipnorm == 0.01


def test_the_learning_rate_rises_in_the_warm_up_and_falls_along_a_cosine(plain: Make) -> None:
    def rates(**changes: Any) -> list[float]:
        model = linear()
        prepare(model, plain(epochs=10, **changes), steps_per_epoch=10)
        schedule = model.optimizer._learning_rate
        return [float(schedule(step)) for step in (0, 10, 20, 60, 100)]

    halfway = 0.1 * (1 + np.cos(np.pi * 40 / 80)) / 2
    np.testing.assert_allclose(rates(lr_schedule="cosine", warmup_epochs=2.0), [0, 0.05, 0.1, halfway, 0], atol=1e-7)
    np.testing.assert_allclose(rates(lr_schedule="constant", warmup_epochs=2.0), [0, 0.05, 0.1, 0.1, 0.1], atol=1e-7)


@pytest.mark.parametrize("keep", ["best", "last"])
def test_the_average_of_the_weights_is_what_is_kept(plain: Make, keep: str) -> None:
    steps = [trained(plain(keep="last"), steps=count).get_weights()[0] for count in (1, 2, 3)]
    average = steps[0]  # where it begins
    for weights in steps[1:]:
        average = 0.75 * average + 0.25 * weights
    # The loss falls in every epoch, so that the last is the best.
    kept = trained(plain(ema=0.75, keep=keep), steps=3).get_weights()[0]
    np.testing.assert_allclose(kept, average, rtol=1e-5)


def test_the_best_epoch_is_kept_when_a_later_one_is_worse(plain: Make) -> None:
    from keras.callbacks import Callback

    after_epochs: list[np.ndarray] = []

    class Watch(Callback):
        def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
            after_epochs.append(self.model.get_weights()[0])

    for keep, epoch in (("best", 0), ("last", 1)):
        after_epochs.clear()
        settings = plain(keep=keep, lr=0.01)
        model = linear()
        model.set_weights([np.zeros_like(weights) for weights in model.get_weights()])
        prepare(model, settings, steps_per_epoch=1)
        # What is validated on says the opposite of what is trained on: every epoch makes it worse.
        model.fit(WINDOWS, TARGETS, batch_size=4, epochs=2, verbose=0, callbacks=[*callbacks(settings), Watch()],
                  validation_data=(WINDOWS, 1 - TARGETS))
        np.testing.assert_array_equal(model.get_weights()[0], after_epochs[epoch])


def test_a_loss_that_is_no_number_stops_the_training(plain: Make) -> None:
    settings = plain(epochs=4)
    model = linear()
    prepare(model, settings, steps_per_epoch=1)
    with pytest.raises(UserError, match=r"in epoch 1 loss is nan; lower train_cnn\.lr, or .*train_cnn\.clip_norm"):
        model.fit(WINDOWS * np.float32(np.inf), TARGETS, epochs=4, verbose=0, callbacks=callbacks(settings),
                  validation_data=(WINDOWS, TARGETS))


def test_focal_loss_weighs_down_what_is_right_already(plain: Make) -> None:
    model = linear()
    prepare(model, plain(focal_gamma=2.0), steps_per_epoch=1)
    right = np.array([0.9, 0.2])
    given = np.stack([right, 1 - right], axis=1).astype(np.float32)
    wanted = np.array([[1, 0], [1, 0]], np.float32)
    by_hand = np.mean(-((1 - right) ** 2) * np.log(right))
    np.testing.assert_allclose(float(model.loss(wanted, given)), by_hand, rtol=1e-5)


@pytest.mark.parametrize(("changes", "said"), [
    ({"warmup_epochs": 4.0}, "less than epochs"),
    ({"warmup_epochs": 1.0, "lr_schedule": "plateau"}, "must be 0 when lr_schedule is plateau"),
    ({"keep": "last", "early_stopping": 5}, "must be best when early_stopping"),
])
def test_settings_that_contradict_each_other(plain: Make, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        plain(**changes)
