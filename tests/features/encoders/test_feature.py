"""The feature `encoder`: frames and statistics of its layers, for clips of any length."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from speech_emotion.core.errors import UserError
from speech_emotion.features import compute, encoder
from speech_emotion.features.analysis import Analysis
from speech_emotion.features.encoders.onnx import Onnx
from speech_emotion.params.extract_mfcc import ExtractMfcc, Recipe
from speech_emotion.testing import tone
from speech_emotion.testing.encoders import encoder_settings, write_onnx, write_whisper

RATE = encoder.SAMPLE_RATE


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_onnx(tmp_path_factory.mktemp("encoder") / "tiny.onnx", layers=3)


def settings(model: Path, **changed: Any) -> encoder.Settings:
    return encoder.Settings.model_validate(encoder_settings(model, **changed))


def clip(seconds: float) -> Analysis:
    return Analysis(tone(0, duration=seconds, sample_rate=RATE), RATE, 160)


def test_frames_are_the_mean_of_the_layers(model: Path) -> None:
    chosen = settings(model, layers=[1, 3], keep="frames")
    whole = clip(0.7)
    first, third = Onnx(model, (1, 3)).encode(whole.samples)
    frames = encoder.compute(whole, chosen)
    assert frames.shape == (1 + len(whole.samples) // 320, 4)
    np.testing.assert_allclose(frames[:-1], (first + third) / 2, rtol=1e-6)
    np.testing.assert_array_equal(frames[-1], frames[-2])
    assert encoder.columns(chosen) == [f"encoder_{at}" for at in range(4)]
    assert encoder.frame_rate(chosen, RATE, 160) == 50


def test_statistics_are_mean_and_deviation_of_the_frames(model: Path) -> None:
    whole = clip(0.7)
    frames = Onnx(model, (2,)).encode(whole.samples)[0]
    both = encoder.compute(whole, settings(model, layers=[2], keep="mean_std"))
    np.testing.assert_allclose(both, [np.concatenate([frames.mean(axis=0), frames.std(axis=0)])], rtol=1e-5)
    mean = encoder.compute(whole, settings(model, layers=[2], keep="mean"))
    np.testing.assert_array_equal(mean, both[:, :4])
    assert encoder.columns(settings(model, keep="mean_std"))[::4] == ["encoder_mean_0", "encoder_std_0"]


@pytest.mark.parametrize(("seconds", "rows"), [(0.02, 1), (29.0, 1), (31.0, 2), (49.9, 2), (65.0, 3)])
def test_long_clips_are_encoded_in_stretches_and_short_ones_filled_up(model: Path, seconds: float, rows: int) -> None:
    whole = clip(seconds)
    assert len(encoder.compute(whole, settings(model))) == rows
    frames = encoder.compute(whole, settings(model, keep="frames"))
    assert len(frames) == 1 + len(whole.samples) // 320
    if seconds > 0.1:  # no window of this encoder crosses the end of a stretch, so the stretches leave no trace
        expected = Onnx(model, (1,)).encode(whole.samples)[0]
        np.testing.assert_allclose(frames[: len(expected)], expected, rtol=1e-5, atol=1e-5)


def test_whisper_takes_stretches_of_any_clip(tmp_path: Path) -> None:
    folder = write_whisper(tmp_path / "tiny")
    assert encoder.compute(clip(59.0), settings(folder)).shape == (3, 8)
    assert encoder.compute(clip(0.01), settings(folder, keep="frames")).shape == (1, 8)


def test_samples_are_standardised_if_so_said(model: Path) -> None:
    whole = clip(0.7)
    standard = (whole.samples - whole.samples.mean()) / whole.samples.std()
    frames = encoder.compute(whole, settings(model, keep="frames", standardise=True))
    np.testing.assert_allclose(frames[:-1], Onnx(model, (1,)).encode(standard)[0], rtol=1e-3, atol=1e-4)


def test_another_frame_rate_is_said(tmp_path: Path) -> None:
    slow = write_onnx(tmp_path / "slow.onnx", hop_length=640)
    with pytest.raises(UserError, match=r"gives 2\d(\.\d)? frames a second, and .*frame_rate is 50"):
        encoder.compute(clip(1.0), settings(slow))
    assert len(encoder.compute(clip(1.0), settings(slow, frame_rate=25.0, keep="frames"))) == 26


def test_what_is_not_finite_is_said(model: Path) -> None:
    whole = clip(0.7)
    whole.samples[100] = np.inf
    with pytest.raises(UserError, match="not finite"):
        encoder.compute(whole, settings(model))


@pytest.mark.parametrize(("key", "value"), [
    ("sha256", "abc"), ("layers", []), ("layers", [1, 1]), ("layers", [0]), ("keep", "all"), ("name", ""),
])
def test_settings_that_cannot_be(model: Path, key: str, value: object) -> None:
    with pytest.raises(ValidationError, match=key):
        settings(model, **{key: value})


def recipe(model: Path, **changed: Any) -> ExtractMfcc:
    from speech_emotion.params.base import load

    document = load("params.yaml", ExtractMfcc).model_dump()
    return ExtractMfcc.model_validate({**document, "features": {"encoder": encoder_settings(model)}, **changed})


def test_where_the_encoder_lies_is_no_part_of_the_recipe(model: Path) -> None:
    document = recipe(model).document()
    assert str(model) not in str(document)
    again = Recipe.model_validate(document)
    assert again.document() == document


def test_it_needs_16_khz_and_frames_of_one_rate(model: Path) -> None:
    with pytest.raises(ValidationError, match="16000 Hz; sample_rate is 8000"):
        recipe(model, sample_rate=8000)
    with pytest.raises(ValidationError, match="side by side they need the same"):
        recipe(model, features={"rms": {"frame_length": 512}, "encoder": encoder_settings(model)})


def test_frames_stand_beside_other_features_of_their_rate(model: Path) -> None:
    both = recipe(model, hop_length=320, features={
        "rms": {"frame_length": 640}, "encoder": encoder_settings(model, keep="frames")})
    for seconds in (0.31, 1.0, 21.777):
        samples = tone(0, duration=seconds, sample_rate=RATE)
        assert compute.features(samples, both).shape == (1 + len(samples) // 320, 5)
