"""Entry point of the command `ser`."""

from collections.abc import Iterator
from contextlib import contextmanager

from speech_emotion.core.console import end_on_interrupt, errors_for_people
from speech_emotion.core.errors import UserError


def main() -> None:
    """Run `ser`, with errors for people."""
    end_on_interrupt()
    from speech_emotion.cli.commands import app  # takes a moment

    with errors_for_people(), pipeline_named():
        app()


@contextmanager
def pipeline_named() -> Iterator[None]:
    """Say what to install where a command needs more than the light installation, which predicts by exported models.

    Raises
    ------
    UserError
        If a package is missing.

    Examples
    --------
    >>> with pipeline_named():
    ...     import nowhere
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: this needs the pipeline's packages (nowhere is missing): pip install ...
    """
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in ("", "speech_emotion"):  # a defect of this program
            raise
        notes = "".join(f"\n{note}" for note in getattr(error, "__notes__", ()))
        raise UserError(f"this needs the pipeline's packages ({package} is missing): "
                        f"pip install 'speech-emotion[pipeline]'{notes}") from error
