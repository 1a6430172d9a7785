"""Every feature equals the plain librosa call, for every setting."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from speech_emotion.audio import decoding
from speech_emotion.features import compute, descriptors, mel, mel_scale, mfcc, signal, spectrum, views
from speech_emotion.params.extract_mfcc import ExtractMfcc

from .conftest import make_settings, voice

RATE = 16000


def assert_close(ours: np.ndarray, librosas: np.ndarray) -> None:
    """Within 1e-4 of each column's largest magnitude, frame by frame."""
    librosas = np.atleast_2d(librosas).T
    assert ours.dtype == np.float32
    assert ours.shape == librosas.shape
    scale = np.maximum(np.abs(librosas).max(axis=0), 1e-6)
    assert (np.abs(ours - librosas) / scale).max() <= 1e-4


def librosa_mel(samples: np.ndarray, chosen: ExtractMfcc) -> np.ndarray:
    power = librosa.feature.melspectrogram(
        y=samples, sr=chosen.sample_rate, n_fft=chosen.n_fft, hop_length=chosen.hop_length,
        win_length=chosen.win_length, window=chosen.window, n_mels=chosen.n_mels, fmin=chosen.fmin, fmax=chosen.fmax,
        htk=chosen.mel_scale == "htk",
    )
    return librosa.power_to_db(power, top_db=chosen.top_db)


def librosa_mfcc(samples: np.ndarray, chosen: ExtractMfcc) -> np.ndarray:
    static = librosa.feature.mfcc(
        S=librosa_mel(samples, chosen), n_mfcc=chosen.n_mfcc, lifter=chosen.lifter
    )
    deltas = [librosa.feature.delta(static, order=order) for order in range(1, chosen.deltas + 1)]
    return np.concatenate([static, *deltas])


@st.composite
def usable_settings(draw: st.DrawFn) -> ExtractMfcc:
    n_fft = draw(st.sampled_from([256, 400, 512, 1000, 2048]))
    win_length = draw(st.integers(64, n_fft))
    rate = draw(st.sampled_from([8000, 16000, 22050]))
    fmin = draw(st.floats(0, 300))
    fmax = draw(st.floats(fmin + 1000, rate / 2))
    n_mels = draw(st.integers(4, 96))
    values: dict[str, Any] = {
        "sample_rate": rate, "n_fft": n_fft, "win_length": win_length, "fmin": fmin, "fmax": fmax, "n_mels": n_mels,
        "hop_length": draw(st.integers(32, win_length)) if win_length > 32 else 32,
        "window": draw(st.sampled_from(["hann", "hamming", "blackman", "bartlett", "boxcar"])),
        "mel_scale": draw(st.sampled_from(["slaney", "htk"])),
        "top_db": draw(st.sampled_from([None, 40.0, 80.0])),
        "n_mfcc": draw(st.integers(1, n_mels)), "lifter": draw(st.sampled_from([0.0, 22.0, 40.5])),
        "deltas": draw(st.integers(0, 2)), "features": ["mfcc", "log_mel"],
        "spectral_contrast": {"n_bands": 3, "fmin": 200.0},
    }
    try:
        return make_settings(**values)
    except ValidationError as error:
        assert "mel bands hold no FFT bin" in str(error)
        assume(False)
        raise


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(chosen=usable_settings(), seconds=st.floats(0.4, 1.2), seed=st.integers(0, 99))
def test_mfcc_and_log_mel_equal_librosa(chosen: ExtractMfcc, seconds: float, seed: int) -> None:
    samples = voice(seed, seconds, chosen.sample_rate)
    assume(len(samples) // chosen.hop_length >= 9)
    ours = compute.compute(samples, chosen.sample_rate, chosen)
    assert_close(ours, np.concatenate([librosa_mfcc(samples, chosen), librosa_mel(samples, chosen)]))


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
    np.testing.assert_allclose(spectrum.padded_window(window, length, 512), librosas, rtol=1e-6, atol=1e-8)


def test_other_features_equal_librosa() -> None:
    chosen = make_settings(features=["rms", "zcr", "chroma", "spectral_contrast", "f0"])
    samples = voice(3, 1.5, RATE)
    frame = {"n_fft": chosen.n_fft, "hop_length": chosen.hop_length}
    of_samples = {"frame_length": chosen.n_fft, "hop_length": chosen.hop_length}
    expected = [
        librosa.feature.rms(y=samples, **of_samples),
        librosa.feature.zero_crossing_rate(samples, **of_samples),
        librosa.feature.chroma_stft(y=samples, sr=RATE, tuning=0.0, win_length=400, **frame),
        librosa.feature.spectral_contrast(y=samples, sr=RATE, n_bands=5, fmin=200.0, win_length=400, **frame),
        librosa.yin(samples, sr=RATE, fmin=65, fmax=500, frame_length=1024, hop_length=160)[np.newaxis],
    ]
    assert_close(compute.compute(samples, RATE, chosen), np.concatenate(expected))
    assert compute.columns(chosen) == [
        "rms", "zcr", *(f"chroma_{k}" for k in range(12)), *(f"spectral_contrast_{k}" for k in range(6)), "f0"
    ]


def test_pyin_equals_librosa() -> None:
    chosen = make_settings(features=["f0"], f0={"method": "pyin", "fmin": 65.0, "fmax": 400.0, "frame_length": 1024})
    samples = voice(3, 0.5, RATE)
    frequency, _, voiced = librosa.pyin(
        samples, sr=RATE, fmin=65, fmax=400, frame_length=1024, hop_length=160, fill_na=0.0
    )
    assert_close(compute.compute(samples, RATE, chosen), np.stack([frequency, voiced]))
    assert frequency.max() > 0
    assert compute.columns(chosen) == ["f0", "voiced_probability"]


def test_columns_are_stacked_and_named() -> None:
    chosen = make_settings(features=["rms", "mfcc"], deltas=2, n_mfcc=2)
    names = ["rms", "mfcc_0", "mfcc_1", "mfcc_delta_0", "mfcc_delta_1", "mfcc_delta2_0", "mfcc_delta2_1"]
    assert compute.columns(chosen) == names
    samples = voice(1, 0.5, RATE)
    matrix = compute.compute(samples, RATE, chosen)
    assert matrix.shape[1] == len(names)
    np.testing.assert_array_equal(matrix[:, 1:], compute.compute(samples, RATE, make_settings(deltas=2, n_mfcc=2)))


@pytest.mark.parametrize("count", [1, 2, 100, 159, 160, 700])
def test_very_short_clips(count: int) -> None:
    chosen = make_settings(deltas=2, features=["mfcc", "rms", "zcr", "f0", "spectral_contrast", "chroma"])
    matrix = compute.compute(voice(0, 1, RATE)[5000 : 5000 + count], RATE, chosen)
    assert matrix.shape == (1 + count // 160, len(compute.columns(chosen)))
    assert np.isfinite(matrix).all()


def test_silence_is_finite() -> None:
    chosen = make_settings(
        deltas=2, features=["mfcc", "rms", "zcr", "chroma", "spectral_contrast"], trim_db=30.0, pre_emphasis=0.97,
        level={"method": "lufs", "target_db": -23.0},
    )
    assert np.isfinite(compute.compute(np.zeros(RATE, dtype=np.float32), RATE, chosen)).all()


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2])
def test_load_equals_librosa_resampling(tmp_path: Path, rate: int, channels: int) -> None:
    samples = np.stack([voice(seed, 0.7, rate) for seed in range(channels)], axis=1)
    soundfile.write(tmp_path / "a.wav", samples, rate, subtype="FLOAT")
    expected = librosa.resample(samples.mean(axis=1), orig_sr=rate, target_sr=RATE, res_type="soxr_hq")
    loaded, digest = signal.load(tmp_path / "a.wav", make_settings())
    assert digest == decoding.digest([decoding.read(tmp_path / "a.wav")[0]], rate)
    np.testing.assert_allclose(loaded, expected, atol=1e-6)
    in_memory = signal.resampled(samples.mean(axis=1), rate, make_settings())
    np.testing.assert_array_equal(in_memory, loaded)


def test_pieces_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = make_settings(features=["mfcc", "rms", "zcr", "f0", "spectral_contrast", "chroma"], deltas=1)
    soundfile.write(tmp_path / "a.wav", voice(0, 3, 44100), 44100)
    whole_signal, whole = signal.load(tmp_path / "a.wav", chosen)[0], compute.from_file(tmp_path / "a.wav", chosen)
    monkeypatch.setattr(decoding, "BLOCK", 1777)
    np.testing.assert_array_equal(signal.load(tmp_path / "a.wav", chosen)[0], whole_signal)
    monkeypatch.setattr(spectrum, "CHUNK", 512 * 11)
    np.testing.assert_allclose(compute.from_file(tmp_path / "a.wav", chosen), whole, rtol=1e-4, atol=1e-3)


KERNELS = """
import hashlib
import sys
from speech_emotion.features import compute
from speech_emotion.params.extract_mfcc import ExtractMfcc
print(hashlib.sha256(compute.from_file(sys.argv[1], ExtractMfcc.model_validate_json(sys.argv[2]))).hexdigest())
"""


def test_bytes_do_not_depend_on_which_blas_kernels_the_processor_gets(tmp_path: Path) -> None:
    everything = ["mfcc", "log_mel", "chroma", "spectral_contrast", "zcr", "rms", "f0"]
    chosen = make_settings(features=everything, deltas=2, lifter=22.0, level={"method": "lufs", "target_db": -23.0})
    soundfile.write(tmp_path / "a.wav", voice(0, 1, 44100), 44100)
    command = [sys.executable, "-c", KERNELS, str(tmp_path / "a.wav"), chosen.model_dump_json()]
    environment = {**os.environ, "PYTHONPATH": str(Path(compute.__file__).parents[2])}
    found = {
        subprocess.run(
            command, env={**environment, "OPENBLAS_CORETYPE": kernels}, capture_output=True, text=True, check=True
        ).stdout
        for kernels in ("Prescott", "Nehalem", "Haswell", "Zen")
    }
    assert len(found) == 1


def test_from_file_is_compute(tmp_path: Path) -> None:
    chosen = make_settings(trim_db=30.0, pre_emphasis=0.97, level={"method": "rms", "target_db": -20.0})
    soundfile.write(tmp_path / "a.flac", voice(0, 1, 48000), 48000)
    samples, rate = decoding.read(tmp_path / "a.flac")
    ours = compute.from_file(tmp_path / "a.flac", chosen)
    np.testing.assert_array_equal(ours, compute.compute(samples, rate, chosen))


@pytest.mark.parametrize("top_db", [10.0, 30.0, 60.0, 100.0])
def test_trimming_is_librosas(top_db: float) -> None:
    samples = voice(1, 1.0, RATE)
    np.testing.assert_array_equal(signal.trimmed(samples, top_db), librosa.effects.trim(samples, top_db=top_db)[0])


@pytest.mark.parametrize("coefficient", [0.5, 0.97, 1.0])
def test_pre_emphasis_is_librosas(coefficient: float) -> None:
    samples = voice(1, 0.3, RATE)
    expected = librosa.effects.preemphasis(samples, coef=coefficient)
    np.testing.assert_allclose(signal.pre_emphasised(samples, coefficient), expected, atol=1e-6)


def test_levels() -> None:
    samples = voice(1, 0.5, RATE)
    peak = signal.levelled(samples, RATE, "peak", 0.0)
    np.testing.assert_allclose(peak, librosa.util.normalize(samples), rtol=1e-5)
    power = np.mean(np.square(signal.levelled(samples, RATE, "rms", -20.0).astype(float)))
    assert 10 * np.log10(power) == pytest.approx(-20, abs=1e-3)
    assert signal.levelled(samples, RATE, "none", -20.0) is samples


@pytest.mark.parametrize("rate", [44100, 48000])
def test_loudness_of_the_recommendations_sine(rate: int) -> None:
    # ITU-R BS.1770-4, annex 1: a 0 dBFS sine at 997 Hz in one front channel gives -3.01 LKFS.
    sine = np.sin(2 * np.pi * 997 * np.arange(5 * rate) / rate).astype(np.float32)
    from speech_emotion.features.loudness import integrated_loudness

    assert integrated_loudness(sine, rate) == pytest.approx(-3.01, abs=0.02)
    # Two parts, the quieter more than 10 LU below: the relative gate leaves it out.
    both = np.concatenate([sine, sine * 0.05])
    assert integrated_loudness(both, rate) == pytest.approx(-3.01, abs=0.2)
    at_target = signal.levelled(sine, rate, "lufs", -23.0)
    assert integrated_loudness(at_target, rate) == pytest.approx(-23, abs=0.01)


def test_delta_of_a_ramp_is_its_slope() -> None:
    ramp = np.outer(np.arange(30), [1.0, -2.0]).astype(np.float32)
    np.testing.assert_allclose(mfcc.delta(ramp, 1), np.tile([1.0, -2.0], (30, 1)), atol=1e-4)


def test_speed_view_is_librosas_resampling() -> None:
    samples = voice(1, 0.5, RATE)
    for factor in (0.9, 1.1):
        expected = librosa.resample(samples, orig_sr=RATE * factor, target_sr=RATE)
        ours = views.apply(f"speed-{factor:g}", samples, RATE, "")
        assert abs(len(ours) - len(samples) / factor) <= 1
        np.testing.assert_allclose(ours[: len(expected)], expected[: len(ours)], atol=1e-6)


def test_pitch_view_is_librosas() -> None:
    samples = voice(1, 0.5, RATE)
    expected = librosa.effects.pitch_shift(samples, sr=RATE, n_steps=2)
    np.testing.assert_array_equal(views.apply("pitch+2", samples, RATE, ""), expected)


def test_noise_view_has_its_snr_and_its_seed() -> None:
    samples = voice(1, 1.0, RATE)
    noise = views.apply("noise-20dB", samples, RATE, "ab") - samples
    snr = 10 * np.log10(np.mean(samples.astype(float) ** 2) / np.mean(noise.astype(float) ** 2))
    assert snr == pytest.approx(20, abs=0.2)
    again = views.apply("noise-20dB", samples, RATE, "ab") - samples
    np.testing.assert_array_equal(noise, again)
    other = views.apply("noise-20dB", samples, RATE, "cd") - samples
    assert not np.array_equal(noise, other)


def test_names_of_views() -> None:
    chosen = make_settings(views={"speed": [0.9, 1.1], "noise_snr_db": [20.0], "pitch_steps": [-1.5, 2.0]})
    assert views.names(chosen) == ["", "speed-0.9", "speed-1.1", "noise-20dB", "pitch-1.5", "pitch+2"]


def test_contrast_bands_cover_the_spectrum() -> None:
    bands = descriptors.contrast_bands(RATE, 512, 5, 200.0)
    assert bands[-1][0][-1] == 256
