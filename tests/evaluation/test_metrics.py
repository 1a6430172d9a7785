"""Metrics equal the functions of scikit-learn that they name, and what is worked out by hand."""

import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    precision_score,
    recall_score,
)

from speech_emotion.evaluation import metrics

NAMES = st.sampled_from(["anger", "fear", "neutral", "sadness"])
PAIRS = st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=40)

TRUTH = ["anger", "anger", "anger", "fear", "fear", "neutral"]
PREDICTED = ["anger", "anger", "fear", "fear", "neutral", "anger"]


def test_by_hand() -> None:
    assert metrics.accuracy(TRUTH, PREDICTED) == pytest.approx(3 / 6)
    assert metrics.recall(TRUTH, PREDICTED) == pytest.approx({"anger": 2 / 3, "fear": 1 / 2, "neutral": 0})
    assert metrics.precision(TRUTH, PREDICTED) == pytest.approx({"anger": 2 / 3, "fear": 1 / 2, "neutral": 0})
    assert metrics.uar(TRUTH, PREDICTED) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert metrics.macro_f1(TRUTH, PREDICTED) == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert metrics.confusion(TRUTH, PREDICTED).to_numpy().tolist() == [[2, 1, 0], [0, 1, 1], [1, 0, 0]]


def test_uar_does_not_care_how_often_a_label_occurs() -> None:
    truth, predicted = ["anger"] * 99 + ["fear"], ["anger"] * 100
    assert metrics.accuracy(truth, predicted) == pytest.approx(0.99)
    assert metrics.uar(truth, predicted) == pytest.approx(0.5)


def test_a_label_predicted_but_never_true_is_an_error_and_no_class() -> None:
    truth, predicted = ["anger", "anger", "fear"], ["anger", "calm", "fear"]
    assert metrics.recall(truth, predicted) == {"anger": 0.5, "fear": 1.0}
    assert metrics.uar(truth, predicted) == pytest.approx(0.75)
    assert metrics.accuracy(truth, predicted) == pytest.approx(2 / 3)
    # F1 of anger: precision 1, recall 1/2.
    assert metrics.macro_f1(truth, predicted) == pytest.approx((2 / 3 + 1) / 2)
    assert list(metrics.confusion(truth, predicted)) == ["anger", "calm", "fear"]


@settings(max_examples=20)
@given(PAIRS)
def test_equal_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    truth, predicted = map(list, zip(*pairs, strict=True))
    names = np.unique(truth)
    with warnings.catch_warnings(action="ignore"):  # scikit-learn warns of predictions that are never true
        assert metrics.uar(truth, predicted) == pytest.approx(balanced_accuracy_score(truth, predicted))
    assert metrics.accuracy(truth, predicted) == pytest.approx(accuracy_score(truth, predicted))
    assert metrics.macro_f1(truth, predicted) == pytest.approx(
        f1_score(truth, predicted, labels=names, average="macro", zero_division=0)
    )
    assert list(metrics.recall(truth, predicted)) == list(metrics.precision(truth, predicted)) == names.tolist()
    for name in names:
        one = {"labels": [name], "average": "macro", "zero_division": 0}
        assert metrics.recall(truth, predicted)[name] == pytest.approx(recall_score(truth, predicted, **one))
        assert metrics.precision(truth, predicted)[name] == pytest.approx(precision_score(truth, predicted, **one))


@settings(max_examples=20)
@given(PAIRS)
def test_confusion_counts_every_clip_once(pairs: list[tuple[str, str]]) -> None:
    truth, predicted = map(list, zip(*pairs, strict=True))
    with warnings.catch_warnings(action="ignore"):  # scikit-learn warns of a single label
        counts = metrics.confusion(truth, predicted)
    names = sorted(set(truth) | set(predicted))
    assert list(counts) == list(counts.index) == names
    assert {(row, column): counts.loc[row, column] for row in names for column in names} == {
        (row, column): pairs.count((row, column)) for row in names for column in names
    }


@settings(max_examples=20)
@given(PAIRS)
def test_metrics_lie_between_0_and_1_and_are_1_only_when_all_is_right(pairs: list[tuple[str, str]]) -> None:
    truth, predicted = map(list, zip(*pairs, strict=True))
    for metric in metrics.OVERALL.values():
        value = metric(truth, predicted)
        assert 0 <= value <= 1
        assert (value == 1) == (truth == predicted)


@settings(max_examples=20)
@given(st.lists(PAIRS, min_size=1, max_size=4))
def test_from_counts_they_are_the_same(resamples: list[list[tuple[str, str]]]) -> None:
    names = ["anger", "fear", "neutral", "sadness"]
    pairs = [tuple(map(list, zip(*each, strict=True))) for each in resamples]
    counts = np.stack([confusion_matrix(truth, predicted, labels=names) for truth, predicted in pairs])
    assert list(metrics.OF_COUNTS) == list(metrics.OVERALL)
    for name, of_counts in metrics.OF_COUNTS.items():
        expected = [metrics.OVERALL[name](truth, predicted) for truth, predicted in pairs]
        np.testing.assert_allclose(of_counts(counts), expected)


def test_counts_within_groups_are_those_of_the_groups_alone() -> None:
    groups = ["b", "a", "b", "a", "b", "b"]
    counts = metrics.counts_by(groups, TRUTH, PREDICTED)
    for group, of_group in zip("ab", counts, strict=True):
        truth, predicted = ([name for name, where in zip(names, groups, strict=True) if where == group]
                            for names in (TRUTH, PREDICTED))
        alone = metrics.confusion(truth, predicted, ["anger", "fear", "neutral"])
        assert of_group.tolist() == alone.to_numpy().tolist()
    # A speaker's UAR is over the labels that the speaker has clips of.
    assert metrics.uar_of_counts(counts).tolist() == pytest.approx([1, (1 / 2 + 0 + 0) / 3])


def test_confusion_of_labels_that_no_clip_has() -> None:
    counts = metrics.confusion(["fear"], ["anger"], ["fear", "calm", "anger"])
    assert list(counts) == list(counts.index) == ["fear", "calm", "anger"]
    assert counts.to_numpy().tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]


def test_the_names_in_the_metric_file() -> None:
    assert list(metrics.OVERALL) == ["uar", "accuracy", "macro_f1"]


@pytest.mark.parametrize("kind", [
    list, np.array, pd.Series, lambda names: pd.Series(names, dtype="string[pyarrow]"),
    lambda names: pd.Series(names, index=range(10, 16)),
])
def test_any_kind_of_sequence(kind: Callable[[list[str]], metrics.Labels]) -> None:
    for metric in [*metrics.OVERALL.values(), metrics.recall, metrics.precision]:
        assert metric(kind(TRUTH), kind(PREDICTED)) == metric(TRUTH, PREDICTED)


def test_lengths_must_agree() -> None:
    for metric in metrics.OVERALL.values():
        with pytest.raises(ValueError, match="inconsistent numbers of samples"):
            metric(["anger", "fear"], ["anger"])
