"""Labels out of play count neither in the loss nor in its gradient."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import softmax

from speech_emotion.training.masking import MaskedLoss, encoded

LOGITS = np.array([[0.3, -1.2, 0.8, 2.0], [1.0, 0.5, -0.4, 0.1]], np.float32)
TARGETS = np.eye(4, dtype=np.float32)[[0, 2]]
IN_PLAY = np.array([[True, True, False, False], [True, True, True, True]])


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_equals_the_loss_of_a_softmax_over_the_labels_in_play(smoothing: float) -> None:
    loss = MaskedLoss(keras.losses.CategoricalCrossentropy(), smoothing)
    said = float(loss(encoded(TARGETS, IN_PLAY), softmax(LOGITS, axis=1)))
    of_each = []
    for logits, target, in_play in zip(LOGITS, TARGETS, IN_PLAY, strict=True):
        kept = target[in_play] * (1 - smoothing) + smoothing / in_play.sum()
        of_each.append(-(kept * np.log(softmax(logits[in_play]))).sum())
    assert said == pytest.approx(np.mean(of_each), rel=1e-5)


@pytest.mark.parametrize("loss", [keras.losses.CategoricalCrossentropy(),
                                  keras.losses.CategoricalFocalCrossentropy(alpha=1.0, gamma=2.0)])
def test_equals_the_plain_loss_where_all_labels_are_in_play(loss: keras.losses.Loss) -> None:
    probabilities = softmax(LOGITS, axis=1)
    whole = np.ones_like(IN_PLAY)
    assert float(MaskedLoss(loss, 0.0)(encoded(TARGETS, whole), probabilities)) == pytest.approx(
        float(loss(TARGETS, probabilities)), rel=1e-5)


def test_logits_out_of_play_get_no_gradient() -> None:
    logits = tf.Variable(LOGITS)
    with tf.GradientTape() as tape:
        loss = MaskedLoss(keras.losses.CategoricalCrossentropy(), 0.1)(
            encoded(TARGETS, IN_PLAY), tf.nn.softmax(logits))
    gradient = tape.gradient(loss, logits).numpy()
    np.testing.assert_allclose(gradient[~IN_PLAY], 0, atol=1e-7)
    assert (np.abs(gradient[IN_PLAY]) > 1e-3).all()
