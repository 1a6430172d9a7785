"""``ser predict``."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from speech_emotion.core.files import replacing
from speech_emotion.models import backend


class Format(StrEnum):
    """How predictions are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def predict(
    paths: Annotated[
        list[Path], typer.Argument(metavar="FILE|FOLDER...", help="Audio, in any format and sample rate.")
    ],
    models: Annotated[
        Path, typer.Option(help="Trained model: the pipeline's folder, or one bundle in it.")
    ] = Path("models"),
    output_format: Annotated[Format, typer.Option("--format", help="How to print the result.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option(help="Write the result here instead of printing it.")] = None,
) -> None:
    """Predict the emotion in audio files: the label and the probability of every label."""
    backend.load()
    from speech_emotion.prediction.files import predict_files
    from speech_emotion.prediction.predictor import Predictor

    table, failures = predict_files(paths, Predictor.load(models))
    match output_format:
        case Format.TABLE:
            text = "" if table.empty else table.to_string(index=False, float_format="%.3f") + "\n"
        case Format.CSV:
            text = table.to_csv(index=False, float_format="%.6f", lineterminator="\n")
        case Format.JSON:
            probabilities = table.filter(regex="^p_").rename(columns=lambda name: name[2:]).round(6).to_dict("records")
            rows = [
                {"file": file, "label": label, "probabilities": each}
                for file, label, each in zip(table["file"], table["label"], probabilities, strict=True)
            ]
            text = json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
    else:
        with replacing(output) as temporary:
            temporary.write_text(text, encoding="utf-8")
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    if failures:
        raise typer.Exit(1)
