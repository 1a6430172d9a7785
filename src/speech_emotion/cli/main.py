"""Entry point of the command `ser`."""

from speech_emotion.core.console import end_on_interrupt, errors_for_people


def main() -> None:
    """Run `ser`, with errors for people."""
    end_on_interrupt()
    from speech_emotion.cli.commands import app  # takes a second

    with errors_for_people():
        app()
