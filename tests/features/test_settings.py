"""Impossible settings are errors that name the key and what is allowed."""

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.features import registry
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc

Load = Callable[..., ExtractMfcc]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def load_changed(
    shipped: Callable[[], dict[str, Any]], every_feature: Callable[[], dict[str, Any]], tmp_path: Path
) -> Load:
    """A function that loads a params.yaml with changes to the section, and to its feature `mfcc` or to another one."""

    def make(feature: str = "mfcc", changes: dict[str, Any] | None = None, **changed: Any) -> ExtractMfcc:
        section = shipped()["extract_mfcc"]
        section["features"] = {feature: every_feature()[feature] | (changes or {})}
        path = tmp_path / "params.yaml"
        path.write_text(json.dumps({"extract_mfcc": section | changed}), encoding="utf-8")
        return load(path, ExtractMfcc)

    return make


@pytest.mark.parametrize("feature", [name for name in registry.features() if name != "encoder"])
def test_what_stands_ready_in_params_yaml_is_valid(load_changed: Load, feature: str) -> None:
    assert list(load_changed(feature).features.chosen()) == [feature]


@pytest.mark.parametrize(
    ("feature", "changes", "message"),
    [
        ("mfcc", {"win_length": 600}, "win_length: is 600, but must be at most n_fft (512)"),
        ("mfcc", {"win_length": 150}, "win_length: is 150, but must be at least hop_length (160), or some samples"),
        ("mfcc", {"fmax": 9000.0}, "fmax: is 9000.0, but must be at most half of sample_rate (8000 Hz)"),
        ("mfcc", {"fmin": 8000.0}, "fmax: is 8000.0, but must be above fmin (8000 Hz)"),
        ("mfcc", {"n_mels": 40, "n_mfcc": 41}, "n_mfcc: is 41, but must be at most n_mels (40)"),
        ("mfcc", {"n_mels": 200}, "n_mels: is 200, but must be at most"),
        ("mfcc", {"n_fft": 511}, "n_fft: is 511, but input should be a multiple of 2"),
        ("mfcc", {"deltas": 3}, "deltas: is 3, but input should be less than or equal to 2"),
        ("mfcc", {"window": "han"}, "window: is 'han', but input should be 'hann'"),
        ("mfcc", {"n_mfc": 13}, "n_mfc: unknown key (did you mean 'n_mfcc'?)"),
        ("log_mel", {"n_mels": 200}, "n_mels: is 200, but must be at most"),
        ("log_mel", {"n_mfcc": 13}, "n_mfcc: unknown key; allowed here: n_fft, win_length,"),
        ("chroma", {"win_length": 150}, "win_length: is 150, but must be at least hop_length (160)"),
        ("spectral_contrast", {"n_bands": 7}, "n_bands: is 7, but the lowest edge of the highest octave, "
         "fmin * 2**(n_bands - 1), must be below half of sample_rate (8000 Hz)"),
        ("spectral_contrast", {"fmin": 30.0}, "fmin: is 30.0, but must be at least the width of an FFT bin (31.25 Hz)"),
        ("zcr", {"frame_length": 100}, "frame_length: is 100, but must be at least hop_length (160)"),
        ("rms", {"frame_length": 513}, "frame_length: is 513, but input should be a multiple of 2"),
        ("f0", {"fmin": 20.0}, "frame_length: is 1024, but must hold two periods of fmin (more than 1602 samples)"),
        ("f0", {"fmax": 50.0}, "fmax: is 50.0, but must be above fmin (65 Hz)"),
        ("f0", {"fmax": 6000.0}, "fmax: is 6000.0, but must be below a third of sample_rate (5333.33 Hz)"),
    ],
)
def test_message_about_a_feature(load_changed: Load, feature: str, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        load_changed(feature, changes)
    assert f"\n  extract_mfcc.features.{feature}.{message}" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hop_length": 500}, "features.mfcc.win_length: is 400, but must be at least hop_length (500)"),
        ({"sample_rate": 8000}, "features.mfcc.fmax: is 8000.0, but must be at most half of sample_rate (4000 Hz)"),
        ({"sample_rate": 16000.5}, "sample_rate: is 16000.5, but input should be a valid integer"),
        ({"level": {"method": "none", "target_db": -23.0}}, "level.method: is 'none', but input should be 'peak'"),
        ({"level": {"method": "rms", "target": -23.0}}, "level.target: unknown key (did you mean 'target_db'?)"),
        ({"level": "rms"}, "level: is 'rms', but must hold the keys method, target_db"),
        ({"features": {}}, "features: is {}, but must hold at least one of mfcc, log_mel, chroma"),
        ({"features": {"mfcc": None}}, "features: is {'mfcc': None}, but must hold at least one of mfcc"),
        ({"features": {"mfccs": {}}}, "features.mfccs: unknown key (did you mean 'mfcc'?)"),
        ({"features": {"zcr": {}}}, "features.zcr.frame_length: is missing"),
        ({"features": {"zcr": 512}}, "features.zcr: is 512, but must hold the keys frame_length"),
        ({"features": ["mfcc"]}, "features: is ['mfcc'], but must hold the keys mfcc, log_mel, chroma"),
        ({"views": {"speed": [1.0], "noise_snr_db": [], "pitch_steps": []}},
         "views.speed: is [1.0], but 1 changes nothing"),
        ({"views": {"speed": [], "noise_snr_db": ["20"], "pitch_steps": []}},
         "views.noise_snr_db.0: is '20', but input should be a valid number"),
        ({"views": {"speed": 0.9, "noise_snr_db": [], "pitch_steps": []}},
         "views.speed: is 0.9, but input should be a valid list"),
        ({"scheduler": "host"}, "scheduler: is 'host', but must be empty"),
    ],
)
def test_message_about_the_signal_and_the_rest(load_changed: Load, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        load_changed(**changed)
    assert f"\n  extract_mfcc.{message}" in str(caught.value)


def test_all_problems_of_all_features_come_at_once(
    load_changed: Load, every_feature: Callable[[], dict[str, Any]]
) -> None:
    with pytest.raises(UserError) as caught:
        load_changed(hop_length=1500, features=every_feature())
    for key in ("mfcc.win_length", "chroma.win_length", "zcr.frame_length", "f0.frame_length"):
        assert f"extract_mfcc.features.{key}: is " in str(caught.value)


def test_largest_n_mels_that_the_message_names_is_usable(load_changed: Load) -> None:
    with pytest.raises(UserError, match=r"n_mels: is 500, but must be at most \d+") as caught:
        load_changed("log_mel", {"n_mels": 500})
    largest = int(str(caught.value).split("must be at most ")[1].split()[0])
    assert load_changed("log_mel", {"n_mels": largest}).document()["features"]["log_mel"]["n_mels"] == largest


def test_whole_numbers_are_accepted_for_frequencies(load_changed: Load) -> None:
    whole = load_changed("log_mel", {"fmin": 20, "fmax": 8000})
    assert whole == load_changed("log_mel", {"fmin": 20.0, "fmax": 8000.0})


def test_null_leaves_a_feature_out_and_nothing_else_changes(
    load_changed: Load, every_feature: Callable[[], dict[str, Any]]
) -> None:
    without = load_changed(features={"rms": None, "mfcc": every_feature()["mfcc"]})
    assert without == load_changed()
    assert without.document() == load_changed().document()


def test_every_command_of_the_page_on_features_gives_usable_settings(tmp_path: Path) -> None:
    from dvc.utils.hydra import apply_overrides

    page = (ROOT / "docs/features.md").read_text(encoding="utf-8")
    commands = [shlex.split(line) for line in page.splitlines() if line.startswith("    dvc exp run ")]
    assert len(commands) > 3
    path = tmp_path / "params.yaml"
    for command in commands:
        shutil.copy(ROOT / "params.yaml", path)
        apply_overrides(path, [word for word in command[3:] if word != "-S"])
        assert load(path, ExtractMfcc) != load(ROOT / "params.yaml", ExtractMfcc)
