"""``ser timeline``."""

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.cli import judges
from speech_emotion.core.errors import UserError
from speech_emotion.prediction.timeline.formats import TimelineFormat, load, render, require_distinct, target, write


def timeline(
    paths: Annotated[list[Path], typer.Argument(
        metavar="FILE|FOLDER|-...", help="Recordings of any length, in any format; - for what is piped in.")],
    models: judges.Models = judges.DEFAULT,
    window: Annotated[float | None, typer.Option(
        help="Length in s of the windows that are judged.", show_default="the model's own")] = None,
    hop: Annotated[float | None, typer.Option(
        help="Time in s from one window to the next.", show_default="half a window")] = None,
    smooth: Annotated[float | None, typer.Option(
        min=0, help="Average probabilities over so many s; 0 for none.", show_default="a window")] = None,
    output_format: Annotated[TimelineFormat | None, typer.Option(
        "--format", show_default="as the extension of --output, else csv", help="How to write the result.")] = None,
    output: Annotated[Path | None, typer.Option(
        help="Write the result here instead of printing it: a file, or for several recordings in another format than "
             "CSV and JSON a folder.")] = None,
) -> None:
    """Show how the emotion changes in recordings: from when to when, which label, which probabilities.

    Windows that overlap go through each recording, each judged as a clip of its own; their probabilities are averaged
    over time, and neighbours with the same label become one segment. What is silent is a gap. Who speaks is not asked.

    Exit status: 1 if a file could not be read (it is named on standard error, and the others are judged); else 0.
    """
    form = output_format or TimelineFormat.of(output)
    if output is None and not form.printable:
        raise UserError(f"--format {form} is not for a terminal; name a file with --output")
    load(form)
    from speech_emotion.prediction.inputs import inputs, readable
    from speech_emotion.prediction.timeline.course import of_file
    from speech_emotion.prediction.windows import Span

    files = inputs(paths)
    apart = form.of_one and len(files) > 1
    if apart and output is None:
        raise UserError(f"--format {form} holds one recording, and these are {len(files)}; name a folder with --output")
    if apart and output:
        require_distinct([file.name for file in files], output, form)
    judge = judges.choose(models).judge
    judges.require_lone(judge, "and a recording may have any speakers")
    span = Span.of(judge, window, hop)
    over = span.window if smooth is None else smooth
    if not math.isfinite(over):
        raise UserError(f"--smooth is {over:g}, but must be a number of seconds")
    made, failures = [], 0
    for file in files:
        try:
            with readable(file) as path, _progress(file.name) as progress:
                one = of_file(path, judge, span, name=file.name, progress=progress)
        except UserError as error:
            print(f"error: {error}", file=sys.stderr)
            failures += 1
            continue
        if apart and output:
            write(render([one], judge.labels, form, over), target(file.name, output, form))
        else:
            made.append(one)
    if not apart and (made or not form.of_one):
        content = render(made, judge.labels, form, over)
        if output:
            write(content, output)
        else:
            sys.stdout.write(content.decode())
    if failures:
        raise typer.Exit(1)


@contextmanager
def _progress(name: str) -> Iterator[Callable[[object], None]]:
    """Show on a terminal how many seconds of a recording are judged."""
    from tqdm import tqdm

    with tqdm(desc=name, unit="s", unit_scale=True, disable=None, leave=False) as bar:
        def tell(window: object) -> None:
            bar.update(getattr(window, "end", 0.0) - bar.n)

        yield tell
