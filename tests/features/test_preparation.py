"""Trimming, level, pre-emphasis and views equal librosa's, or the recommendation they follow."""

import tracemalloc
from collections.abc import Callable

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.audio import spool
from speech_emotion.features import compute, preparation, views
from speech_emotion.features.loudness import integrated_loudness, mean_square
from speech_emotion.features.perturbation import perturbed
from speech_emotion.params.extract_mfcc import ExtractMfcc, Views
from speech_emotion.testing import voice

Settings = Callable[..., ExtractMfcc]
RATE = 16000


@pytest.mark.parametrize("top_db", [10.0, 30.0, 60.0, 100.0])
def test_trimming_is_librosas(top_db: float) -> None:
    samples = voice(1)
    np.testing.assert_array_equal(preparation.trimmed(samples, top_db), librosa.effects.trim(samples, top_db=top_db)[0])


@pytest.mark.parametrize("coefficient", [0.5, 0.97, 1.0])
def test_pre_emphasis_is_librosas(coefficient: float) -> None:
    samples = voice(1, duration=0.3)
    expected = librosa.effects.preemphasis(samples, coef=coefficient)
    np.testing.assert_allclose(preparation.pre_emphasised(samples, coefficient), expected, atol=1e-6)


def test_levels(extract_settings: Settings) -> None:
    samples = voice(1, duration=0.5)
    peak = preparation.levelled(samples, RATE, "peak", 0.0)
    np.testing.assert_allclose(peak, librosa.util.normalize(samples), rtol=1e-5)
    power = np.mean(np.square(preparation.levelled(samples, RATE, "rms", -20.0).astype(float)))
    assert 10 * np.log10(power) == pytest.approx(-20, abs=1e-3)
    np.testing.assert_array_equal(compute.prepare(samples, extract_settings()), samples)
    level = {"method": "peak", "target_db": 0.0}
    np.testing.assert_array_equal(compute.prepare(samples, extract_settings(level=level)), peak)


@pytest.mark.parametrize("rate", [44100, 48000])
def test_loudness_of_the_recommendations_sine(rate: int) -> None:
    # ITU-R BS.1770-4, annex 1: a 0 dBFS sine at 997 Hz in one front channel gives -3.01 LKFS.
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * rate) / rate).astype(np.float32)
    assert integrated_loudness(sine, rate) == pytest.approx(-3.01, abs=0.02)
    # Two parts, the quieter more than 10 LU below: the relative gate leaves it out.
    both = np.concatenate([sine, sine * 0.05])
    assert integrated_loudness(both, rate) == pytest.approx(-3.01, abs=0.2)
    at_target = preparation.levelled(sine, rate, "lufs", -23.0)
    assert integrated_loudness(at_target, rate) == pytest.approx(-23, abs=0.01)


def test_speed_view_is_librosas_resampling() -> None:
    samples = voice(1, duration=0.5)
    for factor in (0.9, 1.1):
        expected = librosa.resample(samples, orig_sr=RATE * factor, target_sr=RATE)
        ours = perturbed(f"speed-{factor}", samples, RATE, "")
        assert abs(len(ours) - len(samples) / factor) <= 1
        np.testing.assert_allclose(ours[: len(expected)], expected[: len(ours)], atol=1e-6)


def test_pitch_view_is_librosas() -> None:
    samples = voice(1, duration=0.5)
    expected = librosa.effects.pitch_shift(samples, sr=RATE, n_steps=2)
    np.testing.assert_array_equal(perturbed("pitch+2", samples, RATE, ""), expected)


def test_noise_view_has_its_snr_and_its_seed() -> None:
    samples = voice(1)
    noise = perturbed("noise-20dB", samples, RATE, "ab") - samples
    snr = 10 * np.log10(np.mean(samples.astype(float) ** 2) / np.mean(noise.astype(float) ** 2))
    assert snr == pytest.approx(20, abs=0.2)
    again = perturbed("noise-20dB", samples, RATE, "ab") - samples
    np.testing.assert_array_equal(noise, again)
    other = perturbed("noise-20dB", samples, RATE, "cd") - samples
    assert not np.array_equal(noise, other)


def test_names_of_views() -> None:
    chosen = Views(speed=(0.9, 1.1), noise_snr_db=(20.0,), pitch_steps=(-1.5, 2.0))
    assert views.names(chosen) == ["", "speed-0.9", "speed-1.1", "noise-20dB", "pitch-1.5", "pitch+2"]


def test_values_that_differ_in_the_last_digit_have_names_of_their_own() -> None:
    chosen = Views(speed=(0.9, 0.9000000001), noise_snr_db=(1e-7, 100.0), pitch_steps=(12.0, 12.0000001))
    assert views.names(chosen) == [
        "", "speed-0.9", "speed-0.9000000001", "noise-0.0000001dB", "noise-100dB", "pitch+12", "pitch+12.0000001"
    ]
    samples = voice(1, duration=0.2)
    for name in views.names(chosen):
        assert len(perturbed(name, samples, RATE, "")) > 0


@given(length=st.integers(1, 3_000), seed=st.integers(0, 9))
def test_the_mean_square_is_numpys_to_the_last_bit(length: int, seed: int) -> None:
    samples = np.random.default_rng(seed).standard_normal(length, dtype=np.float32)
    expected = np.mean(np.square(samples, dtype=np.float64))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "PIECE", 128)
        assert mean_square(spool.Spool([samples])) == mean_square(samples) == expected


def test_memory_for_a_signal_on_disk_does_not_grow_with_its_length(
    extract_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "PIECE", 1 << 13)
    recipe = extract_settings(level={"method": "lufs", "target_db": -23.0}, pre_emphasis=0.97, trim_db=60.0)
    minute = spool.Spool([voice(0)] * 60)
    for view in ("speed-0.9", "noise-20dB"):
        compute.prepare(minute.part(0, 32_000), recipe, view=view)  # imports, and what resamplers keep
        tracemalloc.start()
        prepared = compute.prepare(minute, recipe, view=view)
        largest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert largest < 4 * len(prepared) / 4
