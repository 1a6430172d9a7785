"""Intervals are over speakers: drawn with replacement, whole, from a seed."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.intervals import by_speaker, draw, ends, note, p_value


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
    means = [np.mean(each) for each in itertools.product(shares, repeat=5)]
    for confidence in (0.8, 0.5):
        # Further out, as Student's t over the normal distribution with the variance of n - 1.
        tail = norm.sf(t.isf((1 - confidence) / 2, 4) * np.sqrt(5 / 4))
        assert tail < (1 - confidence) / 2
        expected = np.quantile(means, [tail, 1 - tail])
        assert interval(predictions(shares), confidence, resamples=20_000) == pytest.approx(expected, abs=1e-9)


def test_of_means_it_is_about_that_of_student() -> None:
    # The t interval is exact for normal data, which the mean of five numbers is close enough to.
    values = np.random.default_rng(0).normal(0.5, 0.1, 12)
    means = draw([f"{at:02d}" for at in range(12)], ["anger"] * 12, resamples=50_000, seed=1) @ values / 12
    low, high = ends(means, 0.95, 12)
    half = t.isf(0.025, 11) * values.std(ddof=1) / np.sqrt(12)
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.2 * half)


def test_every_draw_has_every_label_and_no_more_speakers() -> None:
    # a alone says fear; b and c alone say calm.
    speakers, labels = list("abcdefaabc"), ["anger"] * 6 + ["anger", "fear", "calm", "calm"]
    times = draw(speakers, labels, resamples=500, seed=3)
    assert times is not None
    assert times.shape == (500, 6)
    assert (times.sum(axis=1) == 6).all()
    assert (times[:, 0] > 0).all()
    assert (times[:, 1] + times[:, 2] > 0).all()
    assert (times[:, 1] == 0).any()


def test_where_speakers_are_as_different_as_labels_there_is_no_interval() -> None:
    speakers = [f"{at:02d}" for at in range(30)]
    assert draw(speakers, speakers, resamples=100, seed=1) is None


def test_a_p_value_is_below_five_percent_exactly_where_the_interval_leaves_out_zero() -> None:
    random = np.random.default_rng(0)
    for num_speakers, shift in itertools.product((5, 8, 24), np.linspace(0, 0.4, 9)):
        differences = random.normal(shift, 0.1, 20_000)
        low, high = ends(differences, 0.95, num_speakers)
        p = p_value(differences, num_speakers)
        assert 0 < p <= 1
        if abs(p - 0.05) > 0.005:
            assert (p < 0.05) == (not low <= 0 <= high)
        assert p_value(-differences, num_speakers) == pytest.approx(p)


def test_with_many_speakers_a_p_value_is_the_share_of_draws_on_the_other_side() -> None:
    differences = np.linspace(-1, 9, 10_000)
    assert p_value(differences, 10_000) == pytest.approx(0.2, abs=0.001)


def test_no_p_value_is_zero() -> None:
    assert p_value(np.ones(999), 100_000) == pytest.approx(2 / 1000, rel=0.01)


def test_what_an_interval_is_worth_is_said() -> None:
    assert note(1) == "no interval: 1 test speaker, fewer than 5"
    assert note(4) == "no interval: 4 test speakers, fewer than 5"
    assert note(5) == "rough: 5 test speakers, fewer than 10"
    assert note(9) == "rough: 9 test speakers, fewer than 10"
    assert note(10) == "10 test speakers"
    assert note(30, drawn=False) == "no interval: 30 test speakers, and hardly a draw of them has every label"


def test_it_is_as_wide_as_theory_says() -> None:
    shares = np.random.default_rng(0).integers(0, 11, 40) / 10
    low, high = interval(predictions(shares.tolist()), resamples=500)
    assert high - low == pytest.approx(2 * 1.96 * shares.std() / np.sqrt(len(shares)), rel=0.2)
