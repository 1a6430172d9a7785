"""A small model for pages."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

LABELS = ("</script><b>&'\"", "fear", "neutral")
"""One as nasty as a user's label may be."""


@pytest.fixture(scope="session")
def model(make_bundle: Callable[..., Any], save_models: Callable[..., Path],
          tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported model of random weights, of synthetic speech, with windows of a second."""
    from speech_emotion.export.write import load, write

    folder = tmp_path_factory.mktemp("exported")
    bundles = [make_bundle(LABELS, seed, window_frames=100, corpus="synthetic", baseline_share=0.5) for seed in (1, 2)]
    models = save_models(folder / "models", *bundles)
    scores = json.loads((Path(__file__).resolve().parents[2] / "metrics/evaluate.json").read_text("utf-8"))
    return write(load(models), folder / "model.onnx", scores=scores).path


@pytest.fixture
def without_npm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that has no npm."""
    assert os.name == "posix"
    monkeypatch.setenv("PATH", str(tmp_path / "no/programs"))
