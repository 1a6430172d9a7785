"""`ser splits` shows the split that training would use."""

import io
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
    shown = pd.read_csv(io.StringIO("\n".join(lines[1:])), sep=r"\s+")
    assert shown.columns.tolist() == ["fold", "part", "clips", "speakers", "female", "male", "anger", "neutral",
                                      "sadness"]
    assert shown[["fold", "part"]].to_numpy().tolist() == [
        [fold, part] for fold in (0, 1) for part in ("train", "validation", "test")]
    # Eight speakers, each with two clips of three labels; half of them are tested in each fold.
    assert (shown["clips"] == 6 * shown["speakers"]).all()
    assert (shown["speakers"] == shown["female"] + shown["male"]).all()
    assert (shown[["anger", "neutral", "sadness"]].eq(2 * shown["speakers"], axis=0)).all(axis=None)
    assert (shown.groupby("fold")["speakers"].sum() == 8).all()
    assert shown.loc[shown["part"] == "test", ["speakers", "female", "male"]].to_numpy().tolist() == [[4, 2, 2]] * 2


def test_it_shows_what_a_list_of_folds_says(
    clips: pd.DataFrame, shipped: Callable[[], dict[str, Any]]
) -> None:
    parts = ["train"] * 3 + ["validation"] * 4 + ["test"]
    Path("splits").mkdir()
    pd.DataFrame({"speaker": sorted(clips["speaker"].unique()), "fold": 0, "part": parts}).to_csv(
        "splits/mine.csv", index=False)
    document = shipped()
    document["train_cnn"]["split"].update(protocol="predefined", predefined="mine")
    write_params(document)
    shown = [line.split()[1:6] for line in CliRunner().invoke(app, []).stdout.splitlines()[2:]]
    assert shown == [["train", "18", "3", "2", "1"], ["validation", "24", "4", "2", "2"], ["test", "6", "1", "0", "1"]]


def test_it_takes_other_files_and_says_what_labels_leave_out(
    clips: pd.DataFrame, shipped: Callable[[], dict[str, Any]]
) -> None:
    document = shipped()
    document["train_cnn"]["labels"] = {"high": ["anger"], "low": ["sadness"]}
    write_params(document, "other.yaml")
    Path("data/manifest.parquet").rename("other.parquet")
    result = CliRunner().invoke(app, ["--params", "other.yaml", "--manifest", "other.parquet"])
    assert result.exit_code == 0, result.exception
    assert "left out by labels: 16 neutral" in result.stdout
    assert "relabelled: 16 sadness into low" in result.stdout
    assert result.stdout.splitlines()[4].split()[-2:] == ["high", "low"]


def test_errors_are_for_people(clips: pd.DataFrame, shipped: Callable[[], dict[str, Any]]) -> None:
    write_params(shipped())
    error = CliRunner().invoke(app, ["--manifest", "none.parquet"]).exception
    assert isinstance(error, UserError)
    assert "none.parquet: there is no manifest" in str(error)
    error = CliRunner().invoke(app, ["--params", "none.yaml"]).exception
    assert isinstance(error, UserError)
    assert "none.yaml: cannot be read" in str(error)
