"""Impossible settings are errors that name the key and what is allowed."""

from pathlib import Path
from typing import Any

import pytest
import ruamel.yaml

from speech_emotion.core.errors import UserError
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc

from .conftest import VALUES


def load_changed(folder: Path, **changed: Any) -> ExtractMfcc:
    path = folder / "params.yaml"
    with path.open("w", encoding="utf-8") as file:
        ruamel.yaml.YAML().dump({"extract_mfcc": {**VALUES, **changed}}, file)
    return load(path, ExtractMfcc)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"win_length": 600}, "extract_mfcc.win_length: is 600, but must be at most n_fft (512)"),
        ({"hop_length": 500}, "extract_mfcc.hop_length: is 500, but must be at most win_length (400)"),
        ({"fmax": 9000.0}, "extract_mfcc.fmax: is 9000.0, but must be at most half of sample_rate (8000 Hz)"),
        ({"fmin": 8000.0}, "extract_mfcc.fmax: is 8000.0, but must be above fmin (8000 Hz)"),
        ({"n_mfcc": 41}, "extract_mfcc.n_mfcc: is 41, but must be at most n_mels (40)"),
        ({"n_mels": 200}, "extract_mfcc.n_mels: is 200, but must be at most"),
        ({"n_fft": 511}, "extract_mfcc.n_fft: is 511, but input should be a multiple of 2"),
        ({"sample_rate": 16000.5}, "extract_mfcc.sample_rate: is 16000.5, but input should be a valid integer"),
        ({"features": []}, "extract_mfcc.features: is [], but"),
        ({"features": ["mfccs"]}, "extract_mfcc.features.0: is 'mfccs', but input should be 'mfcc', 'log_mel'"),
        ({"features": ["rms", "rms"]}, "every feature may occur once only"),
        ({"deltas": 3}, "extract_mfcc.deltas: is 3, but input should be less than or equal to 2"),
        ({"window": "han"}, "extract_mfcc.window: is 'han', but input should be 'hann'"),
        ({"f0": {**VALUES["f0"], "fmin": 20.0}}, "frame_length must hold two periods of fmin"),
        ({"f0": {**VALUES["f0"], "fmax": 50.0}}, "extract_mfcc.f0.fmax: is 50.0, but must be above fmin (65 Hz)"),
        ({"spectral_contrast": {"n_bands": 7, "fmin": 200.0}}, "must be below half of sample_rate (8000 Hz)"),
        ({"views": {**VALUES["views"], "speed": [1.0]}}, "extract_mfcc.views.speed: is [1.0], but 1 changes nothing"),
        ({"scheduler": "host"}, "extract_mfcc.scheduler: is 'host', but must be empty"),
        ({"n_mfc": 13}, "extract_mfcc.n_mfc: unknown key (did you mean 'n_mfcc'?)"),
    ],
)
def test_message(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        load_changed(tmp_path, **changed)
    assert message in str(caught.value)


def test_largest_n_mels_that_the_message_names_is_usable(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"n_mels: is 500, but must be at most \d+") as caught:
        load_changed(tmp_path, n_mels=500)
    largest = int(str(caught.value).split("must be at most ")[1].split()[0])
    assert load_changed(tmp_path, n_mels=largest).n_mels == largest


def test_whole_numbers_are_accepted_for_frequencies(tmp_path: Path) -> None:
    assert load_changed(tmp_path, fmin=0, fmax=8000).fmax == 8000.0
