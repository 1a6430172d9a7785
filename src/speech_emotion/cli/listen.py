"""``ser listen``."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.cli import judges
from speech_emotion.core.errors import UserError


class Form(StrEnum):
    """How windows are printed."""

    TEXT = "text"
    JSONL = "jsonl"


def listen(
    device: Annotated[str | None, typer.Option(
        help="Microphone: its number, or a part of its name.", show_default="the system's own choice")] = None,
    models: judges.Models = judges.DEFAULT,
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
    from speech_emotion.prediction import live, sources
    from speech_emotion.prediction.timeline.documents import of_window
    from speech_emotion.prediction.windows import Span

    opened = sources.played(file, at_speed=at_speed) if file else sources.microphone(device)
    judge = judges.choose(models).judge
    judges.require_lone(judge, "which nobody has heard yet")
    span = Span.of(judge, window, hop)
    live.warm_up(judge, span)
    summary = live.Summary(judge.labels)
    losses = 0
    try:
        with opened as source:
            if not file:
                print("listening; Ctrl-C ends it", file=sys.stderr)
            for said in live.listen(source, judge, span):
                summary.add(said)
                losses = source.losses
                print(json.dumps(of_window(said, judge.labels), ensure_ascii=False, allow_nan=False)
                      if output_format is Form.JSONL else live.line(said, judge.labels), flush=True)
    except KeyboardInterrupt:
        print(file=sys.stderr)  # below the terminal's ^C
    print(summary, file=sys.stderr)
    if summary.overruns:
        print(f"note: this machine did not keep up, and left out {summary.overruns} windows; a longer --hop helps",
              file=sys.stderr)
    if losses:
        print(f"note: the microphone lost sound {losses} times, since it was not taken in time", file=sys.stderr)
