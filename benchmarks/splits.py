"""The split that leaves one of many speakers out at a time: how long it takes, and the memory of the whole process.

    python benchmarks/splits.py [--speakers 500] [--clips 200]

With that many clips of each speaker, made up; seed 1.
"""

import argparse
import resource
import time

import numpy as np
import pandas as pd
import pyarrow as pa

from speech_emotion.params.train_cnn import Split
from speech_emotion.protocol import splits


def manifest(speakers: int, clips: int) -> pd.DataFrame:
    """Make up what a protocol looks at, in the form in which a manifest is read."""
    count = speakers * clips
    speaker = np.arange(count) % speakers
    labels = np.array(["anger", "disgust", "fear", "happiness", "neutral", "sadness"])
    return pd.DataFrame({
        "clip_id": [f"bench-{number:012x}" for number in range(count)],
        "digest": [f"{number:032x}" for number in range(count)],
        "corpus": "bench",
        "speaker": [f"bench-{number:04d}" for number in speaker],
        "sex": np.array(["female", "male"])[speaker % 2],
        "label": labels[np.random.default_rng(0).integers(0, len(labels), count)],
        "statement": [f"sentence {number % 17}" for number in range(count)],
    }).astype(pd.ArrowDtype(pa.string()))


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speakers", type=int, default=500)
    parser.add_argument("--clips", type=int, default=200, help="of each speaker")
    options = parser.parse_args()
    clips = manifest(options.speakers, options.clips)
    settings = Split(protocol="loso", folds=2, test_fraction=0.25, validation_fraction=0.2, validation="speakers",
                     test_corpora=[], predefined="", statement_disjoint=False, train_also=[])
    began, worked = time.perf_counter(), time.process_time()
    split = splits.assign(clips, settings, seed=1)
    seconds, busy = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(clips)} clips of {options.speakers} speakers, loso: {seconds:.1f} s ({busy:.1f} s of processor), "
          f"{memory:.0f} MiB, {len(split)} rows")


if __name__ == "__main__":
    main()
