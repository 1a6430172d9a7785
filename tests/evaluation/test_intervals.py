"""Intervals are over speakers: drawn with replacement, whole, from a seed."""

import itertools

import numpy as np
import pandas as pd
import pytest

from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.intervals import by_speaker, note


def predictions(rights: list[float], clips: int = 10) -> pd.DataFrame:
    """One speaker per share of right answers."""
    rows = []
    for speaker, share in enumerate(rights):
        for clip in range(clips):
            label = ("anger", "fear")[clip % 2]
            right = clip < round(share * clips)
            rows.append({"speaker": f"s{speaker}", "label": label,
                         "predicted": label if right else {"anger": "fear", "fear": "anger"}[label]})
    return pd.DataFrame(rows)


def interval(table: pd.DataFrame, confidence: float = 0.95, seed: int = 1, resamples: int = 200) -> tuple[float, float]:
    ends = by_speaker(table, metrics.accuracy_of_counts, resamples=resamples, confidence=confidence, seed=seed)
    assert ends is not None
    return ends


def test_the_same_seed_gives_the_same_interval() -> None:
    table = predictions([0.2, 0.5, 0.6, 0.9, 1.0])
    assert interval(table) == interval(table)
    assert interval(table, seed=2) != interval(table)


def test_the_order_of_rows_does_not_matter() -> None:
    table = predictions([0.2, 0.5, 0.6, 0.9, 1.0])
    assert interval(table.sample(frac=1, random_state=0)) == pytest.approx(interval(table))


def test_it_holds_the_metric_and_widens_with_confidence() -> None:
    table = predictions([0.2, 0.5, 0.6, 0.9, 1.0])
    low, high = interval(table)
    narrow_low, narrow_high = interval(table, confidence=0.5)
    assert low < narrow_low < metrics.accuracy(table["label"], table["predicted"]) < narrow_high < high


def test_speakers_alike_give_no_width_however_their_clips_differ() -> None:
    # Resampling clips instead of speakers would give some.
    assert interval(predictions([0.5] * 5)) == (0.5, 0.5)


@pytest.mark.parametrize("shares", [[0.7], [0.2, 1.0], [0.2, 0.5, 0.6, 0.9]])
def test_fewer_than_five_speakers_give_no_interval(shares: list[float]) -> None:
    assert by_speaker(predictions(shares), metrics.accuracy_of_counts, resamples=200, confidence=0.95, seed=1) is None


def test_five_speakers_give_the_quantiles_of_all_their_draws() -> None:
    shares = [0.2, 0.4, 0.6, 0.8, 1.0]
    draws = [np.mean(draw) for draw in itertools.product(shares, repeat=5)]
    for confidence in (0.9, 0.5):
        tail = (1 - confidence) / 2
        ends = interval(predictions(shares), confidence, resamples=20_000)
        assert ends == pytest.approx(np.quantile(draws, [tail, 1 - tail]), abs=1e-9)


def test_what_an_interval_is_worth_is_said() -> None:
    assert note(1) == "no interval: 1 test speaker, fewer than 5"
    assert note(4) == "no interval: 4 test speakers, fewer than 5"
    assert note(5) == "rough: 5 test speakers, fewer than 10"
    assert note(9) == "rough: 9 test speakers, fewer than 10"
    assert note(10) == "10 test speakers"


def test_it_is_as_wide_as_theory_says() -> None:
    shares = np.random.default_rng(0).integers(0, 11, 40) / 10
    low, high = interval(predictions(shares.tolist()), resamples=500)
    assert high - low == pytest.approx(2 * 1.96 * shares.std() / np.sqrt(len(shares)), rel=0.2)
