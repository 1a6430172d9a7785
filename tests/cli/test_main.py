"""`ser` itself: help and version, by the options that people try."""

import re
import subprocess
import sys
from importlib.metadata import version

import click
import pytest
import typer
from typer.testing import CliRunner

from speech_emotion.cli.commands import app
from speech_emotion.cli.corpora import TO_DOWNLOAD
from speech_emotion.corpora import registry


def _commands(command: click.Command, names: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    below = getattr(command, "commands", {})
    return [names, *(path for name, one in below.items() for path in _commands(one, (*names, name)))]


@pytest.mark.parametrize("names", _commands(typer.main.get_command(app)), ids=" ".join)
def test_every_command_has_help_by_both_options(names: tuple[str, ...]) -> None:
    short, long = (CliRunner().invoke(app, [*names, option]) for option in ("-h", "--help"))
    assert short.exit_code == long.exit_code == 0
    assert short.stdout == long.stdout
    assert f"Usage: root {' '.join(names)}".strip() in short.stdout


def test_the_version_is_the_packages_and_names_what_a_report_needs() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    first, second, third = result.stdout.splitlines()
    assert first == f"speech-emotion {version('speech-emotion')}"
    assert re.fullmatch(r"Python 3\.\d+\.\S+, \w+ \w+", second)
    assert f"tensorflow {version('tensorflow')}" in third


def test_the_corpora_to_download_are_those_that_are_published() -> None:
    assert ", ".join(corpus.name for corpus in registry.CORPORA.values() if corpus.source) == TO_DOWNLOAD


def test_nothing_that_only_some_commands_need_is_loaded_by_all() -> None:
    program = "import sys, speech_emotion.cli.commands; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"tensorflow", "keras", "dvc", "librosa", "numba", "scipy", "sklearn", "pandas", "pyarrow", "pydantic",
             "pandera", "ruamel", "matplotlib", "onnx", "onnxruntime", "joblib", "tqdm", "rich"}
    assert heavy & {*loaded} == set()
    assert {"speech_emotion", "typer"} <= {*loaded}
