"""What tests of several commands share."""

from click.testing import Result
from typer.testing import CliRunner

from speech_emotion.cli.commands import app


def ser(*arguments: str, given: bytes | None = None) -> Result:
    """Run `ser` in this process, with what is piped into it."""
    return CliRunner().invoke(app, list(arguments), input=given)
