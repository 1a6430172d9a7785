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
    from speech_emotion.protocol.contents import count_parts
    from speech_emotion.protocol.planning import plan

    settings = load(params, TrainCnn)
    planned = plan(read(manifest), settings)
    print(f"{settings.split.protocol}, seed {settings.seed}, labels {settings.labels}")
    for note in planned.notes:
        print(note)
    print(count_parts(planned.assignment, planned.clips).to_string(index=False))
