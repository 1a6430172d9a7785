"""Memory of one long file in this process: in extraction, decoded, and its features in each view; or elsewhere.

    python benchmarks/long_file.py [--minutes 180] [--ingest | --predict | --timeline]

Noise at 48 kHz, seed 0; settings of params.yaml. Prediction is by a network of that shape which has learnt nothing; a
timeline has windows of 4 s, every 2 s. With -P, numba does not take the benchmark coverage.py for a library.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from speech_emotion.audio import resampling
from speech_emotion.features import compute, views
from speech_emotion.ingest.probe import probe
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc


def report(what: str) -> None:
    """Print the largest resident set so far."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {memory:.0f} MiB, {time.process_time():.0f} s of processor", flush=True)


def extract(path: Path, recipe: ExtractMfcc) -> None:
    """Do what a worker of extraction does with a clip, which hands the features of each view over before the next."""
    samples, digest = resampling.load_signal(path, recipe.sample_rate, recipe.resampler)
    report("decoded")
    for number, frames in enumerate(map(len, compute.each_view(samples, recipe, views.names(recipe.views), digest))):
        report(f"features of view {number + 1}, {frames} frames")


def predict(path: Path, recipe: ExtractMfcc, *, timeline: bool) -> None:
    """Judge it, in all views of another speed; as a whole, or window by window."""
    from speech_emotion.models.baseline import Baseline
    from speech_emotion.models.blueprint import Blueprint
    from speech_emotion.models.bundle import Bundle
    from speech_emotion.models.functionals import statistics
    from speech_emotion.models.normalisation import Normalisation
    from speech_emotion.models.provenance import Provenance
    from speech_emotion.params.networks import Networks
    from speech_emotion.params.train_cnn import TrainCnn
    from speech_emotion.prediction.predictor import Predictor
    from speech_emotion.prediction.timeline import of_file
    from speech_emotion.prediction.windows import Span

    settings = load("params.yaml", TrainCnn)
    network = load("params.yaml", Networks).of(settings.model)
    columns = compute.columns(recipe)
    blueprint = Blueprint(
        labels=("anger", "fear", "neutral"), columns=tuple(columns), frame_rate=compute.frame_rate(recipe),
        recipe=recipe.document(), window_frames=round(settings.seconds * compute.frame_rate(recipe)),
        network=settings.model, network_settings=network.model_dump(mode="json"),
        training={}, provenance=Provenance((), min_duration=0.3),
        views=views.at_any_speed(views.names(recipe.views)), baseline_share=0.5)
    count = len(statistics(np.zeros((1, len(columns)), np.float32), columns))
    measured = Normalisation(np.zeros(len(columns), np.float32), np.ones(len(columns), np.float32))
    bundle = Bundle(blueprint, [blueprint.build()], measured, Baseline(np.zeros((count, 3), np.float32), np.zeros(3)))
    report("the model")
    predictor = Predictor([bundle])
    if timeline:
        course = of_file(path, predictor, Span(4.0, 2.0))
        report(f"judged, {len(course.windows)} windows, each as a clip")
    else:
        said = predictor.windows_of_file(path)
        report(f"judged, {len(said.starts)} windows")


def main() -> None:
    """Print some lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=180)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--ingest", action="store_true")
    what.add_argument("--predict", action="store_true")
    what.add_argument("--timeline", action="store_true")
    options = parser.parse_args()
    recipe = load("params.yaml", ExtractMfcc)
    report("before")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "long.wav")
        minute = (np.random.default_rng(0).standard_normal(48_000 * 60) * 2000).astype(np.int16)
        with soundfile.SoundFile(path, "w", 48_000, 1, subtype="PCM_16") as file:
            for _ in range(options.minutes):
                file.write(minute)
        del minute
        if options.ingest:
            probe(path)
            report("ingested")
        elif options.predict or options.timeline:
            predict(path, recipe, timeline=options.timeline)
        else:
            extract(path, recipe)


if __name__ == "__main__":
    main()
