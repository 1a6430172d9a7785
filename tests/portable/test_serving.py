"""The servers in docs/serving.md take and give what an exported file does."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from speech_emotion.export.beside import write_beside
from speech_emotion.portable.card import OUTPUTS, SAMPLES
from speech_emotion.portable.model import load
from speech_emotion.testing import voice, write_samples

PAGE = (Path(__file__).resolve().parents[2] / "docs/serving.md").read_text(encoding="utf-8")
TYPES = {"TYPE_FP32": onnx.TensorProto.FLOAT}


@pytest.fixture(scope="module")
def place(make_bundle: Callable[..., Any], save_models: Callable[..., Path],
          tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an exported model, and a clip."""
    labels = ("anger", "disgust", "fear", "happiness", "neutral", "sadness")
    models = save_models(tmp_path_factory.mktemp("serving"), make_bundle(labels))
    assert write_beside(models).startswith("exported")
    write_samples(models / "a.wav", voice(1, duration=1.0))
    return models


def test_fastapi(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("fastapi")
    from fastapi.testclient import TestClient

    monkeypatch.chdir(place)
    program, = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    server: dict[str, Any] = {"__name__": "server"}
    exec(program, server)
    client = TestClient(server["app"])

    said = client.post("/emotion", content=Path("a.wav").read_bytes())
    answer = load("model.onnx", threads=1).file("a.wav")
    assert said.status_code == 200
    assert said.json() == {"label": answer.label, "probabilities": answer.probabilities, "not_judged": None,
                           "synthetic": False}
    silent = client.post("/emotion", content=write_samples(place / "s.flac", np.zeros(16000)).read_bytes())
    assert silent.json() == {"label": None, "probabilities": {}, "not_judged": "silent", "synthetic": False}
    text = client.post("/emotion", content=b"no audio " * 9)
    assert (text.status_code, text.json()) == (422, {"detail": "not readable as audio (Format not recognised.)"})
    assert client.post("/emotion", content=bytes(server["LARGEST"] + 1)).status_code == 413
    assert client.post("/emotion").status_code == 422


def test_triton_is_told_what_the_file_takes_and_gives(place: Path) -> None:
    told = {name: (TYPES[kind], [int(size) for size in dims.split(",")]) for name, kind, dims in re.findall(
        r'name: "(\w+)" data_type: (\w+) dims: \[ ([-\d, ]+) \]', PAGE)}
    graph = onnx.load(place / "model.onnx").graph
    there = {each.name: (each.type.tensor_type.elem_type,
                         [size.dim_value or -1 for size in each.type.tensor_type.shape.dim])
             for each in (*graph.input, *graph.output)}
    assert told == there
    assert [*told] == [SAMPLES, *OUTPUTS]
