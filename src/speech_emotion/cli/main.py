"""Entry point of the command `ser`."""

import typer

from speech_emotion.cli import cache, corpora, corpus, inspect, predict, splits
from speech_emotion.core.console import errors_for_people

app = typer.Typer(
    help="Speech emotion recognition. The pipeline itself is run by `dvc repro`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
"""The command `ser`, for typer's and click's own tools; errors come out of it as exceptions."""
app.command()(predict.predict)
app.command()(splits.splits)
app.command()(inspect.inspect)
app.command()(corpora.audit)
app.command()(corpora.validate)
app.command()(corpora.download)
app.add_typer(corpus.app, name="corpus")
app.add_typer(cache.app, name="cache")


def main() -> None:
    """Run `ser`, with errors for people."""
    with errors_for_people():
        app()
