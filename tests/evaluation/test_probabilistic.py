"""Metrics of probabilities equal those of scikit-learn."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, log_loss, top_k_accuracy_score

from speech_emotion.evaluation import probabilistic


@settings(max_examples=25)
@given(st.integers(3, 6), st.integers(2, 40), st.integers(0, 2**20), st.sampled_from([0.3, 3.0, 60.0]))
def test_equal_scikit_learn(classes: int, clips: int, seed: int, sharpness: float) -> None:
    random = np.random.default_rng(seed)
    logits = sharpness * random.standard_normal((clips, classes))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = random.integers(classes, size=clips)
    labels = list(range(classes))
    with warnings.catch_warnings(action="ignore"):  # of sums that are off by a rounding
        assert probabilistic.log_loss(truth, probabilities) == pytest.approx(
            log_loss(truth, probabilities, labels=labels), rel=1e-6)
        assert probabilistic.brier(truth, probabilities) == pytest.approx(
            brier_score_loss(truth, probabilities, labels=labels, scale_by_half=False))
        assert probabilistic.top_2_accuracy(truth, probabilities) == pytest.approx(
            top_k_accuracy_score(truth, probabilities, k=2, labels=labels))


def test_a_confident_mistake_is_not_infinite() -> None:
    assert probabilistic.log_loss(np.array([1]), np.array([[1.0, 0.0]])) == pytest.approx(-np.log(2.0**-52))
    assert probabilistic.log_loss(np.array([0]), np.array([[1.0, 0.0]])) == 0
    assert probabilistic.brier(np.array([1]), np.array([[1.0, 0.0]])) == 2


def test_of_equal_probabilities_the_first_two_count() -> None:
    thirds = np.full((3, 3), 1 / 3)
    assert probabilistic.top_2_accuracy(np.array([0, 1, 2]), thirds) == pytest.approx(2 / 3)
