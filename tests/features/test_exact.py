"""Every feature equals the plain librosa call, for every setting."""

from collections.abc import Callable
from typing import Any

import librosa
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from speech_emotion.features import compute, mel, mel_scale, mfcc, spectrum
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.testing import voice

Settings = Callable[..., ExtractMfcc]
RATE = 16000


def assert_close(ours: np.ndarray, librosas: np.ndarray) -> None:
    """Within 1e-4 of each column's largest magnitude, frame by frame."""
    librosas = np.atleast_2d(librosas).T
    assert ours.dtype == np.float32
    assert ours.shape == librosas.shape
    scale = np.maximum(np.abs(librosas).max(axis=0), 1e-6)
    assert (np.abs(ours - librosas) / scale).max() <= 1e-4


def librosa_mel(samples: np.ndarray, sample_rate: int, hop_length: int, chosen: dict[str, Any]) -> np.ndarray:
    names = ("n_fft", "win_length", "window", "n_mels", "fmin", "fmax")
    power = librosa.feature.melspectrogram(
        y=samples, sr=sample_rate, hop_length=hop_length, htk=chosen["mel_scale"] == "htk",
        **{name: chosen[name] for name in names},
    )
    return librosa.power_to_db(power, top_db=chosen["top_db"])


def librosa_mfcc(samples: np.ndarray, sample_rate: int, hop_length: int, chosen: dict[str, Any]) -> np.ndarray:
    log_mel = librosa_mel(samples, sample_rate, hop_length, chosen)
    static = librosa.feature.mfcc(S=log_mel, n_mfcc=chosen["n_mfcc"], lifter=chosen["lifter"])
    deltas = [librosa.feature.delta(static, order=order) for order in range(1, chosen["deltas"] + 1)]
    return np.concatenate([static, *deltas])


@st.composite
def mel_settings(draw: st.DrawFn, sample_rate: int) -> dict[str, Any]:
    n_fft = draw(st.sampled_from([256, 400, 512, 1000, 2048]))
    fmin = draw(st.floats(0, 300))
    return {
        "n_fft": n_fft, "win_length": draw(st.integers(64, n_fft)),
        "window": draw(st.sampled_from(list(spectrum.WINDOWS))), "mel_scale": draw(st.sampled_from(["slaney", "htk"])),
        "fmin": fmin, "fmax": draw(st.floats(fmin + 1000, sample_rate / 2)), "n_mels": draw(st.integers(4, 96)),
        "top_db": draw(st.sampled_from([None, 40.0, 80.0])),
    }


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    sample_rate = draw(st.sampled_from([8000, 16000, 22050]))
    for_log_mel = draw(mel_settings(sample_rate))
    # Often the same, so that both share one spectrum and one filter bank.
    for_mfcc = for_log_mel if draw(st.booleans()) else draw(mel_settings(sample_rate))
    shortest = min(for_log_mel["win_length"], for_mfcc["win_length"])
    return {
        "sample_rate": sample_rate, "hop_length": draw(st.integers(32, shortest)),
        "features": {
            "log_mel": for_log_mel,
            "mfcc": {
                **for_mfcc, "n_mfcc": draw(st.integers(1, for_mfcc["n_mels"])),
                "lifter": draw(st.sampled_from([0.0, 22.0, 40.5])), "deltas": draw(st.integers(0, 2)),
            },
        },
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(changed=changes(), duration=st.floats(0.4, 1.2), seed=st.integers(0, 99))
def test_mfcc_and_log_mel_equal_librosa(
    extract_settings: Settings, changed: dict[str, Any], duration: float, seed: int
) -> None:
    try:
        chosen = extract_settings(**changed)
    except ValidationError as error:
        assert "mel bands hold no FFT bin" in str(error)
        assume(False)
        raise
    samples = voice(seed, duration=duration, sample_rate=chosen.sample_rate)
    assume(len(samples) // chosen.hop_length >= 9)
    of_signal = (samples, chosen.sample_rate, chosen.hop_length)
    expected = [
        librosa_mfcc(*of_signal, changed["features"]["mfcc"]), librosa_mel(*of_signal, changed["features"]["log_mel"])
    ]
    assert_close(compute.compute(samples, chosen.sample_rate, chosen), np.concatenate(expected))


@pytest.mark.parametrize("n_mels", [1, 15, 16, 17, 64])
@pytest.mark.parametrize("htk", [False, True])
def test_filter_bank_is_librosas(n_mels: int, htk: bool) -> None:
    ours = mel.filter_bank(sample_rate=RATE, n_fft=2048, n_mels=n_mels, fmin=0, fmax=7600, htk=htk)
    librosas = librosa.filters.mel(sr=RATE, n_fft=2048, n_mels=n_mels, fmin=0, fmax=7600, htk=htk)
    np.testing.assert_array_equal(ours, librosas)


@given(n_mels=st.integers(1, 128), n_fft=st.sampled_from([128, 256, 512]), fmin=st.floats(0, 500), htk=st.booleans())
@settings(max_examples=60, deadline=None)
def test_filled_bands_tells_empty_filters(n_mels: int, n_fft: int, fmin: float, htk: bool) -> None:
    known = {"sample_rate": RATE, "n_fft": n_fft, "fmin": fmin, "fmax": 8000.0, "htk": htk}
    bank = mel.filter_bank(n_mels=n_mels, **known)
    assert mel_scale.filled_bands(n_mels, **known) == (bank.max(axis=1) > 0).all()


@pytest.mark.parametrize("window", list(spectrum.WINDOWS))
@pytest.mark.parametrize("length", [101, 400, 512])
def test_windows_are_librosas(window: str, length: int) -> None:
    librosas = librosa.util.pad_center(librosa.filters.get_window(window, length), size=512)
    ours = spectrum.padded_window(spectrum.Spectrum(n_fft=512, win_length=length, window=window))
    np.testing.assert_allclose(ours, librosas, rtol=1e-6, atol=1e-8)


def test_other_features_equal_librosa(extract_settings: Settings) -> None:
    chosen = extract_settings(
        "f0", "rms", "zcr", "spectral_contrast", "chroma", features__rms__frame_length=1024,
        features__spectral_contrast__n_fft=1024,
    )
    samples = voice(3, duration=1.5)
    expected = [
        librosa.feature.chroma_stft(y=samples, sr=RATE, tuning=0.0, n_fft=512, hop_length=160, win_length=400),
        librosa.feature.spectral_contrast(
            y=samples, sr=RATE, n_bands=6, fmin=200.0, n_fft=1024, hop_length=160, win_length=400),
        librosa.feature.zero_crossing_rate(samples, frame_length=512, hop_length=160),
        librosa.feature.rms(y=samples, frame_length=1024, hop_length=160),
        librosa.yin(samples, sr=RATE, fmin=65, fmax=500, frame_length=1024, hop_length=160)[np.newaxis],
    ]
    assert_close(compute.compute(samples, RATE, chosen), np.concatenate(expected))
    assert compute.columns(chosen) == [
        *(f"chroma_{k}" for k in range(12)), *(f"spectral_contrast_{k}" for k in range(7)), "zcr", "rms", "f0"
    ]


def test_pyin_equals_librosa(extract_settings: Settings) -> None:
    chosen = extract_settings("f0", features__f0__method="pyin", features__f0__fmax=400.0)
    samples = voice(3, duration=0.5)
    frequency, _, voiced = librosa.pyin(
        samples, sr=RATE, fmin=65, fmax=400, frame_length=1024, hop_length=160, fill_na=0.0
    )
    assert_close(compute.compute(samples, RATE, chosen), np.stack([frequency, voiced]))
    assert frequency.max() > 0
    assert compute.columns(chosen) == ["f0", "voiced_probability"]


def test_delta_of_a_ramp_is_its_slope() -> None:
    ramp = np.outer(np.arange(30), [1.0, -2.0]).astype(np.float32)
    np.testing.assert_allclose(mfcc.delta(ramp, 1), np.tile([1.0, -2.0], (30, 1)), atol=1e-4)


def test_spectral_contrast_takes_in_the_whole_spectrum(extract_settings: Settings) -> None:
    # A tone just below half the sample rate lies in the highest octave, which librosa continues to the last bin.
    tone = np.sin(2 * np.pi * 7990 / RATE * np.arange(RATE)).astype(np.float32)
    contrast = compute.compute(tone, RATE, extract_settings("spectral_contrast"))
    assert contrast[50].argmax() == 6
