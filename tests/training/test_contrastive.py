"""The supervised contrastive loss, by hand, and the network that it trains."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from speech_emotion.params.train_cnn import Contrastive
from speech_emotion.training.contrastive import Contrasting, supervised_contrastive

WINDOWS = np.random.default_rng(1).standard_normal((6, 3)).astype(np.float32)
TARGETS = np.eye(3, dtype=np.float32)[[0, 1, 1, 0, 1, 2]]
WEIGHTS = np.array([0.5, 1.0, 1.0, 2.0, 1.0, 1.5], np.float32)


def by_hand(embeddings: np.ndarray, labels: np.ndarray, temperature: float) -> list[float]:
    """Khosla et al. 2020, equation 2, sum by sum."""
    directions = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    losses = []
    for anchor, direction in enumerate(directions):
        others = [at for at in range(len(directions)) if at != anchor]
        whole = sum(np.exp(direction @ directions[at] / temperature) for at in others)
        of_label = [at for at in others if labels[at] == labels[anchor]]
        losses.append(-sum(np.log(np.exp(direction @ directions[at] / temperature) / whole) for at in of_label)
                      / max(len(of_label), 1))
    return losses


def network() -> Any:
    keras.utils.set_random_seed(2)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(3, name="logits"),
                             keras.layers.Softmax()])


def learner(trained: Any, weight: float = 0.7) -> Contrasting:
    made = Contrasting(trained, Contrastive(weight=weight, temperature=0.5))
    made.compile(optimizer=keras.optimizers.SGD(0.1), loss="categorical_crossentropy", metrics=["accuracy"],
                 weighted_metrics=[])
    return made


@given(count=st.integers(2, 9), classes=st.integers(1, 4), temperature=st.floats(0.1, 2.0), seed=st.integers(0, 999))
def test_the_loss_is_the_papers(count: int, classes: int, temperature: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    embeddings = random.standard_normal((count, 5)).astype(np.float32)
    labels = random.integers(classes, size=count)
    given = supervised_contrastive(embeddings, np.eye(classes, dtype=np.float32)[labels], temperature)
    np.testing.assert_allclose(given, by_hand(embeddings, labels, temperature), rtol=1e-3, atol=1e-4)


def test_the_length_of_an_embedding_does_not_matter() -> None:
    lengths = np.array([[1.0], [2.0], [0.1], [30.0], [5.0], [1.0]], np.float32)
    np.testing.assert_allclose(supervised_contrastive(WINDOWS * lengths, TARGETS, 0.2),
                               supervised_contrastive(WINDOWS, TARGETS, 0.2), rtol=1e-4, atol=1e-5)


def test_an_embedding_of_zeros_is_no_trouble() -> None:
    assert np.isfinite(supervised_contrastive(np.zeros((3, 2), np.float32), TARGETS[:3], 0.1)).all()


def test_labels_out_of_play_do_not_make_two_alike() -> None:
    masked = TARGETS.copy()
    masked[[0, 3], 2] = -1.0
    masked[[1, 5], 0] = -1.0
    np.testing.assert_array_equal(supervised_contrastive(WINDOWS, masked, 0.1),
                                  supervised_contrastive(WINDOWS, TARGETS, 0.1))


def test_mixtures_are_of_one_label_in_shares() -> None:
    targets = np.array([[1, 0], [0.75, 0.25], [0, 1]], np.float32)
    directions = WINDOWS[:3] / np.linalg.norm(WINDOWS[:3], axis=1, keepdims=True)
    similar = directions @ directions.T
    to_others = similar[1, [0, 2]] - np.log(np.exp(similar[1, [0, 2]]).sum())
    assert float(supervised_contrastive(WINDOWS[:3], targets, 1.0)[1]) == pytest.approx(
        -(0.75 * to_others[0] + 0.25 * to_others[1]), rel=1e-4)


def test_in_training_it_is_added_by_its_weight_and_those_of_the_clips() -> None:
    trained = network()
    said, embeddings = trained.predict(WINDOWS, verbose=0), trained.layers[0](WINDOWS)
    of_labels = (WEIGHTS * -np.log((said * TARGETS).sum(axis=1))).mean()
    contrast = (WEIGHTS * by_hand(np.asarray(embeddings), TARGETS.argmax(axis=1), 0.5)).mean()
    history = learner(trained).fit(WINDOWS, TARGETS, sample_weight=WEIGHTS, batch_size=6, shuffle=False, verbose=0)
    assert contrast > 0.1
    assert history.history["loss"] == [pytest.approx(of_labels + 0.7 * contrast, rel=1e-4)]


def test_it_is_measured_without_and_judges_as_the_network_does() -> None:
    trained = network()
    made = learner(trained)
    made.fit(WINDOWS, TARGETS, epochs=3, verbose=0)
    said = trained.predict(WINDOWS, verbose=0)
    np.testing.assert_array_equal(made.predict(WINDOWS, verbose=0), said)
    measured = made.evaluate(WINDOWS, TARGETS, verbose=0, return_dict=True)
    assert measured["loss"] == pytest.approx(-np.log((said * TARGETS).sum(axis=1)).mean(), rel=1e-4)
    assert measured["accuracy"] == pytest.approx((said.argmax(axis=1) == TARGETS.argmax(axis=1)).mean())
    assert len(made.trainable_variables) == len(trained.trainable_variables)


def test_it_brings_embeddings_of_a_label_together() -> None:
    def gap(weight: float) -> float:
        trained = network()
        learner(trained, weight).fit(WINDOWS, TARGETS, epochs=100, verbose=0)
        embeddings = np.asarray(trained.layers[0](WINDOWS))
        directions = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
        similar, alike = directions @ directions.T, (TARGETS @ TARGETS.T).astype(bool)
        return float(similar[alike & ~np.eye(6, dtype=bool)].mean() - similar[~alike].mean())

    assert gap(5.0) > gap(0.0) + 0.1


def test_not_beside_agreement_with_the_average(train_settings: Callable[..., Any]) -> None:
    with pytest.raises(ValidationError, match="one of them at a time"):
        train_settings(consistency__weight=1.0, contrastive__weight=0.3)
