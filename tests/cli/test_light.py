"""The light installation: the wheel and what its base requirements need, in an environment that holds nothing else."""

import csv
import io
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from speech_emotion.export.beside import write_beside
from speech_emotion.testing import tone, write_samples

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES = 300

Ser = Callable[..., "subprocess.CompletedProcess[str]"]


def _closure() -> dict[str, Distribution]:
    """What the base requirements of pyproject.toml need, as it is installed here."""
    found: dict[str, Distribution] = {}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    while wanted:
        required = Requirement(wanted.pop())
        name = canonicalize_name(required.name)
        if name not in found and (required.marker is None or required.marker.evaluate({"extra": ""})):
            found[name] = distribution(name)
            wanted += found[name].requires or []
    return found


def _installed(packages: dict[str, Distribution]) -> Iterator[tuple[Path, Path]]:
    """Name every file of packages: relative to where they are installed, and where it lies."""
    for package in packages.values():
        for file in package.files or []:
            if ".." not in file.parts and "__pycache__" not in file.parts:
                yield Path(file), Path(str(file.locate()))


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel, and links to the files of the light packages."""
    folder = tmp_path_factory.mktemp("light")
    python = folder / "venv/bin/python"

    def run(*command: str | Path) -> None:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    wheel, = folder.glob("*.whl")
    uv = [sys.executable, "-m", "uv", "--offline", "--quiet"]
    run(*uv, "venv", "--python", sys.executable, folder / "venv")
    run(*uv, "pip", "install", "--no-deps", "--python", python, wheel)
    packages, = (folder / "venv/lib").glob("python*/site-packages")
    for relative, file in _installed(_closure()):
        (packages / relative).parent.mkdir(parents=True, exist_ok=True)
        (packages / relative).symlink_to(file)
    return folder / "venv"


@pytest.fixture(scope="module")
def place(make_bundle: Callable[..., Any], save_models: Callable[..., Path],
          tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with its export, one without, and two clips."""
    folder = tmp_path_factory.mktemp("place")
    assert write_beside(save_models(folder / "models", make_bundle())).startswith("exported")
    save_models(folder / "unexported", make_bundle())
    for number in range(2):
        write_samples(folder / f"{number}.wav", tone(number, duration=1.0))
    return folder


@pytest.fixture(scope="module")
def ser(environment: Path, place: Path) -> Ser:
    """A function that runs `ser` of that environment."""
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([environment / "bin/ser", *arguments], cwd=place, env=variables, capture_output=True,
                              text=True, check=False)

    return run


def test_it_is_small() -> None:
    size = sum(file.stat().st_size for _, file in _installed(_closure()))
    own = sum(file.stat().st_size for file in (ROOT / "src/speech_emotion").rglob("*") if file.is_file())
    assert (size + own) / 1e6 < MEGABYTES


def test_nothing_heavy_is_there(environment: Path) -> None:
    heavy = ["tensorflow", "keras", "dvc", "librosa", "numba", "scipy", "sklearn", "pandas", "pyarrow", "matplotlib",
             "onnx"]
    program = f"from importlib.util import find_spec; print([name for name in {heavy} if find_spec(name)])"
    done = subprocess.run([environment / "bin/python", "-I", "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_clips_are_predicted(ser: Ser) -> None:
    done = ser("predict", "0.wav", "1.wav", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["file"] for row in rows] == ["0.wav", "1.wav"]
    assert all(row["label"] in ("anger", "neutral", "sadness") for row in rows)
    assert ser("predict", "0.wav", "1.wav", "--format", "csv", "--models", "models/model.onnx").stdout == done.stdout


def test_windows_are_judged(ser: Ser) -> None:
    document, = json.loads(ser("timeline", "0.wav", "--format", "json", "--window", "0.5").stdout)
    done = ser("listen", "--from", "0.wav", "--format", "jsonl", "--window", "0.5")
    assert [json.loads(line) for line in done.stdout.splitlines()] == document["windows"]


def test_help_and_version_are_there(ser: Ser) -> None:
    assert "timeline" in ser("--help").stdout
    assert "no tensorflow" in ser("--version").stdout


@pytest.mark.parametrize("command", [
    "predict 0.wav --models unexported", "export", "audit .", "splits", "compare a b", "inspect 0.wav", "cache info",
    "corpus new .", "timeline 0.wav --window 0.5 --output 0.png"])
def test_what_needs_more_says_what_to_install(ser: Ser, command: str) -> None:
    done = ser(*command.split())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: this needs the pipeline's packages (")
    assert "is missing): pip install 'speech-emotion[pipeline]'\n" in done.stderr
    assert ("ser export" in done.stderr) == ("unexported" in command)
