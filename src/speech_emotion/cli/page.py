"""``ser page``."""

import tempfile
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.core.errors import UserError

_CARD = Path("metrics/model_card.md")
"""Where the pipeline writes the model card."""


def page(
    models: Annotated[Path, typer.Option(
        help="Trained model: the pipeline's folder, one bundle in it, or a file that `ser export` wrote.",
    )] = Path("models"),
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write.")] = Path("page"),
    runtime: Annotated[Path | None, typer.Option(
        help="The npm package onnxruntime-web, unpacked or as its .tgz.", show_default="npm is asked for it once",
    )] = None,
    card: Annotated[Path | None, typer.Option(
        help="Model card, as text.", show_default=f"{_CARD}, if there is one of the pipeline's folder")] = None,
    scores: Annotated[Path, typer.Option(
        help="What evaluation found, to be shown; nothing if there is no such file, or the model is a file.",
    )] = Path("metrics/evaluate.json"),
    opened: Annotated[bool, typer.Option(
        "--open", help="Then serve the page to this machine alone and open it, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --open: on which port; 0 for any.")] = 8707,
) -> None:
    """Write a page that judges speech in the browser, as one folder that any static host serves.

    Sound is recorded or a file is chosen in the page, and judged there: nothing is uploaded.
    """
    from speech_emotion.page import runtime as runtimes
    from speech_emotion.page.folder import write
    from speech_emotion.page.serve import served

    text = _card(models, card)
    found = runtimes.files(runtime)
    with tempfile.TemporaryDirectory() as scratch:
        file = models if models.is_file() else _exported(models, Path(scratch, "model.onnx"), scores)
        written = write(file, output, found, card=text)
    print(f"{written.folder}: {written.num_bytes / 1e6:.1f} MB, labels {', '.join(written.card.labels)}")
    if written.card.synthetic:
        print("note: this model was trained on synthetic speech alone; it knows no human speech")
    if not opened:
        return
    with served(output, port) as address:
        print(f"{address} (Ctrl-C ends it)", flush=True)
        try:
            webbrowser.open(address)
            threading.Event().wait()
        except KeyboardInterrupt:
            print()  # below the terminal's ^C


def _card(models: Path, card: Path | None) -> str | None:
    if card is None and (models.is_file() or not _CARD.exists()):
        return None
    path = card or _CARD
    try:
        return path.read_text(encoding="utf-8")
    except ValueError as error:
        raise UserError(f"{path}: is no text in UTF-8; name another model card (--card)") from error


def _exported(models: Path, path: Path, scores: Path) -> Path:
    from speech_emotion.models import backend

    backend.load()
    from speech_emotion.export.write import load, read_scores, write

    trained = load(models)
    return write(trained, path, scores=read_scores(scores, trained.predictor.labels)).path
