"""`ser` itself: help and version, by the options that people try."""

import re
from importlib.metadata import version

import click
import pytest
import typer
from typer.testing import CliRunner

from speech_emotion.cli.commands import app


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
