"""``ser export``."""

from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.models import backend
from speech_emotion.portable.card import Precision


def export(
    models: Annotated[
        Path, typer.Option(help="Trained model: the pipeline's folder, or one bundle in it.")
    ] = Path("models"),
    output: Annotated[
        Path, typer.Option(help="The file to write: ONNX, or LiteRT if its name ends in .tflite.")
    ] = Path("model.onnx"),
    fold: Annotated[int | None, typer.Option(
        min=0, show_default="all, averaged", help="Export the model of this fold alone.")] = None,
    precision: Annotated[Precision, typer.Option(
        help="How the networks' weights are stored; docs/export.md says what fewer bits cost.")] = Precision.FLOAT32,
    scores: Annotated[Path, typer.Option(
        help="What evaluation found, for the file's metadata; nothing if there is no such file.",
    )] = Path("metrics/evaluate.json"),
) -> None:
    """Write the trained model as one file: samples in, probabilities out.

    Whatever runs ONNX or LiteRT files runs it, without this project and what it trains with; docs/export.md says what
    it takes and gives, and how to use it. A setting that cannot be exported is named.
    """
    backend.load()
    from speech_emotion.export.write import load, read_scores, write

    trained = load(models, fold)
    written = write(trained, output, precision=precision, scores=read_scores(scores, trained.predictor.labels))
    print(f"{written.path}: {written.num_bytes / 1e6:.2f} MB, {written.folds} fold{'s' * (written.folds != 1)}, "
          f"{written.networks} network{'s' * (written.networks != 1)}, labels {', '.join(trained.predictor.labels)}")
    if trained.predictor.synthetic:
        print("note: this model was trained on synthetic speech alone; it knows no human speech")
