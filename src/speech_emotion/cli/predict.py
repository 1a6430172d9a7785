"""``ser predict``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.core.files import replacing
from speech_emotion.models import backend
from speech_emotion.prediction.export import Format, text


def predict(
    paths: Annotated[list[Path], typer.Argument(
        metavar="FILE|FOLDER|-...", help="Audio, in any format and sample rate; - for what is piped in.")],
    models: Annotated[
        Path, typer.Option(help="Trained model: the pipeline's folder, or one bundle in it.")
    ] = Path("models"),
    output_format: Annotated[Format | None, typer.Option(
        "--format", show_default="as the extension of --output, else table", help="How to write the result.")] = None,
    output: Annotated[Path | None, typer.Option(help="Write the result here instead of printing it.")] = None,
) -> None:
    """Predict the emotion in audio files: the label and the probability of every label.

    What is silent, too short or not finite gets neither: its note says "not judged: silent". Clips that are clipped or
    very quiet are judged and noted. A model that normalises by speaker takes all files of one call for one speaker's.

    Exit status: 1 if a file could not be read (it is named on standard error, and the others are judged); else 0,
    judged or not.
    """
    backend.load()
    from speech_emotion.prediction.files import predict_files
    from speech_emotion.prediction.predictor import Predictor

    predictor = Predictor.load(models)
    if predictor.synthetic:
        print("note: this model was trained on synthetic speech alone; it knows no human speech", file=sys.stderr)
    table, failures = predict_files(paths, predictor)
    if predictor.transductive:
        print(f"note: this model normalises by speaker; these {table['not_judged'].isna().sum()} clips were taken for "
              "all of one speaker, and each is judged beside the others", file=sys.stderr)
    result = text(table, output_format or Format.of(output))
    if output is None:
        sys.stdout.write(result)
    else:
        with replacing(output) as temporary:
            temporary.write_text(result, encoding="utf-8")
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    if failures:
        raise typer.Exit(1)
