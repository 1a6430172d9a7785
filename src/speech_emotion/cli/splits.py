"""``ser splits``."""

from pathlib import Path
from typing import Annotated

import typer


def splits(
    manifest: Annotated[
        Path, typer.Option(help="Manifest that `dvc repro ingest` wrote.")
    ] = Path("data/manifest.parquet"),
    params: Annotated[Path, typer.Option(help="Parameter file; its section train_cnn decides.")] = Path("params.yaml"),
) -> None:
    """Show what each fold trains on, is validated on and tested on: clips, speakers, sexes, labels."""
    from speech_emotion.manifest import read
    from speech_emotion.params.base import load
    from speech_emotion.params.train_cnn import TrainCnn
    from speech_emotion.protocol import labels
    from speech_emotion.protocol.splits import count_parts, make

    settings = load(params, TrainCnn)
    clips, left_out = labels.apply(read(manifest), settings.labels)
    print(f"{settings.split.protocol}, seed {settings.seed}, labels {settings.labels}")
    if left_out:
        print(f"left out: {', '.join(f'{count} {label}' for label, count in left_out.items())}")
    print(count_parts(make(clips, settings.split, settings.seed), clips).to_string(index=False))
