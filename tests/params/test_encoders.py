"""The settings of encoders: DVC takes them, and they are what the stages take."""

import shutil
from pathlib import Path

import pytest
from dvc.utils.hydra import apply_overrides

from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.train_cnn import TrainCnn

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("encoder", sorted((ROOT / "encoders").glob("*.txt")), ids=lambda encoder: encoder.stem)
def test_what_is_shipped_is_valid_and_names_no_place(encoder: Path, tmp_path: Path) -> None:
    words = " ".join(line for line in encoder.read_text("utf-8").splitlines() if not line.startswith("#")).split()
    assert words[::2] == ["-S"] * (len(words) // 2)
    params = tmp_path / "params.yaml"
    shutil.copy(ROOT / "params.yaml", params)
    apply_overrides(params, words[1::2])
    extraction, training = load(params, ExtractMfcc), load(params, TrainCnn)
    assert extraction.branches.keys() == training.branches.keys()
    alone = not extraction.branches
    assert alone == encoder.stem.endswith("_alone")
    features = (extraction if alone else extraction.of_branch("encoder")).features
    assert features.chosen().keys() == {"encoder"}
    assert features.encoder.model == ""
    assert len(features.encoder.sha256) == 64
    assert (training if alone else training.of_branch("encoder")[0]).num_networks == 0
