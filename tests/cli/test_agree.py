"""``ser agree``: against the committed result, with the same settings."""

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from speech_emotion.cli.commands import app
from speech_emotion.core.errors import UserError

RESULT = {"uar": 0.5, "accuracy": 0.5, "counts": {"test_clips": 40},
          "interval": {"uar": {"low": 0.4, "high": 0.6}, "confidence": 0.95}}


def said() -> str:
    done = CliRunner().invoke(app, ["agree"])
    if isinstance(done.exception, UserError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A result in a project whose last commit has it too."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "metrics/evaluate.json"
    path.parent.mkdir()
    path.write_text(json.dumps(RESULT))
    (tmp_path / "params.yaml").write_text("train_cnn: {}\n")
    for command in (["init", "--quiet"], ["add", "."],
                    ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message", "result"]):
        subprocess.run(["git", *command], check=True)
    return path


def test_the_committed_result_and_another_one(metrics: Path) -> None:
    assert said() == "The result is the committed one: UAR 0.500.\n"
    metrics.write_text(json.dumps({**RESULT, "uar": 0.45}))
    assert said().startswith("The result agrees with the committed one: UAR 0.450, committed 0.500")
    metrics.write_text(json.dumps({**RESULT, "uar": 0.3}))
    assert said().startswith("The result DOES NOT AGREE with")


def test_other_settings_are_not_compared(metrics: Path) -> None:
    metrics.with_name("evaluate.json").write_text(json.dumps({**RESULT, "uar": 0.1}))
    Path("params.yaml").write_text("train_cnn: {lr: 1}\n")
    assert said().startswith("Settings or code have changed since HEAD")


def test_what_is_not_there_is_said(metrics: Path) -> None:
    metrics.write_text("{")
    with pytest.raises(UserError, match="holds no result"):
        said()
    metrics.unlink()
    with pytest.raises(UserError, match="there is no result here; run `dvc repro` in the project's folder"):
        said()
    metrics.write_text(json.dumps(RESULT))
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "rm", "--quiet", "--cached", str(metrics)],
                   check=True)
    subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", "none"], check=True)
    with pytest.raises(UserError, match="git has no"):
        said()
