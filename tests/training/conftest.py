"""Data that a tiny network can learn, for what trains it."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")


@pytest.fixture(scope="session")
def separable() -> Callable[[pd.DataFrame], dict[str, np.ndarray]]:
    """A function that gives each clip four columns, of which one is high, for each label another; 12 to 40 frames."""

    def make(clips: pd.DataFrame) -> dict[str, np.ndarray]:
        features = {}
        for number, (clip, label) in enumerate(zip(clips["clip_id"], clips["label"], strict=True)):
            random = np.random.default_rng(number)
            frames = random.normal([5, 0, -5, 100], size=(12 + 4 * (number % 8), 4))
            frames[:, LABELS.index(label)] += 4
            features[clip] = frames.astype(np.float32)
        return features

    return make


@pytest.fixture(scope="module")
def clips(grid: Make) -> pd.DataFrame:
    """36 clips of six speakers."""
    table: pd.DataFrame = grid(6, LABELS, takes=2)
    return table


@pytest.fixture(scope="module")
def features(clips: pd.DataFrame, separable: Make) -> dict[str, np.ndarray]:
    """Their features."""
    made: dict[str, np.ndarray] = separable(clips)
    return made


@pytest.fixture(scope="module")
def store(make_store: Make, features: dict[str, np.ndarray], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A feature store of them."""
    folder = tmp_path_factory.mktemp("store") / "features"
    return make_store(folder, [(clip, "", frames) for clip, frames in features.items()])


@pytest.fixture(scope="session")
def digests() -> Callable[[Path], dict[str, str]]:
    """A function that hashes every file of a folder."""
    return lambda folder: {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }
