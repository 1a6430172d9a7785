"""What a command judges with: an exported file, a model folder, or the file in the folder if it is the folder's own."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speech_emotion.cli.judges import choose
from speech_emotion.core.errors import UserError
from speech_emotion.export.beside import write_beside
from speech_emotion.prediction import parts
from speech_emotion.testing import voice, write_samples

Make = Callable[..., Any]


@pytest.fixture(scope="module")
def models(make_bundle: Make, save_models: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of two folds, with its export."""
    folder: Path = save_models(tmp_path_factory.mktemp("judges") / "models", make_bundle(), make_bundle(seed=1))
    assert write_beside(folder).startswith(f"exported: {folder / 'model.onnx'}, ")
    return folder


@pytest.fixture
def copied(models: Path, tmp_path: Path) -> Path:
    """One to change."""
    return shutil.copytree(models, tmp_path / "models")


def test_a_folder_is_judged_by_its_own_export(models: Path, tmp_path: Path,
                                              capsys: pytest.CaptureFixture[str]) -> None:
    chosen = choose(models)
    assert (chosen.exported, chosen.path) == (True, models / "model.onnx")
    assert choose(models / "model.onnx").exported
    assert capsys.readouterr().err == ""
    (models / "model.onnx").rename(tmp_path / "aside")
    try:
        trained = choose(models)
    finally:
        (tmp_path / "aside").rename(models / "model.onnx")
    assert (trained.exported, trained.path) == (False, models)
    assert (trained.judge.labels, trained.judge.signals, trained.judge.min_duration, trained.judge.synthetic) == (
        chosen.judge.labels, chosen.judge.signals, chosen.judge.min_duration, chosen.judge.synthetic)
    assert trained.judge.seconds == pytest.approx(chosen.judge.seconds)
    clip = write_samples(tmp_path / "a.wav", voice(3, duration=1.5))
    one, other = (parts.judged(parts.of_file(clip, each.judge), each.judge) for each in (chosen, trained))
    assert one.clip == pytest.approx(other.clip, abs=1e-4)
    assert one.starts == pytest.approx(other.starts)


def test_one_fold_is_judged_by_its_weights(models: Path) -> None:
    chosen = choose(models / "fold-1")
    assert (chosen.exported, chosen.path) == (False, models / "fold-1")


@pytest.mark.parametrize("stale", ["weights", "fewer folds", "of a fold", "damaged", "of another program"])
def test_an_export_that_is_not_the_folders_own_is_left_aside(stale: str, copied: Path, make_bundle: Make,
                                                             capsys: pytest.CaptureFixture[str]) -> None:
    match stale:
        case "weights":
            weights = copied / "fold-0/baseline.npy"
            content = bytearray(weights.read_bytes())
            content[-1] ^= 1
            weights.write_bytes(content)
        case "fewer folds":
            shutil.rmtree(copied / "fold-1")
        case "of a fold":
            write_beside(copied / "fold-0")
            (copied / "fold-0/model.onnx").rename(copied / "model.onnx")
        case "damaged":
            (copied / "model.onnx").write_bytes((copied / "model.onnx").read_bytes()[:-9])
        case "of another program":
            (copied / "model.onnx").write_bytes(b"text")
    chosen = choose(copied)
    assert (chosen.exported, chosen.path) == (False, copied)
    said = capsys.readouterr().err
    assert said.startswith(f"note: {copied / 'model.onnx'}: left aside, since it is ")
    assert said.endswith(f"`ser export --models {copied} --output {copied / 'model.onnx'}` writes it anew\n")


def test_a_model_that_cannot_be_exported_is_judged_by_its_weights(copied: Path) -> None:
    document = json.loads((copied / "model.json").read_text())
    (copied / "model.json").write_text(json.dumps({**document, "normalisation": "speaker"}))
    (copied / "model.onnx").unlink()
    assert write_beside(copied).startswith("not exported: train_cnn.normalisation: speaker cannot be exported, since")
    assert not (copied / "model.onnx").exists()
    assert choose(copied).judge.transductive


def test_no_model(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "nowhere.onnx"):
        with pytest.raises(UserError, match="there is no trained model here; `dvc repro` trains one"):
            choose(place)
