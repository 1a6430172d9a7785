"""The settings of the peers' own protocols: DVC takes them, and they say what the peers did."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import pytest
import tensorflow as tf
from dvc.utils.hydra import apply_overrides

from speech_emotion.features import compute
from speech_emotion.features.mel import filter_bank
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.train_cnn import TrainCnn

ROOT = Path(__file__).resolve().parents[2]
PEERS = sorted((ROOT / "peers").iterdir())


def applied(folder: Path, peer: Path, *further: str) -> Path:
    """Give the shipped params.yaml as it is after ``dvc exp run $(grep -v '^#' peer) -S further``."""
    words = " ".join(line for line in peer.read_text("utf-8").splitlines() if not line.startswith("#")).split()
    assert set(words[::2]) == {"-S"}
    path = folder / "params.yaml"
    shutil.copy(ROOT / "params.yaml", path)
    apply_overrides(path, [*words[1::2], *further])
    return path


@pytest.fixture
def tim_net(tmp_path: Path) -> Path:
    return applied(tmp_path, ROOT / "peers/tim_net.txt")


@pytest.fixture
def light_sernet(tmp_path: Path) -> Path:
    return applied(tmp_path, ROOT / "peers/light_sernet.txt")


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.stem)
def test_sets_what_there_is_and_trains_the_peer(peer: Path, tmp_path: Path) -> None:
    assert load(applied(tmp_path, peer), TrainCnn).model == peer.stem  # an unknown key would stop it


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.stem)
def test_leans_on_no_shipped_training(peer: Path, tmp_path: Path, shipped: Callable[[], dict[str, Any]]) -> None:
    settings, ours = load(applied(tmp_path, peer), TrainCnn).model_dump(), shipped()["train_cnn"]
    said = set(re.findall(r"^-S train_cnn\.([\w.]+)=", peer.read_text("utf-8"), re.MULTILINE))
    # Idle there: of other protocols, of several corpora, and of what is switched off; and where it is trained.
    idle = {"scheduler", "statistics", "baseline_shrinkage", "baseline_temperature", "fusion", "calibration",
            "branch_model", "split.test_fraction", "split.test_corpora", "split.predefined", "split.train_also",
            "augment.time_mask_seconds", "augment.coefficient_mask_width", "augment.mixup_within_label",
            "consistency.ema", "consistency.rampup_epochs", "contrastive.temperature",
            *(f"pooling.{name}" for name in settings["pooling"]),
            "split.folds" if settings["split"]["protocol"] == "loso" else "split.validation"}
    keys = {f"{key}.{below}" if below else key for key, value in ours.items()
            for below in (value if isinstance(value, dict) else [""])}
    assert keys - idle == said


def test_tim_net_has_librosas_default_mfccs(tim_net: Path) -> None:
    samples = np.random.default_rng(1).standard_normal(22_050).astype(np.float32) * 0.1
    samples[:8000] *= 1e-6  # deeper than top_db
    features, seen = load(tim_net, ExtractMfcc), load(tim_net, TrainCnn).baseline_only
    ours = compute.features(samples, features)[:, [name not in seen for name in compute.columns(features)]]
    np.testing.assert_allclose(ours, librosa.feature.mfcc(y=samples, n_mfcc=39).T, atol=1e-2)


def test_tim_net_has_the_peers_windows(tim_net: Path) -> None:
    (savee,) = re.findall(r"-S (train_cnn\.seconds=[\d.]+) ", (ROOT / "peers/tim_net.txt").read_text("utf-8"))
    features = load(tim_net, ExtractMfcc)
    seconds = [load(tim_net, TrainCnn).seconds]
    seconds.append(load(applied(tim_net.parent, ROOT / "peers/tim_net.txt", savee), TrainCnn).seconds)
    frames = [round(length * features.sample_rate / features.hop_length) for length in seconds]
    assert frames == [len(librosa.feature.mfcc(y=np.zeros(samples, np.float32)).T) for samples in (110_000, 130_000)]


def test_light_sernet_has_the_peers_mel_bands(light_sernet: Path) -> None:
    mfcc: Any = load(light_sernet, ExtractMfcc).features.chosen()["mfcc"]
    ours = filter_bank(sample_rate=16_000, n_fft=mfcc.n_fft, n_mels=mfcc.n_mels, fmin=mfcc.fmin, fmax=mfcc.fmax,
                       htk=mfcc.mel_scale == "htk")
    theirs = np.asarray(tf.signal.linear_to_mel_weight_matrix(128, 513, 16_000, 80.0, 7600.0)).T
    # Theirs are all as high, which is a constant after the logarithm, and straight over mel rather than over Hz.
    np.testing.assert_allclose(*(bank / bank.max(axis=1, keepdims=True) for bank in (ours, theirs)), atol=0.05)
