"""`ser predict`: a table, CSV or JSON; and one bad file costs the exit status, not the result."""

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from speech_emotion.cli.predict import predict
from speech_emotion.core.errors import UserError
from speech_emotion.testing import write_clip

LABELS = ["anger", "neutral", "sadness"]

app = typer.Typer()
app.command()(predict)


@pytest.fixture(scope="module")
def place(
    make_bundle: Callable[..., Any], save_models: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with a model, two clips and a file that is no audio."""
    folder = tmp_path_factory.mktemp("place")
    save_models(folder / "models", make_bundle())
    for name, rate in (("a.wav", 44100), ("b.flac", 8000)):
        write_clip(folder / name, pitch=300, sample_rate=rate)
    (folder / "text.wav").write_text("no audio at all " * 9)
    return folder


@pytest.fixture(autouse=True)
def _inside(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place)


def ser(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_table() -> None:
    result = ser("a.wav", "b.flac")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["file", "label", "p_anger", "p_neutral", "p_sadness"]
    assert [line.split()[0] for line in lines[1:]] == ["a.wav", "b.flac"]
    assert sum(map(float, lines[1].split()[2:])) == pytest.approx(1, abs=0.002)


def test_csv_and_json_say_the_same() -> None:
    rows = list(csv.DictReader(io.StringIO(ser("a.wav", "b.flac", "--format", "csv").stdout)))
    documents = json.loads(ser("a.wav", "b.flac", "--format", "json").stdout)
    assert [list(each) for each in documents] == [["file", "label", "probabilities"]] * 2
    for row, document in zip(rows, documents, strict=True):
        assert row["file"] == document["file"]
        assert row["label"] == document["label"] == max(document["probabilities"], key=document["probabilities"].get)
        assert list(document["probabilities"]) == LABELS
        for label in LABELS:
            assert float(row[f"p_{label}"]) == pytest.approx(document["probabilities"][label], abs=1e-6)
        assert sum(document["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_output_goes_to_a_file_instead(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out.json"
    result = ser("a.wav", "--format", "json", "--output", str(target))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert target.read_text() == ser("a.wav", "--format", "json").stdout


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_an_unreadable_file_is_named_and_the_others_are_predicted(form: str, tmp_path: Path) -> None:
    result = ser("text.wav", "a.wav", "--format", form)
    assert result.exit_code == 1
    assert "a.wav" in result.stdout
    assert "text.wav" not in result.stdout
    assert result.stderr.startswith("error: text.wav")
    to_file = ser("text.wav", "a.wav", "--format", form, "--output", str(tmp_path / "out"))
    assert to_file.exit_code == 1
    assert (tmp_path / "out").read_text() == result.stdout


@pytest.mark.parametrize(("form", "output"), [
    ("table", ""), ("csv", "file,label,p_anger,p_neutral,p_sadness\n"), ("json", "[]\n"),
])
def test_nothing_readable(form: str, output: str) -> None:
    result = ser("text.wav", "--format", form)
    assert result.exit_code == 1
    assert result.stdout == output


@pytest.mark.parametrize(("arguments", "message"), [
    (["none.wav"], "none.wav: there is no such file or folder"),
    (["a.wav", "--models", "nowhere"], "nowhere: there is no trained model here"),
])
def test_what_is_not_there(arguments: list[str], message: str) -> None:
    error = ser(*arguments).exception
    assert isinstance(error, UserError)
    assert message in str(error)


def test_an_unknown_format_and_no_file() -> None:
    assert ser("a.wav", "--format", "xml").exit_code == 2
    assert ser().exit_code == 2


def test_as_a_program_of_its_own(place: Path) -> None:
    program = ("import typer\nfrom speech_emotion.cli.predict import predict\n"
               "from speech_emotion.core.console import errors_for_people\n"
               "with errors_for_people():\n    typer.run(predict)")

    done = subprocess.run(
        [sys.executable, "-c", program, ".", "--format", "json"], cwd=place, capture_output=True, text=True,
        check=False, env={"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"), "PATH": ""},
    )
    assert done.returncode == 1
    assert [each["file"] for each in json.loads(done.stdout)] == ["a.wav", "b.flac"]
    assert "error: text.wav" in done.stderr
    assert "Traceback" not in done.stderr
