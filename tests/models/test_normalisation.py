"""Normalisation equals numpy on all frames together, though it reads one clip at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.models.normalisation import Normalisation

LENGTHS = st.lists(st.integers(1, 50), min_size=1, max_size=8)


def clips(lengths: list[int], seed: int, offset: float = 0.0) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    return [
        (offset + random.standard_normal((length, 3)) * [1, 10, 0.1] + [0, 5, random.normal()]).astype(np.float32)
        for length in lengths
    ]


@given(LENGTHS.filter(lambda lengths: sum(lengths) > 1), st.integers(0, 1000), st.sampled_from([0.0, -300.0, 1e4]))
def test_equals_numpy_on_the_concatenation(lengths: list[int], seed: int, offset: float) -> None:
    given_clips = clips(lengths, seed, offset)
    fitted = Normalisation.fit(given_clips)
    joined = np.concatenate(given_clips).astype(np.float64)
    np.testing.assert_allclose(fitted.mean, joined.mean(axis=0), rtol=1e-6, atol=1e-6)
    spread = joined.std(axis=0)
    expected = np.where(spread > 1e-6 * np.maximum(np.abs(joined.mean(axis=0)), 1), spread, 1)
    np.testing.assert_allclose(fitted.std, expected, rtol=1e-5)
    assert fitted.mean.dtype == fitted.std.dtype == np.float32


@given(LENGTHS, st.integers(0, 1000))
def test_where_the_clips_are_cut_does_not_matter(lengths: list[int], seed: int) -> None:
    given_clips = clips(lengths, seed)
    apart, joined = Normalisation.fit(given_clips), Normalisation.fit([np.concatenate(given_clips)])
    np.testing.assert_allclose(apart.mean, joined.mean, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(apart.std, joined.std, rtol=1e-5)


def test_clips_may_come_from_an_iterator() -> None:
    given_clips = clips([3, 4], 0)
    fitted = Normalisation.fit(iter(given_clips))
    np.testing.assert_array_equal(fitted.mean, Normalisation.fit(given_clips).mean)


def test_normalised_frames_have_mean_0_and_standard_deviation_1() -> None:
    given_clips = clips([100, 300, 5], 1, offset=-40)
    fitted = Normalisation.fit(given_clips)
    normalised = np.concatenate([fitted(clip) for clip in given_clips])
    assert normalised.dtype == np.float32
    np.testing.assert_allclose(normalised.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(normalised.std(axis=0), 1, atol=1e-4)


@pytest.mark.parametrize("value", [0.0, 1.0, -745.3, 1e6])
def test_a_column_that_never_changes_becomes_zero(value: float) -> None:
    constant = [np.full((length, 1), value, np.float32) for length in (7, 13, 1)]
    fitted = Normalisation.fit(constant)
    assert fitted.std.tolist() == [1.0]
    np.testing.assert_allclose(fitted(constant[0]), 0, atol=1e-6 * max(1, abs(value)))


def test_by_hand() -> None:
    fitted = Normalisation.fit([np.array([[0.0], [2.0]], np.float32), np.array([[4.0], [6.0]], np.float32)])
    assert fitted.mean.tolist() == [3.0]
    np.testing.assert_allclose(fitted.std, [np.sqrt(5)], rtol=1e-6)
    np.testing.assert_allclose(fitted(np.array([[3 + np.sqrt(5)]], np.float32)), [[1.0]], rtol=1e-6)
