"""`ser validate`, `ser audit`, `ser download`."""

import json
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from speech_emotion.cli import corpora as commands
from speech_emotion.core.errors import UserError
from speech_emotion.testing import make_corpus, write_clip


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


@pytest.fixture
def project(shipped, tmp_path, monkeypatch):
    """A function that sets settings of the section ingest in the project that is the current folder."""
    monkeypatch.chdir(tmp_path)

    def configure(**settings):
        params = shipped()
        assert set(settings) <= set(params["ingest"])
        params["ingest"].update(settings)
        Path("params.yaml").write_text(json.dumps(params))  # which is YAML too

    make_corpus(Path("audio/emodb"), "emodb", speakers=["03"])
    make_corpus(Path("audio/savee"), "savee", speakers=["dc"], labels=["anger"], duration=0.4)
    return configure


def clips_of(shown: str) -> dict[str, int]:
    table = shown.partition("\n\n")[0].splitlines()[1:]
    return {line.split()[0]: int(line.split()[1]) for line in table}


def test_audit_takes_the_settings_of_the_stage(command, project):
    project(root="audio", corpora=["savee"], min_duration=0.3)
    shown = command("audit").output
    assert clips_of(shown) == {"savee": 1, "all": 1}
    assert "not selected: emodb 7" in shown
    project(root="audio", corpora=[], min_duration=0.45)
    shown = command("audit").output
    assert clips_of(shown) == {"emodb": 7, "all": 7, "savee": 0}
    assert "savee/DC/a01.wav: 0.400 s, shorter than 0.45 s" in shown


def test_options_of_audit_count_more_than_the_settings(command, project):
    project(root="audio/emodb", corpora=["emodb"], min_duration=0.45)
    assert clips_of(command("audit").output) == {"emodb": 7, "all": 7}
    assert clips_of(command("audit", "audio", "--corpus", "savee", "--min-duration", 0.1).output) == {
        "savee": 1, "all": 1}
    both = command("audit", "audio", "--corpus", "savee", "--corpus", "emodb", "--min-duration", 0).output
    assert clips_of(both) == {"emodb": 7, "savee": 1, "all": 8}
    Path("params.yaml").rename("other.yaml")
    assert clips_of(command("audit", "--params", "other.yaml").output) == {"emodb": 7, "all": 7}
    assert isinstance(command("audit").exception, UserError)


def test_audit_takes_options_of_corpora_and_own_tables(command, project):
    write_clip(Path("audio/mine/1.wav"), 1)
    Path("audio/clips.csv").write_text("path,label,speaker\nmine/1.wav,joy,ann\nmine/2.wav,joy,ann\n")
    project(root="audio", corpora=["table"], table="clips.csv")
    shown = command("audit").output
    assert clips_of(shown) == {"table": 1, "all": 1}
    assert "rejected: missing 1 (put the file where the table says, or remove its row)\n  mine/2.wav: listed" in shown
    write_clip(Path("audio/ravdess/Actor_01/03-02-05-01-01-01-01.wav"), 2)
    project(root="audio/ravdess", corpora=["ravdess"], ravdess_song=True)
    assert clips_of(command("audit").output) == {"ravdess": 1, "all": 1}


def test_audit_names_the_files_it_counts(command, project):
    project(root="audio/emodb")
    for number in range(12):
        Path(f"audio/emodb/wav/03a01W{chr(ord('b') + number)}.wav").write_bytes(b"no audio")
    write_clip(Path("audio/emodb/wav/03a01Wa.wav"), 3, channels=2)
    shown = command("audit").output
    assert "rejected: undecodable 12 (get a whole copy, or convert it to WAV or FLAC)\n  wav/03a01Wb.wav: not " in shown
    assert "\n  ... and 2 more\nflagged: altered 7\n  wav/03a01" in shown
    assert "flagged: channels 1\n  wav/03a01Wa.wav\n" in shown
    assert "wav/03a01Wm.wav" not in shown
    assert "  wav/03a01Wm.wav: not readable" in command("audit", "--all").output


def test_audit_fails_where_the_stage_would(command, project):
    Path("audio/emodb/wav/03a01Wz.wav").write_bytes(b"no audio")
    project(root="audio")
    assert command("audit").exit_code == 0
    project(root="audio", strict=True)
    failed = command("audit")
    assert "undecodable 1" in failed.output
    assert "ingest.strict is on, and 1 files are rejected (undecodable: 1)" in str(failed.exception)
    failed = command("audit", "--min-duration", 9)
    assert "audio: no usable clip; 9 files are rejected" in str(failed.exception)
