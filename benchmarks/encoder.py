"""How fast an encoder encodes clips, beside the way in which faster-whisper asks the same encoder.

    python benchmarks/encoder.py path/to/whisper-base

Clips of 3.7 s, through extraction without a cache on all cores, start of the processes included; then one clip after
the other in this process: at its own length, and filled up with silence to 30 s, as faster-whisper gives it to
CTranslate2.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from speech_emotion.extraction.run import extract
from speech_emotion.extraction.worker import ClipFile
from speech_emotion.features.encoders import content
from speech_emotion.features.encoders.loading import SAMPLE_RATE
from speech_emotion.features.encoders.whisper import Whisper
from speech_emotion.parallel.workers import local_workers
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.testing import tone, write_samples
from speech_emotion.testing.encoders import encoder_settings

SECONDS = 3.7


def main() -> None:
    """Print clips per second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="Folder of a Whisper model in CTranslate2's format.")
    parser.add_argument("--clips", type=int, default=200)
    arguments = parser.parse_args()
    weights = content.weights(arguments.model)
    last = Whisper(weights, (1,)).num_layers
    for layer in sorted({(last + 1) // 2, last}):
        print(f"layer {layer} of {last}")
        print(f"  extraction, {local_workers()} processes: {_extraction(arguments.model, layer, arguments.clips):.1f} "
              "clips/s")
        encoder, samples = Whisper(weights, (layer,)), tone(1, duration=SECONDS, sample_rate=SAMPLE_RATE)
        padded = np.pad(samples, (0, 30 * SAMPLE_RATE - len(samples)))
        for what, given, times in (("its own length", samples, 30), ("30 s, as faster-whisper", padded, 5)):
            print(f"  one process, {what}: {_rate(encoder, given, times):.1f} clips/s")


def _extraction(model: Path, layer: int, count: int) -> float:
    settings = load("params.yaml", ExtractMfcc).model_dump()
    settings |= {"features": {"encoder": encoder_settings(model, layers=[layer])},
                 "views": {"speed": [], "noise_snr_db": [], "pitch_steps": []}}
    with tempfile.TemporaryDirectory() as folder:
        clips = []
        for number in range(count):
            samples = tone(number, duration=SECONDS, sample_rate=SAMPLE_RATE)
            path = write_samples(Path(folder, f"{number}.wav"), samples, SAMPLE_RATE)
            clips.append(ClipFile.describe(path, f"toy-{number}", "toy"))
        began = time.perf_counter()
        extract(clips, ExtractMfcc.model_validate(settings), Path(folder, "features"), cache=Path(folder, "cache"))
        return count / (time.perf_counter() - began)


def _rate(encoder: Whisper, samples: np.ndarray, times: int) -> float:
    encoder.encode(samples)
    began = time.perf_counter()
    for _ in range(times):
        encoder.encode(samples)
    return times / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
