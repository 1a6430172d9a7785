"""`ser export`: one file of a model folder, or a message."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from speech_emotion.cli.export import export
from speech_emotion.core.errors import UserError
from speech_emotion.portable.model import load

app = typer.Typer()
app.command()(export)


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def models(make_bundle: Callable[..., Any], save_models: Callable[..., Path],
           tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_models(tmp_path_factory.mktemp("models"), make_bundle(corpus="synthetic"), make_bundle(seed=1))


def test_a_file_is_written_and_what_it_is(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("metrics").mkdir()
    Path("metrics/evaluate.json").write_text(
        json.dumps({"uar": 0.25, "labels": {"tested": "anger, neutral, sadness", "untested": ""}}))
    said = run("--models", models)
    assert "model.onnx: 0." in said
    assert "2 folds, 2 networks, labels anger, neutral, sadness" in said
    assert "synthetic speech alone" in said
    card = load("model.onnx").card
    assert card.synthetic
    assert card.document["scores"]["uar"] == 0.25


def test_one_fold_in_fewer_bits(models: Path, tmp_path: Path) -> None:
    path = tmp_path / "new" / "small.onnx"
    assert "1 fold, 1 network" in run("--models", models, "--output", path, "--fold", "1", "--precision", "int8")
    assert load(path).card.document["precision"] == "int8"


def test_a_folder_without_a_model_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_text("before")
    with pytest.raises(UserError, match="there is no trained model here"):
        run("--models", tmp_path, "--output", tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_text() == "before"
