"""An encoder in ONNX: its layers are its outputs, and what cannot be one is said."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from speech_emotion.core.errors import UserError
from speech_emotion.features.encoders.onnx import Onnx
from speech_emotion.testing import tone
from speech_emotion.testing.encoders import write_onnx

SAMPLES = tone(0, duration=0.7, sample_rate=16_000)


def test_layers_are_the_outputs_in_their_order(tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "tiny.onnx", layers=3)
    kernel, between, _ = map(numpy_helper.to_array, onnx.load(str(file)).graph.initializer)
    first = SAMPLES[: len(SAMPLES) // 320 * 320].reshape(-1, 320) @ kernel[:, 0].T
    second = np.tanh(first @ between)
    encoder = Onnx(file, (2, 1))
    given = encoder.encode(SAMPLES)
    np.testing.assert_allclose(given[0], second, atol=1e-4)
    np.testing.assert_allclose(given[1], first, atol=1e-4)
    assert encoder.width == 4


def test_other_inputs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"one input float32 .* takes samples: .*, mask: tensor\(float\) \['batch', "):
        Onnx(write_onnx(tmp_path / "other.onnx", inputs=["samples", "mask"]), (1,))


def test_layers_that_there_are_not(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has 2 layers, and .* names 5"):
        Onnx(write_onnx(tmp_path / "tiny.onnx"), (1, 5))


def test_a_damaged_file(tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "tiny.onnx")
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(UserError, match=r"tiny\.onnx: this ONNX file cannot be loaded"):
        Onnx(file, (1,))
