"""Memory of one long file in extraction, in this process: decoded, its features, those of a view at another speed.

    python benchmarks/long_file.py [--minutes 180]

Noise at 48 kHz, seed 0; settings of params.yaml.
"""

import argparse
import resource
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from speech_emotion.audio import resampling
from speech_emotion.features import compute
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc


def report(what: str) -> None:
    """Print the largest resident set so far."""
    print(f"{what}: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB", flush=True)


def main() -> None:
    """Print four lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=180)
    minutes = parser.parse_args().minutes
    recipe = load("params.yaml", ExtractMfcc)
    report("before")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.wav")
        minute = (np.random.default_rng(0).standard_normal(48_000 * 60) * 2000).astype(np.int16)
        with soundfile.SoundFile(path, "w", 48_000, 1, subtype="PCM_16") as file:
            for _ in range(minutes):
                file.write(minute)
        samples, digest = resampling.load(path, recipe.sample_rate, recipe.resampler)
    report("decoded")
    for view in ("", "speed-1.1"):
        compute.features(compute.prepare(samples, recipe, view=view, digest=digest), recipe)
        report(f"features {view}".rstrip())


if __name__ == "__main__":
    main()
