"""All commands of `ser`."""

import platform
from typing import Annotated

import typer

from speech_emotion.cli import (
    agree,
    cache,
    compare,
    corpora,
    corpus,
    encoder,
    export,
    inspect,
    listen,
    page,
    predict,
    splits,
    timeline,
)

_DECISIVE = ("tensorflow", "keras", "onnxruntime", "numpy", "librosa", "soundfile", "dvc")
"""Libraries whose versions a report of a defect should name."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},  # of every command below, too
)
"""The command `ser`, for typer's and click's own tools; errors come out of it as exceptions."""
app.command()(predict.predict)
app.command()(timeline.timeline)
app.command()(listen.listen)
app.command()(splits.splits)
app.command()(agree.agree)
app.command()(compare.compare)
app.command()(inspect.inspect)
app.command()(encoder.encoder)
app.command()(export.export)
app.command()(page.page)
app.command()(corpora.audit)
app.command()(corpora.validate)
app.command()(corpora.download)
app.add_typer(corpus.app, name="corpus")
app.add_typer(cache.app, name="cache")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"speech-emotion {version('speech-emotion')}\n"
              f"Python {platform.python_version()}, {platform.system()} {platform.machine()}\n"
              + ", ".join(map(_versioned, _DECISIVE)))
        raise typer.Exit


def _versioned(library: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # takes a moment

    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:
        return f"no {library}"


@app.callback()
def _ser(
    _version: Annotated[bool, typer.Option(
        "--version", is_eager=True, callback=_print_version, help="Show versions, as for a report of a defect.",
    )] = False,
) -> None:
    """Speech emotion recognition. The pipeline itself is run by `dvc repro`."""
