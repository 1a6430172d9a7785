"""What is done to log-mel bands and MFCCs is what would be done to the samples or to their spectrum."""

import pickle
from collections.abc import Callable
from typing import Any

import librosa
import numpy as np
import pytest
import scipy.fft
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.core.errors import UserError
from speech_emotion.features import compute
from speech_emotion.features.mel_scale import mel_frequencies
from speech_emotion.testing import tone
from speech_emotion.training.augment import FrequencyWarp, Gain, Tilt, find_bands, spectral, unwarped

Make = Callable[..., Any]
RATE = 16000
SAMPLES = (tone(duration=0.5) * 0.2 + np.random.default_rng(1).normal(0, 0.02, RATE // 2)).astype(np.float32)
LIBROSA: dict[str, Any] = {"n_fft": 512, "win_length": 400, "hop_length": 160, "n_mels": 64, "fmin": 20.0,
                           "fmax": 8000.0}
LEVELS = slice(120, 184)  # columns of the log-mel bands, behind the MFCCs and their deltas


@pytest.fixture
def recipe(extract_settings: Make) -> Any:
    """Liftered MFCCs with deltas of both orders, RMS, and log-mel bands, with no limit below."""
    return extract_settings("mfcc", "rms", "log_mel", features__mfcc__top_db=None, features__log_mel__top_db=None,
                            features__mfcc__lifter=22.0, features__mfcc__deltas=2)


def features(samples: np.ndarray, recipe: Any) -> np.ndarray:
    return compute.features(compute.prepare(samples, recipe), recipe)


def changed(step: Any, frames: np.ndarray, recipe: Any, seed: int = 0, columns: list[str] | None = None) -> np.ndarray:
    columns = columns or compute.columns(recipe)
    bands = find_bands(columns, recipe.document())
    after: np.ndarray = step(bands, len(columns), 3, np.random.default_rng(seed))(1, frames)
    return after


def drawn(low: float, high: float, seed: int = 0) -> float:
    """The number that a step draws for the second of three windows."""
    return float(np.random.default_rng(seed).uniform(low, high, size=(3, 1))[1, 0])


def test_a_gain_is_that_of_the_samples(recipe: Any) -> None:
    frames = features(SAMPLES, recipe)
    louder = SAMPLES * np.float32(10 ** (drawn(-12, 12) / 20))
    after, expected = changed(Gain(12.0), frames, recipe), features(louder, recipe)
    others = compute.columns(recipe).index("rms")
    np.testing.assert_array_equal(after[:, others], frames[:, others])
    apart = np.arange(after.shape[1]) != others
    np.testing.assert_allclose(after[:, apart], expected[:, apart], atol=2e-3)
    assert np.abs(after - frames).max() > 1
    by_librosa = librosa.feature.mfcc(S=librosa.power_to_db(
        librosa.feature.melspectrogram(y=louder, sr=RATE, **LIBROSA), top_db=None), n_mfcc=40, lifter=22).T
    np.testing.assert_allclose(after[:, :40], by_librosa, atol=1e-2)


def test_a_tilt_is_that_of_the_spectrum(recipe: Any) -> None:
    slope = drawn(-6, 6)
    power = np.abs(librosa.stft(SAMPLES, n_fft=512, win_length=400, hop_length=160)) ** 2
    tilted = power * 10 ** (slope * (np.linspace(0, 1, 257) - 0.5) / 10)[:, np.newaxis]
    mel = {name: value for name, value in LIBROSA.items() if name in ("n_mels", "fmin", "fmax", "n_fft")}
    levels = librosa.power_to_db(librosa.feature.melspectrogram(S=tilted, sr=RATE, **mel), top_db=None)
    after = changed(Tilt(6.0), features(SAMPLES, recipe), recipe)
    np.testing.assert_allclose(after[:, LEVELS], levels.T, atol=0.15)  # within a band the slope is taken to be flat
    np.testing.assert_allclose(after[:, :40], librosa.feature.mfcc(S=levels, n_mfcc=40, lifter=22).T, atol=1.0)
    assert np.abs(after[:, LEVELS] - features(SAMPLES, recipe)[:, LEVELS]).max() > 1


def moved(levels: np.ndarray, factor: float) -> np.ndarray:
    """Levels [frames, 64] with the frequency axis warped, by numpy."""
    centres = mel_frequencies(66, fmin=20, fmax=8000, htk=False)[1:-1]
    sources = unwarped(centres, np.array(factor), 8000.0)
    return np.stack([np.interp(sources, centres, row) for row in levels])


def test_a_warp_moves_levels_from_band_to_band(recipe: Any) -> None:
    frames = features(SAMPLES, recipe)
    after = changed(FrequencyWarp(0.3), frames, recipe)
    factor = drawn(0.7, 1.3)
    np.testing.assert_allclose(after[:, LEVELS], moved(frames[:, LEVELS], factor), atol=1e-3)
    # 40 of 64 coefficients are the spectrum smoothed over bands, and that is what is warped.
    weights = 1 + 11 * np.sin(np.pi * np.arange(1, 41) / 22)
    for kind in range(3):
        own = slice(40 * kind, 40 * kind + 40)
        smooth = scipy.fft.idct(np.pad(frames[:, own] / weights, ((0, 0), (0, 24))), axis=1, norm="ortho")
        expected = scipy.fft.dct(moved(smooth, factor), axis=1, norm="ortho")[:, :40] * weights
        np.testing.assert_allclose(after[:, own], expected, atol=5e-2, rtol=1e-4)


def test_with_as_many_coefficients_as_bands_nothing_is_lost(extract_settings: Make) -> None:
    recipe = extract_settings("mfcc", "log_mel", features__mfcc__n_mfcc=64, features__mfcc__top_db=None,
                              features__log_mel__top_db=None)
    after = changed(FrequencyWarp(0.3), features(SAMPLES, recipe), recipe)
    np.testing.assert_allclose(after[:, :64], scipy.fft.dct(after[:, 64:], axis=1, norm="ortho"), atol=1e-2)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_peak_moves_to_where_the_factor_puts_it(factor: float) -> None:
    centres = mel_frequencies(66, fmin=20, fmax=8000, htk=False)[1:-1]
    levels = -np.abs(np.subtract.outer([1500.0], centres)) / 100
    peak = centres[moved(levels, factor)[0].argmax()]
    assert peak == pytest.approx(1500 * factor, abs=60)


@given(st.floats(0.5, 1.5), st.floats(0, 8000))
def test_unwarping_takes_back_what_jaitly_and_hinton_do(factor: float, frequency: float) -> None:
    # Equation of the paper, with 4,800 Hz as its highest frequency of interest.
    knee = 4800 * min(factor, 1)
    if frequency <= knee / factor:
        warped = frequency * factor
    else:
        warped = 8000 - (8000 - knee) / (8000 - knee / factor) * (8000 - frequency)
    assert unwarped(np.array(warped), np.array(factor), 8000.0) == pytest.approx(frequency, abs=1e-6)


def test_windows_are_changed_apart_and_each_step_by_its_own_random_numbers(
    recipe: Any, train_settings: Make
) -> None:
    columns = compute.columns(recipe)
    both = train_settings(augment__gain_db=6.0, augment__frequency_warp=0.1).augment
    alone = train_settings(augment__gain_db=6.0).augment
    warp, gain = spectral(both, columns, recipe.document()).draw(8, [1, 2, 3])
    (same,) = spectral(alone, columns, recipe.document()).draw(8, [1, 2, 3])
    np.testing.assert_array_equal(gain.offsets, same.offsets)
    assert len({row.tobytes() for row in gain.offsets}) == len({row.tobytes() for row in warp.matrices}) == 8
    (other,) = spectral(alone, columns, recipe.document()).draw(8, [1, 2, 4])
    assert not np.allclose(other.offsets, same.offsets)


def test_a_network_that_sees_some_columns(recipe: Any) -> None:
    columns = [name for name in compute.columns(recipe) if name.startswith("mfcc_") and name != "mfcc_0"]
    at = [compute.columns(recipe).index(name) for name in columns]
    frames = features(SAMPLES, recipe)
    # The level alone is in the coefficient that is not seen.
    np.testing.assert_allclose(changed(Gain(12.0), frames[:, at], recipe, columns=columns), frames[:, at], atol=1e-4)
    warp = FrequencyWarp(0.2)
    np.testing.assert_allclose(changed(warp, frames[:, at], recipe, columns=columns),
                               changed(warp, frames, recipe)[:, at], atol=0.05, rtol=1e-4)


@pytest.mark.parametrize("step", ["gain_db", "tilt_db", "frequency_warp"])
def test_features_that_have_no_bands_are_refused(step: str, train_settings: Make) -> None:
    settings = train_settings(**{f"augment__{step}": 0.2}).augment
    with pytest.raises(UserError, match=rf"augment\.{step} changes mel bands and MFCCs, but the network sees "
                                        r"neither \(it sees zcr, f0\)"):
        spectral(settings, ["zcr", "f0"], {})


def test_a_warp_needs_all_bands_and_a_gain_does_not(recipe: Any, train_settings: Make) -> None:
    some = [f"log_mel_{band}" for band in range(10, 64)]
    spectral(train_settings(augment__gain_db=3.0).augment, some, recipe.document())
    with pytest.raises(UserError, match="frequency_warp moves levels between the bands of log_mel, but the network "
                                        "does not see all"):
        spectral(train_settings(augment__frequency_warp=0.1).augment, some, recipe.document())


def test_what_decides_a_batch_may_be_sent_to_another_process(recipe: Any, train_settings: Make) -> None:
    settings = train_settings(augment__gain_db=6.0, augment__tilt_db=3.0, augment__frequency_warp=0.1).augment
    here = spectral(settings, compute.columns(recipe), recipe.document())
    there = pickle.loads(pickle.dumps(here))
    frames = features(SAMPLES, recipe)
    for one, other in zip(here.draw(4, [7]), there.draw(4, [7]), strict=True):
        np.testing.assert_array_equal(one(3, frames), other(3, frames))
