"""A temperature is that with the lowest loss, as others find it too, and leaves the order of classes alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import log_loss

from speech_emotion.temperature import COLDEST, HOTTEST, fitted, softened


def simulated(clips: int, heat: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Answers drawn from probabilities, and these probabilities made surer by a factor."""
    random = np.random.default_rng(seed)
    logits = 1.5 * random.standard_normal((clips, 4))
    truth = (softmax(logits, axis=1).cumsum(axis=1) < random.random((clips, 1))).sum(axis=1)
    return truth, softmax(logits * heat, axis=1)


class Said(ClassifierMixin, BaseEstimator):
    """A classifier that says what it is shown."""

    def fit(self, X: np.ndarray, y: np.ndarray) -> "Said":  # noqa: N803
        self.classes_ = np.unique(y)
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        return self.classes_[X.argmax(axis=1)]

    def predict_proba(self, X: np.ndarray) -> np.ndarray:  # noqa: N803
        return X


@pytest.mark.parametrize("heat", [0.3, 1.0, 2.5])
def test_it_is_that_of_scikit_learn(heat: float) -> None:
    truth, probabilities = simulated(300, heat)
    theirs = CalibratedClassifierCV(FrozenEstimator(Said().fit(probabilities, truth)), method="temperature")
    expected = theirs.fit(probabilities, truth).predict_proba(probabilities)
    np.testing.assert_allclose(softened(probabilities, fitted(truth, probabilities)), expected, atol=1e-5)
    assert not np.allclose(probabilities, expected, atol=1e-3)


@pytest.mark.parametrize("heat", [0.5, 1.0, 3.0])
def test_it_is_what_made_them_too_sure(heat: float) -> None:
    assert fitted(*simulated(20_000, heat)) == pytest.approx(heat, rel=0.05)


def test_no_other_has_a_lower_loss() -> None:
    truth, probabilities = simulated(200, 2.0)
    found = fitted(truth, probabilities)
    losses = [log_loss(truth, softened(probabilities, each), labels=range(4)) for each in np.geomspace(0.05, 20, 100)]
    assert log_loss(truth, softened(probabilities, found), labels=range(4)) <= min(losses) + 1e-9
    assert fitted(truth, probabilities, coldest=found + 1) == pytest.approx(found + 1, abs=1e-4)


def test_it_stays_finite_where_all_or_nothing_is_right() -> None:
    sure = np.tile([0.7, 0.1, 0.1, 0.1], (5, 1))
    assert COLDEST <= fitted(np.zeros(5, int), sure) == pytest.approx(0.05, rel=0.1)
    assert HOTTEST >= fitted(np.ones(5, int), sure) == pytest.approx(20, rel=0.1)
    never = np.array([[1.0, 0, 0, 0]])
    assert np.isfinite(softened(never, 5.0)).all()
    assert HOTTEST >= fitted(np.ones(1, int), never) > 19
    assert fitted(np.zeros(0, int), np.zeros((0, 4))) == 1


@settings(max_examples=20)
@given(st.floats(0.05, 20), st.integers(0, 1000))
def test_softened_is_softmax_of_divided_logits(heat: float, seed: int) -> None:
    logits = np.random.default_rng(seed).standard_normal((6, 4))
    np.testing.assert_allclose(softened(softmax(logits, axis=1), heat), softmax(logits / heat, axis=1), atol=1e-12)


@settings(max_examples=30)
@given(st.lists(st.lists(st.floats(0, 200), min_size=3, max_size=3), min_size=1, max_size=5), st.floats(0.05, 20))
def test_rows_sum_to_one_in_the_same_order(logits: list[list[float]], temperature: float) -> None:
    said = softmax(np.array(logits), axis=1)
    soft = softened(said, temperature)
    np.testing.assert_allclose(soft.sum(axis=1), 1)
    np.testing.assert_array_equal(soft[np.arange(len(said)), said.argmax(axis=1)], soft.max(axis=1))
    assert (soft.max(axis=1) <= said.max(axis=1) + 1e-9).all() or temperature < 1
    for one, alone in zip(soft, said, strict=True):
        np.testing.assert_array_equal(one, softened(alone, temperature))


def test_each_row_may_have_its_own() -> None:
    said = simulated(3, 2.0)[1]
    apart = [softened(row, each) for row, each in zip(said, (0.5, 1.0, 3.0), strict=True)]
    np.testing.assert_allclose(softened(said, np.array([0.5, 1.0, 3.0])), apart, rtol=1e-12)
