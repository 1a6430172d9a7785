"""``ser encoder``."""

from pathlib import Path
from typing import Annotated

import typer


def encoder(
    model: Annotated[Path, typer.Argument(
        metavar="PATH", help="A Whisper model in CTranslate2's format (a folder), or an ONNX file that takes "
        "samples.")],
) -> None:
    """Look at a pre-trained encoder, and print the settings with which it is used.

    See docs/encoders.md for where to get one, and which layers serve.
    """
    from speech_emotion.features.encoders import content
    from speech_emotion.features.encoders.loading import SAMPLE_RATE, opened

    sha256 = content.digest(model)
    found = opened(str(model), sha256, model.stem, (1,))
    size = content.weights(model).stat().st_size
    print(f"# {found.format}, {found.num_layers} layers of {found.width} columns, {size / 2**20:.0f} MiB; takes "
          f"{SAMPLE_RATE} Hz\n"
          "# For params.yaml; name its licence, and what it has learnt from.\n"
          "extract_mfcc:\n"
          "  branches:\n"
          "    encoder:\n"
          "      features:\n"
          "        encoder:\n"
          f"          model: {model.absolute()}\n"
          f"          sha256: {sha256}\n"
          f"          name: {model.stem}\n"
          "          licence:\n"
          "          trained_on:\n"
          "          emotion_corpora: []\n"
          "          layers:\n"
          f"          - {(found.num_layers + 1) // 2}\n"
          "          keep: mean\n"
          "          frame_rate: 50.0\n"
          "          standardise: false\n"
          "          allow_heard: false\n"
          "train_cnn:\n"
          "  branches:\n"
          "    encoder:\n"
          "      num_networks: 0\n"
          "      statistics: mean\n"
          "      baseline_shrinkage: 0.4\n"
          "      baseline_temperature: 1.0\n"
          "      baseline_only: []")
