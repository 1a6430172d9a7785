"""A LiteRT file says what the ONNX file says."""

import dataclasses
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.export.ensemble import graph_of
from speech_emotion.export.litert import run
from speech_emotion.export.write import Trained, write
from speech_emotion.features import compute
from speech_emotion.models.baseline import Baseline
from speech_emotion.models.functionals import statistics
from speech_emotion.params.extract_mfcc import Recipe
from speech_emotion.params.train_cnn import MAIN
from speech_emotion.portable.card import Precision
from speech_emotion.portable.model import Model
from speech_emotion.prediction.predictor import Predictor
from speech_emotion.testing import voice


def trained(bundle: Any) -> Trained:
    return Trained({MAIN: [bundle]}, [], Predictor([bundle]))


def test_tensorflow_computes_the_whole_graph_of_the_shipped_settings(make_bundle: Callable[..., Any]) -> None:
    bundle = make_bundle(baseline_share=0.5)
    bundle = dataclasses.replace(bundle, blueprint=dataclasses.replace(
        bundle.blueprint, views=("", "speed-0.9", "speed-1.1")))
    graph, outputs = graph_of({MAIN: [bundle]}, [], loops=False)
    model = graph.model(outputs, {})
    for seed, duration in enumerate((0.4, 1.1)):
        samples = voice(seed, duration=duration)
        said, expected = run(model, samples), Predictor([bundle]).windows(samples, 16000)
        np.testing.assert_allclose(said["probabilities"], expected.clip, atol=1e-4)
        np.testing.assert_allclose(said["windows"], expected.probabilities, atol=1e-4)


def test_a_file_says_the_same_and_what_it_is(make_bundle: Callable[..., Any], tmp_path: Path) -> None:
    bundle = make_bundle()
    recipe = {**bundle.blueprint.recipe, "features": {"zcr": {"frame_length": 512}, "rms": {"frame_length": 512}}}
    random = np.random.default_rng(1)
    blueprint = dataclasses.replace(
        bundle.blueprint, recipe=recipe, columns=tuple(compute.columns(Recipe.model_validate(recipe))),
        network_columns=(), baseline_share=0.5)
    measured = len(statistics(np.zeros((3, 2), np.float32), blueprint.columns))
    weights = random.normal(0, 0.05, (measured, 3)).astype(np.float32)
    scale = type(bundle.normalisation)(np.zeros(2, np.float32), np.full(2, 0.05, np.float32))
    models = trained(dataclasses.replace(bundle, blueprint=blueprint, networks=[blueprint.build()],
                                         normalisation=scale, baseline=Baseline(weights, np.zeros(3))))
    write(models, tmp_path / "model.tflite")
    write(models, tmp_path / "model.onnx")

    import tensorflow as tf
    from tensorflow.lite.tools import flatbuffer_utils

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        judge = tf.lite.Interpreter(str(tmp_path / "model.tflite")).get_signature_runner()
    exported = Model(tmp_path / "model.onnx")
    for duration in (0.4, 0.9):
        samples = voice(3, duration=duration)
        said, expected = judge(samples=samples), exported.judge(samples)
        assert np.ptp(expected.clip) > 0.02
        np.testing.assert_allclose(said["probabilities"], expected.clip, atol=1e-4)
        np.testing.assert_allclose(said["windows"], expected.windows, atol=1e-4)
        np.testing.assert_allclose(said["starts"], expected.starts, rtol=1e-6)
    content = flatbuffer_utils.read_model(str(tmp_path / "model.tflite"))
    entries = {each.name.decode(): bytes(content.buffers[each.buffer].data) for each in content.metadata}
    assert json.loads(entries["labels"]) == list(exported.labels)


def test_fewer_bits_are_for_onnx(make_bundle: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="LiteRT files are written in float32 only"):
        write(trained(make_bundle()), tmp_path / "model.tflite", precision=Precision.INT8)
