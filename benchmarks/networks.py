"""Time a training step of each network, with its shipped settings on windows of the shipped length.

    python benchmarks/networks.py [--labels 8] [--steps 10]

On one core, in its own time (what other processes take does not count), the quickest step of all; operations are
deterministic, as in the stage `train_cnn`. Windows are noise. Also how many weights each network has, and how many of
them are learnt (the others are batch normalisation's means and variances).
"""

import argparse
import math
import time
from pathlib import Path

import numpy as np

from speech_emotion.features import compute
from speech_emotion.models import backend
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.networks import NAMES, Networks
from speech_emotion.params.train_cnn import TrainCnn

PARAMS = Path(__file__).resolve().parents[1] / "params.yaml"


def main() -> None:
    """Print one line per network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=8)
    parser.add_argument("--steps", type=int, default=10)
    arguments = parser.parse_args()
    backend.load()
    import keras
    import tensorflow as tf

    from speech_emotion.models import classifier

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    features, training, networks = load(PARAMS, ExtractMfcc), load(PARAMS, TrainCnn), load(PARAMS, Networks)
    frames = round(training.seconds * features.sample_rate / features.hop_length)
    columns, batch = len(compute.columns(features)), training.batch_size
    windows = np.random.default_rng(1).standard_normal((batch, frames, columns), dtype=np.float32)
    targets = np.eye(arguments.labels, dtype=np.float32)[np.arange(batch) % arguments.labels]
    print(f"{frames} frames, {columns} columns, {arguments.labels} labels, batches of {batch}")
    for name in NAMES:
        keras.utils.set_random_seed(1)
        model = classifier.build(name, networks.of(name), window_frames=frames, num_columns=columns,
                                 num_classes=arguments.labels)
        model.compile(keras.optimizers.Adam(), "categorical_crossentropy")
        model.train_on_batch(windows, targets)  # traces the graph
        quickest = math.inf
        for _ in range(arguments.steps):
            began = time.process_time()
            model.train_on_batch(windows, targets)
            quickest = min(quickest, time.process_time() - began)
        learnt = sum(math.prod(weight.shape) for weight in model.trainable_weights)
        print(f"{name:14}{model.count_params():10,} weights, {learnt:10,} learnt, "
              f"{quickest / batch * 1000:6.1f} ms a clip")


if __name__ == "__main__":
    main()
