"""Audio of many speakers to a split: the stages `ingest`, which plans the split last, and `extract_mfcc`.

    python benchmarks/audio_to_split.py [--clips 100000] [--speakers 500] [--shipped]

Synthesises that many different clips (16 kHz, 1 to 2 s, a corpus of its own), leaves one speaker out at a time, and
computes MFCCs alone, or with --shipped all features and views of params.yaml. Memory as in `scale.py`; the processor's
time is that of the stage's own process, without those that read and compute.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus import synthesize
from ruamel.yaml import YAML
from scale import watched

ROOT = Path(__file__).resolve().parents[1]
LABELS = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")


def configure(folder: Path, *, shipped: bool) -> None:
    """Write params.yaml for what is synthesised."""
    yaml = YAML()
    params = yaml.load(ROOT / "params.yaml")
    params["ingest"] |= {"root": "audio", "corpora": [], "own": {"bench": {"pattern": "{speaker}/{label}_*"}}}
    params["train_cnn"]["split"]["protocol"] = "loso"
    if not shipped:
        features = params["extract_mfcc"]["features"]
        params["extract_mfcc"]["features"] = {"mfcc": features["mfcc"]}
        params["extract_mfcc"]["views"]["speed"] = []
    yaml.dump(params, folder / "params.yaml")


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print a line for each stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--speakers", type=int, default=500)
    parser.add_argument("--shipped", action="store_true")
    options = parser.parse_args()

    def name(at: int) -> str:
        speaker, turn = at % options.speakers, at // options.speakers
        return f"s{speaker:04d}/{LABELS[turn % len(LABELS)]}_{turn:05d}.wav"

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        (folder / "audio").mkdir()
        configure(folder, shipped=options.shipped)
        synthesize(folder / "audio", options.clips, sample_rate=16000, shortest=1.0, longest=2.0, name=name)
        print(f"{options.clips} clips of {options.speakers} speakers are there", flush=True)
        for stage in ("ingest", "extract_mfcc"):
            began, worked = time.perf_counter(), _of_children()
            largest, processes = watched(subprocess.Popen(
                [sys.executable, str(ROOT / f"src/stages/{stage}.py")], cwd=folder, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL))
            print(f"{stage}: {time.perf_counter() - began:.1f} s ({_of_children() - worked:.1f} s of processor), "
                  f"{largest / 2**20:.0f} MiB in {processes} processes", flush=True)


if __name__ == "__main__":
    main()
