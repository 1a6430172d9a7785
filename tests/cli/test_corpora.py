"""`ser validate`, `ser audit`, `ser download`."""

import subprocess

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from speech_emotion.cli import corpora as commands
from speech_emotion.core.errors import UserError
from speech_emotion.testing import make_corpus


@pytest.fixture
def command():
    app = typer.Typer()
    app.command()(commands.download)
    app.command()(commands.validate)
    app.command()(commands.audit)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_licence_comes_first(command, tmp_path):
    result = command("download", "ravdess", "--to", tmp_path)
    assert isinstance(result.exception, UserError)
    assert "--accept-licence" in str(result.exception)
    for part in ("CC BY-NC-SA 4.0", "208 MB", "Livingstone", "zenodo.org"):
        assert part in result.output
    assert not list(tmp_path.iterdir())


def test_a_restricted_corpus_is_fetched_into_a_repository_only_where_git_ignores_it(command, tmp_path, monkeypatch):
    fetched = []
    monkeypatch.setattr("speech_emotion.acquisition.download.download", lambda corpus, target: fetched.append(target))
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("/raw/\n")
    refused = command("download", "ravdess", "--accept-licence", "--to", tmp_path)
    assert isinstance(refused.exception, UserError)
    assert "git would take along audio that may not be passed on freely, of ravdess (CC BY-NC-SA 4.0" in str(
        refused.exception)
    assert fetched == []
    for to, allowed in ((tmp_path / "raw", []), (tmp_path, ["--allow-tracked"])):
        (to / "ravdess").mkdir(parents=True)
        command("download", "ravdess", "--accept-licence", "--to", to, *allowed)
        assert fetched.pop() == to / "ravdess"


def test_savee_says_how_to_get_it_and_checks_what_is_there(command, tmp_path):
    result = command("download", "savee", "--to", tmp_path)
    assert result.exit_code == 1
    assert "register at" in result.output
    make_corpus(tmp_path / "savee", "savee", speakers=["dc"], labels=["anger"])
    result = command("download", "savee", "--to", tmp_path)
    assert result.exit_code == 1
    assert "missing: 479" in result.output


def test_the_exit_status_of_validate_tells_whether_all_is_there(command, tmp_path):
    make_corpus(tmp_path / "ravdess", "ravdess", clips=99, duration=0.001)
    assert command("validate", tmp_path).exit_code == 0
    (tmp_path / "ravdess/Actor_03/03-01-05-01-01-01-03.wav").unlink()
    result = command("validate", tmp_path)
    assert result.exit_code == 1
    assert "missing: 1" in result.output
    assert "Actor_03/03-01-05-01-01-01-03.wav" in result.output


def test_audit_says_what_ingest_would_do(command, tmp_path):
    make_corpus(tmp_path / "emodb", "emodb", speakers=["03"])
    (tmp_path / "emodb/wav/03a01Wz.wav").write_bytes(b"no audio")
    shown = command("audit", tmp_path, "--rejected", tmp_path / "rejected.csv").output
    assert "undecodable 1" in shown
    assert pd.read_csv(tmp_path / "rejected.csv")["path"].tolist() == ["emodb/wav/03a01Wz.wav"]
    table = command("audit", tmp_path, "--markdown").output
    assert "| EMO-DB | 535 | 8 | 7 | undecodable 1 | altered 7 |" in table
