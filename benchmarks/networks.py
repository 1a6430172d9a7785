"""Time the training of each network, beside the floor that its arithmetic sets.

    make bench-train        or: python benchmarks/networks.py [--labels 8] [--steps 10]
                                [--policy mixed_bfloat16] [--compile]

Shipped settings, windows of the shipped length and of the columns that the network sees; windows are noise. On one
core, in its own time (what other processes take does not count), the quickest step of all; operations are
deterministic, as in the stage `train_cnn`.

The floor: three times the operations of a forward pass (one forward, two backward: with respect to inputs and to
weights), as TensorFlow's profiler counts them, over what this core attains in a large matrix product. A network cannot
train faster than that with these operations. Also how many weights each network has, and how many of them are learnt
(the others are batch normalisation's means and variances).

`--policy` and `--compile` show what the stage goes without: other arithmetic than float32, and a step compiled by XLA,
whose operations are then not deterministic.
"""

import argparse
import contextlib
import io
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from speech_emotion.features import compute
from speech_emotion.models import backend
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.networks import NAMES, Networks
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.training.branch import network_columns

PARAMS = Path(__file__).resolve().parents[1] / "params.yaml"
_SIDE = 1024
"""Of the matrices whose product says what the core attains."""


def main() -> None:
    """Print one line per network."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=8)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--policy", default="float32", help="of Keras, such as mixed_bfloat16")
    parser.add_argument("--compile", action="store_true", help="by XLA")
    arguments = parser.parse_args()
    backend.load()
    import keras
    import tensorflow as tf

    from speech_emotion.models import classifier

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if not arguments.compile:  # Keras compiles nothing while operations are deterministic
        tf.config.experimental.enable_op_determinism()
    keras.config.set_dtype_policy(arguments.policy)
    features, training, networks = load(PARAMS, ExtractMfcc), load(PARAMS, TrainCnn), load(PARAMS, Networks)
    frames = round(training.seconds * features.sample_rate / features.hop_length)
    columns, batch = len(network_columns(training.baseline_only, compute.columns(features))), training.batch_size
    windows = np.random.default_rng(1).standard_normal((batch, frames, columns), dtype=np.float32)
    targets = np.eye(arguments.labels, dtype=np.float32)[np.arange(batch) % arguments.labels]
    square = tf.random.stateless_normal((_SIDE, _SIDE), seed=(1, 1))
    attained = 2 * _SIDE**3 / _quickest(lambda: tf.linalg.matmul(square, square), arguments.steps)
    print(f"{frames} frames, {columns} columns, {arguments.labels} labels, batches of {batch}; "
          f"the core attains {attained / 1e9:.0f} GFLOP/s")
    heads = ["weights", "learnt", "MFLOP", "ms a clip", "floor", "clips/s", "floor"]
    print(" " * 14 + " ".join(f"{head:>10}" for head in heads))
    for name in NAMES:
        keras.utils.set_random_seed(1)
        model = classifier.build(name, networks.of(name), window_frames=frames, num_columns=columns,
                                 num_classes=arguments.labels)
        model.compile(keras.optimizers.AdamW(), "categorical_crossentropy", jit_compile=arguments.compile)
        seconds = _quickest(partial(model.train_on_batch, windows, targets), arguments.steps) / batch
        forward = _operations(model, windows) / batch
        floor = 3 * forward / attained
        learnt = sum(math.prod(weight.shape) for weight in model.trainable_weights)
        print(f"{name:14}{model.count_params():10,} {learnt:10,} {forward / 1e6:10.0f} {seconds * 1000:10.2f} "
              f"{floor * 1000:10.2f} {1 / seconds:10.0f} {1 / floor:10.0f}")


def _quickest(step: Callable[[], object], steps: int) -> float:
    """Processor time of the quickest of some steps, in s, after one that traces the graph."""
    step()
    quickest = math.inf
    for _ in range(steps):
        began = time.process_time()
        step()
        quickest = min(quickest, time.process_time() - began)
    return quickest


def _operations(model: Any, windows: np.ndarray) -> float:
    """Floating-point operations of a forward pass of a batch."""
    import tensorflow as tf

    forward = tf.function(lambda given: model(given, training=False)).get_concrete_function(tf.constant(windows))
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation()
    options["output"] = "none"
    with contextlib.redirect_stdout(io.StringIO()):
        return float(tf.compat.v1.profiler.profile(forward.graph, options=options).total_float_ops)


if __name__ == "__main__":
    main()
