"""``ser listen``."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.core.errors import UserError
from speech_emotion.models import backend
from speech_emotion.prediction import sources


class Form(StrEnum):
    """How windows are printed."""

    TEXT = "text"
    JSONL = "jsonl"


def listen(
    device: Annotated[str | None, typer.Option(
        help="Microphone: its number, or a part of its name.", show_default="the system's own choice")] = None,
    models: Annotated[
        Path, typer.Option(help="Trained model: the pipeline's folder, or one bundle in it.")
    ] = Path("models"),
    window: Annotated[float | None, typer.Option(
        help="Length in s of the windows that are judged.", show_default="the model's own")] = None,
    hop: Annotated[float | None, typer.Option(
        help="Time in s from one window to the next.", show_default="half a window")] = None,
    file: Annotated[Path | None, typer.Option(
        "--from", metavar="FILE", help="Hear this file instead, as if it came from a microphone.")] = None,
    at_speed: Annotated[bool, typer.Option(
        "--at-speed", help="With --from: at its own speed instead of as fast as it can be judged.")] = False,
    output_format: Annotated[Form, typer.Option("--format", help="How to print a window.")] = Form.TEXT,
) -> None:
    """Show the emotion in what a microphone hears, a line for each window, until Ctrl-C.

    Nothing is recorded. Where this machine does not keep up, windows are left out ("overrun"); a longer --hop helps.

    Exit status: 0, also after Ctrl-C; 1 if there is no microphone, or the file cannot be read.
    """
    if file and device:
        raise UserError("--from hears a file and --device a microphone; give one of them")
    if at_speed and not file:
        raise UserError("--at-speed is about a file; name it with --from")
    opened = sources.played(file, at_speed=at_speed) if file else sources.microphone(device)
    backend.load()
    from speech_emotion.prediction import live
    from speech_emotion.prediction.predictor import Predictor
    from speech_emotion.prediction.timeline.documents import of_window
    from speech_emotion.prediction.windows import Span

    predictor = Predictor.load(models)
    if predictor.synthetic:
        print("note: this model was trained on synthetic speech alone; it knows no human speech", file=sys.stderr)
    if predictor.transductive:
        raise UserError("this model judges a clip beside others of its speaker, which nobody has heard yet; take one "
                        "that is trained with another train_cnn.normalisation")
    span = Span.of(predictor, window, hop)
    live.warm_up(predictor, span)
    summary = live.Summary(predictor.labels)
    losses = 0
    try:
        with opened as source:
            if not file:
                print("listening; Ctrl-C ends it", file=sys.stderr)
            for said in live.listen(source, predictor, span):
                summary.add(said)
                losses = source.losses
                print(json.dumps(of_window(said, predictor.labels), ensure_ascii=False, allow_nan=False)
                      if output_format is Form.JSONL else live.line(said, predictor.labels), flush=True)
    except KeyboardInterrupt:
        print(file=sys.stderr)  # below the terminal's ^C
    print(summary, file=sys.stderr)
    if summary.overruns:
        print(f"note: this machine did not keep up, and left out {summary.overruns} windows; a longer --hop helps",
              file=sys.stderr)
    if losses:
        print(f"note: the microphone lost sound {losses} times, since it was not taken in time", file=sys.stderr)
