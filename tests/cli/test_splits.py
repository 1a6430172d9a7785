"""`ser splits` shows the very split that training would use."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from speech_emotion import manifest
from speech_emotion.cli.splits import splits
from speech_emotion.core.errors import UserError
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.protocol.splits import make, table

app = typer.Typer()
app.command()(splits)


@pytest.fixture
def clips(grid: Callable[..., pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.chdir(tmp_path)
    made = grid(8)
    manifest.write(made, tmp_path / "data" / "manifest.parquet")
    return made


def write_params(document: dict[str, Any], path: str = "params.yaml") -> None:
    Path(path).write_text(json.dumps(document))


def test_it_shows_the_split(clips: pd.DataFrame, shipped: Callable[[], dict[str, Any]]) -> None:
    document = shipped()
    document["train_cnn"]["split"].update(protocol="speaker_kfold", folds=2)
    write_params(document)
    result = CliRunner().invoke(app, [])
    assert result.exit_code == 0, result.exception
    lines = result.stdout.splitlines()
    assert lines[0] == "speaker_kfold, seed 1, labels native"
    settings = TrainCnn.model_validate(document["train_cnn"])
    expected = table(make(clips, settings.split, settings.seed), clips)
    assert [line.split() for line in lines[1:]] == [
        list(expected), *([str(value) for value in row] for row in expected.itertuples(index=False))
    ]


def test_it_takes_other_files_and_says_what_labels_leave_out(
    clips: pd.DataFrame, shipped: Callable[[], dict[str, Any]]
) -> None:
    document = shipped()
    document["train_cnn"]["labels"] = {"high": ["anger"], "low": ["sadness"]}
    write_params(document, "other.yaml")
    Path("data/manifest.parquet").rename("other.parquet")
    result = CliRunner().invoke(app, ["--params", "other.yaml", "--manifest", "other.parquet"])
    assert result.exit_code == 0, result.exception
    assert "left out: 16 neutral" in result.stdout
    assert result.stdout.splitlines()[2].split()[-2:] == ["high", "low"]


def test_errors_are_for_people(clips: pd.DataFrame, shipped: Callable[[], dict[str, Any]]) -> None:
    write_params(shipped())
    error = CliRunner().invoke(app, ["--manifest", "none.parquet"]).exception
    assert isinstance(error, UserError)
    assert "none.parquet: there is no manifest" in str(error)
    error = CliRunner().invoke(app, ["--params", "none.yaml"]).exception
    assert isinstance(error, UserError)
    assert "none.yaml: cannot be read" in str(error)
