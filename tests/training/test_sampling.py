"""What an epoch shows: every tested corpus's clip, and the share of the others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.params.train_cnn import Pooling
from speech_emotion.training.sampling import Sampling


def pooling(**changed: object) -> Pooling:
    return Pooling.model_validate({"other_share": 0.5, "balance_corpora": False, "mask_labels": True,
                                   "target_epochs": 0} | changed)


def drawn(corpora: list[str], train_also: list[str], settings: Pooling, epoch: int = 0, epochs: int = 10) -> list[str]:
    planned = Sampling.of(pd.Series(corpora), train_also, settings, epochs)
    order = planned.order([1, epoch], epoch)
    assert len(order) == len(planned)
    return [corpora[at] for at in order]


def test_one_kind_of_corpus_is_shown_as_without_pooling() -> None:
    planned = Sampling.of(pd.Series(["a", "b", "a"]), [], pooling(), epochs=5)
    np.testing.assert_array_equal(planned.order([7, 2], 2), np.random.default_rng([7, 2]).permutation(3))


@given(targets=st.integers(1, 30), others=st.integers(1, 90), share=st.sampled_from([0.1, 0.4, 0.5, 0.9]),
       epoch=st.integers(0, 3))
def test_every_tested_clip_once_and_the_others_share(targets: int, others: int, share: float, epoch: int) -> None:
    corpora = pd.Series(["a"] * targets + ["b"] * others)
    planned = Sampling.of(corpora, ["b"], pooling(other_share=share), epochs=10)
    order = planned.order([1, epoch], epoch)
    counts = np.bincount(order, minlength=len(corpora))
    assert (counts[:targets] == 1).all()
    of_others = counts[targets:]
    assert of_others.sum() == round(targets / (1 - share)) - targets
    # All of the others come before one comes again.
    assert of_others.max() - of_others.min() <= 1


def test_epochs_differ_and_seeds_repeat() -> None:
    planned = Sampling.of(pd.Series(["a"] * 20 + ["b"] * 50), ["b"], pooling(), epochs=10)
    np.testing.assert_array_equal(planned.order([1, 0], 0), planned.order([1, 0], 0))
    assert set(planned.order([1, 0], 0)) != set(planned.order([1, 1], 1))


def test_balanced_corpora_come_as_often() -> None:
    said = drawn(["a"] * 3 + ["b"] * 9 + ["c"] * 40 + ["d"] * 2, ["c", "d"], pooling(balance_corpora=True))
    assert {name: said.count(name) for name in "abcd"} == {"a": 6, "b": 6, "c": 6, "d": 6}


@pytest.mark.parametrize(("epoch", "others"), [(0, 4), (7, 4), (8, 0), (9, 0)])
def test_last_epochs_are_of_the_tested_corpora_alone(epoch: int, others: int) -> None:
    said = drawn(["a"] * 4 + ["b"] * 9, ["b"], pooling(target_epochs=2), epoch)
    assert len(said) == 8
    assert said.count("b") == others
