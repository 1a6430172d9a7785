"""``ser predict``."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from speech_emotion.cli import judges
from speech_emotion.cli.judges import Chosen
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing
from speech_emotion.models.identity import digest
from speech_emotion.prediction import batch
from speech_emotion.prediction.export import Format, text
from speech_emotion.prediction.said import Predicted


def predict(
    paths: Annotated[list[Path], typer.Argument(
        metavar="FILE|FOLDER|-...", help="Audio, in any format, sample rate and length; - for what is piped in.")],
    models: judges.Models = judges.DEFAULT,
    output_format: Annotated[Format | None, typer.Option(
        "--format", show_default="as the extension of --output, else table",
        help="How to write the result. jsonl: a line for each file as soon as it is judged.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the result here instead of printing it.")] = None,
    resume: Annotated[bool, typer.Option(
        "--resume", help="Go on with the lines of JSON in --output; files that are in it, and the same, are left out.",
    )] = False,
) -> None:
    """Predict the emotion in audio files: the label and the probability of every label.

    What is silent, too short or not finite gets neither: its note says "not judged: silent". Clips that are clipped or
    very quiet are judged and noted. What is longer than two minutes is judged in parts. A model that normalises by
    speaker takes all files of one call for one speaker's.

    Exit status: 0 if every file could be read, judged or not; 1 if one could not (it is named on standard error, and
    the others are judged), or nothing could be done; 2 for options that there are not; 130 after Ctrl-C.
    """
    form = output_format or Format.of(output)
    if resume and (form is not Format.JSONL or output is None):
        raise UserError("--resume goes on with lines of JSON; give --format jsonl and --output, too")
    if form is Format.JSONL and output and not resume and output.exists() and output.stat().st_size:
        raise UserError(f"{output}: is there already; go on with it (--resume), or remove it")
    # One recording is computed with all cores; of several, each with one, and as many at a time.
    alone = len(paths) == 1 and not paths[0].is_dir()
    chosen = judges.choose(models, threads=0 if alone else 1)
    write = _write_lines if form is Format.JSONL else _write_whole
    failures, judged = write(paths, chosen, form, output, resume)
    if chosen.judge.transductive:
        print(f"note: this model normalises by speaker; these {judged} clips were taken for all of one speaker, and "
              "each is judged beside the others", file=sys.stderr)
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    if failures:
        raise typer.Exit(1)


def _each(paths: list[Path], chosen: Chosen, done: Mapping[str, str] | None = None) -> Iterator[Predicted | UserError]:
    from speech_emotion.prediction.files import cores, predict_each

    return predict_each(paths, chosen.judge, done, threads=cores() if chosen.exported else 1)


def _write_whole(
    paths: list[Path], chosen: Chosen, form: Format, output: Path | None, _resume: bool
) -> tuple[list[str], int]:
    each = list(_each(paths, chosen))
    said = [one for one in each if isinstance(one, Predicted)]
    result = text(said, chosen.judge.labels, form)
    if output is None:
        sys.stdout.write(result)
    else:
        with replacing(output) as temporary:
            temporary.write_text(result, encoding="utf-8")
    return [str(one) for one in each if isinstance(one, UserError)], sum(one.not_judged is None for one in said)


def _write_lines(
    paths: list[Path], chosen: Chosen, _form: Format, output: Path | None, resume: bool
) -> tuple[list[str], int]:
    judge = chosen.judge
    if resume and judge.transductive:
        raise UserError("this model judges each clip beside the others of the call, so that none can be left out; "
                        "run it without --resume")
    model = digest(chosen.path)
    done = batch.resume(output, model) if resume and output else {}
    failures, judged = [], 0
    with _opened(output) as file:
        for one in _each(paths, chosen, done):
            if isinstance(one, Predicted):
                judged += one.not_judged is None
                file.write(batch.line(one, judge.labels, model).encode())
                file.flush()  # a run that is killed loses the files that it was at, and no other
            else:
                failures.append(str(one))
    if done and output:
        batch.without_repeats(output)
    return failures, judged


@contextmanager
def _opened(output: Path | None) -> Iterator[BinaryIO]:
    """Open what lines are added to: it grows in its place, where other formats are written whole or not at all."""
    if output is None:
        yield sys.stdout.buffer
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("ab") as file:
        yield file
