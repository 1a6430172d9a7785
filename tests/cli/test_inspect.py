"""The command `ser inspect`."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from speech_emotion import manifest
from speech_emotion.cli import inspect as command
from speech_emotion.core.errors import UserError
from speech_emotion.ingest.intake import take_in
from speech_emotion.testing import make_corpus, write_clip


def run_inspect(*arguments: object) -> Result:
    app = typer.Typer()
    app.command()(command.inspect)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_command_refuses_what_it_cannot_do(tone: Path) -> None:
    for arguments, message in [
        ([str(tone), "-o", "x.gif"], "must end in .png or .html"),
        ([], "name audio files or clip ids"),
        ([str(tone), "--corpus", "toy"], "but not both"),
    ]:
        result = run_inspect(*arguments)
        assert isinstance(result.exception, UserError)
        assert message in str(result.exception)


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "tone.wav", duration=1.5)


@pytest.fixture
def project(shipped: Callable[[], dict[str, Any]], tmp_path: Path) -> Path:
    """A folder with parameters and the manifest of a corpus of two emotions."""
    root = tmp_path / "emodb"
    make_corpus(root, "emodb", speakers=["03"], labels=["anger", "neutral"])
    intake = take_in(root)
    manifest.write(intake.clips, tmp_path / "data/manifest.parquet")
    manifest.write_files(intake.files, tmp_path / "data/files.parquet")
    params = shipped()
    params["ingest"]["root"] = str(root)
    (tmp_path / "params.yaml").write_text(json.dumps(params))  # which is YAML too
    return tmp_path


@pytest.mark.parametrize(("name", "beginning"), [("look.png", b"\x89PNG"), ("look.HTML", b"<!doctype html>")])
def test_command_writes_what_the_extension_says_and_needs_no_manifest_for_files(
        project: Path, tone: Path, name: str, beginning: bytes) -> None:
    result = run_inspect(tone, tone, "-o", project / name, "--params", project / "params.yaml", "--data", "nowhere")
    assert result.output == f"{project / name}: 2 clips\n"
    assert (project / name).read_bytes().startswith(beginning)


def test_command_looks_clips_up_in_the_manifest(project: Path, tone: Path) -> None:
    clip_id = manifest.read(project / "data/manifest.parquet")["clip_id"][0]
    page = project / "look.html"
    where = ["-o", page, "--params", project / "params.yaml", "--data", project / "data"]
    assert run_inspect(tone, clip_id, *where).output == f"{page}: 2 clips\n"
    assert f"<h2>{clip_id}: " in page.read_text(encoding="utf-8")
    assert run_inspect("--corpus", "emodb", *where).output == f"{page}: 2 clips\n"
    assert "<h2>anger (emodb-03)</h2>" in page.read_text(encoding="utf-8")
    assert run_inspect("--corpus", "emodb", "--by", "speaker", *where).output == f"{page}: 1 clip\n"


def test_a_page_with_audio_that_may_not_be_passed_on_is_not_written_where_git_takes_it_along(
    project: Path, tone: Path
) -> None:
    subprocess.run(["git", "init", "--quiet", project], check=True)
    where = ["--params", project / "params.yaml", "--data", project / "data"]
    # Whose a file is, is not known; EMO-DB may be passed on.
    refused = run_inspect(tone, *where, "-o", project / "look.html")
    assert isinstance(refused.exception, UserError)
    assert "look.html: git would take along audio that may not be passed on freely, of an unknown corpus" in str(
        refused.exception)
    assert not (project / "look.html").exists()
    assert run_inspect("--corpus", "emodb", *where, "-o", project / "free.html").exit_code == 0

    rows = manifest.read(project / "data/manifest.parquet")
    rows = rows.assign(corpus="savee", clip_id=rows["clip_id"].str.replace("emodb", "savee"),
                       speaker=rows["speaker"].str.replace("emodb", "savee"))
    files = manifest.read_files(project / "data/files.parquet")
    manifest.write(rows, project / "data/manifest.parquet")
    manifest.write_files(files.assign(clip_id=files["clip_id"].str.replace("emodb", "savee")),
                         project / "data/files.parquet")
    for names in (["--corpus", "savee"], [rows["clip_id"][0]]):
        refused = run_inspect(*names, *where, "-o", project / "look.html")
        assert "of savee (" in str(refused.exception)
        # A picture holds no audio.
        assert run_inspect(*names, *where, "-o", project / "look.png").exit_code == 0
    assert run_inspect(tone, *where, "-o", project / "look.html", "--allow-tracked").exit_code == 0
    (project / ".gitignore").write_text("ignored.html\n")
    assert run_inspect(tone, *where, "-o", project / "ignored.html").exit_code == 0
