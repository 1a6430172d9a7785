"""An exported model in a program: labels and probabilities, or why there are none."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import soundfile

from speech_emotion.audio.recording import UnreadableAudio
from speech_emotion.core.errors import UserError
from speech_emotion.export.graph import Graph
from speech_emotion.portable.card import FORMAT_KEY, OUTPUTS, Card
from speech_emotion.portable.model import Model, load
from speech_emotion.prediction.judge import Signal
from speech_emotion.testing import tone, voice, write_clip, write_samples

LABELS = ("fear", "anger")
ENTRIES = {"labels": LABELS, "sample_rate": 8000, "resampler": "HQ", "window_seconds": 0.5, "min_duration": 0.3,
           "synthetic": False}


def exported(path: Path, **changes: Any) -> Path:
    """Write a file in the format of an exported model: louder is angrier, and a window is half a second."""
    graph = Graph()
    samples = graph.input("samples", np.float32, ["n"])
    power = (samples * samples).mean(0, keep=True)
    anger = power / (power + 0.01)
    clip = (1.0 - anger).then("Concat", anger, axis=0)
    windows = clip.reshape(1, 2).then("Concat", clip.reshape(1, 2), axis=0)
    starts = graph.arange(graph.constant(2)).cast(np.float32) / 2.0
    outputs = dict(zip(OUTPUTS, (clip, windows, starts), strict=True))
    for name in changes.pop("without", ()):
        del outputs[name]
    metadata = {**Card.entries({**ENTRIES, **changes}), **changes.pop("raw", {})}
    path.write_bytes(graph.model(outputs, metadata).SerializeToString())
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tmp_path_factory.mktemp("model") / "model.onnx")


@pytest.fixture(scope="module")
def model(file: Path) -> Model:
    return load(file, threads=1)


def test_a_clip_has_a_label_and_probabilities(model: Model) -> None:
    loud, soft = model(tone(amplitude=0.5), 16000), model(tone(amplitude=0.02), 16000)
    assert (loud.label, soft.label) == ("anger", "fear")
    assert list(loud.probabilities) == list(LABELS)
    assert sum(loud.probabilities.values()) == pytest.approx(1)
    assert loud.not_judged is None
    assert loud.judged is not None
    assert loud.judged.windows.shape == (2, 2)
    assert loud.judged.starts.tolist() == [0, 0.5]


def test_a_clip_is_brought_to_the_models_rate(model: Model) -> None:
    same = model(tone(sample_rate=8000), 8000)
    other = model(tone(sample_rate=44100), 44100)
    assert same.probabilities["anger"] == pytest.approx(other.probabilities["anger"], abs=5e-3)


@pytest.mark.parametrize(("samples", "rule"), [
    (np.zeros(0), "empty"), (np.zeros(8000), "silent"), (np.full(8000, np.nan), "non-finite"),
    (np.r_[np.ones(8000), np.inf], "non-finite"), (np.full(8000, 1e5), "absurd-peak"),
    (tone(duration=0.29), "too-short"),
])
def test_what_holds_nothing_to_judge_is_not_judged(model: Model, samples: np.ndarray, rule: str) -> None:
    answer = model(samples, 8000 if len(samples) in (8000, 8001) else 16000)
    assert (answer.label, answer.probabilities, answer.judged) == (None, {}, None)
    assert answer.not_judged is not None
    assert answer.not_judged.rule == rule


def test_the_shortest_clip_is_judged(model: Model) -> None:
    assert model(tone(duration=0.3), 16000).label


def test_outputs_that_are_no_numbers_are_no_answer(tmp_path: Path) -> None:
    graph = Graph()
    nothing = (graph.input("samples", np.float32, ["n"]).slice(0, 0, 2) * 0.0 - 1.0).log()
    path = tmp_path / "model.onnx"
    path.write_bytes(graph.model(dict.fromkeys(OUTPUTS, nothing), Card.entries(ENTRIES)).SerializeToString())
    answer = load(path)(voice(), 16000)
    assert answer.not_judged is not None
    assert answer.not_judged.rule == "no-answer"


def test_clipped_clips_are_judged_and_noted(model: Model) -> None:
    assert model(np.clip(5 * tone(amplitude=0.9), -1, 1), 16000).flags == ("clipped",)


@pytest.mark.parametrize(("samples", "rate", "message"), [
    (np.zeros((9000, 2)), 16000, r"mono samples \[n\], not \[9000, 2\]; take the mean"),
    (np.ones(9000, np.int16), 16000, "not int16; divide 16-bit integers by 32768"),
    (np.ones(9000), 16, "16 Hz is no sample rate"), (np.ones(9000), 16000.5, r"16000\.5 Hz is no sample rate"),
])
def test_what_are_no_samples_is_said(model: Model, samples: np.ndarray, rate: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        model(samples, rate)


def test_a_file_says_what_its_samples_do(model: Model, tmp_path: Path) -> None:
    path = write_samples(tmp_path / "a.wav", voice(), 16000)
    assert model.file(path) == model(soundfile.read(path, dtype="float32")[0], 16000)
    assert model.file(write_samples(tmp_path / "s.flac", np.zeros(16000))).not_judged is not None
    assert model.file(write_clip(tmp_path / "eight.wav", channels=8, sample_rate=192_000)).label


def test_a_long_recording_is_judged_in_parts(model: Model, tmp_path: Path) -> None:
    # Four minutes, of which half is loud and half is soft; then the same with two minutes of nothing in between.
    loud, soft = (tone(2, duration=120.0, sample_rate=8000, amplitude=amplitude) for amplitude in (0.5, 0.02))
    alone = [model(part, 8000) for part in (loud, soft)]
    together = model(np.concatenate([loud, soft]), 8000)
    assert together.judged is not None
    assert together.judged.starts.tolist() == [0.0, 0.5, 120.0, 120.5]
    for label in LABELS:
        assert together.probabilities[label] == pytest.approx(
            np.mean([each.probabilities[label] for each in alone]), abs=1e-6)
    path = write_samples(tmp_path / "long.flac", np.concatenate([loud, np.zeros(960_000), soft]), 8000)
    with_silence = model.file(path)
    assert with_silence.judged is not None
    assert with_silence.judged.starts.tolist() == [0.0, 0.5, 240.0, 240.5]
    assert with_silence.probabilities == pytest.approx(together.probabilities, abs=1e-3)


def test_a_file_that_is_no_audio_is_said(model: Model, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no audio")
    with pytest.raises(UnreadableAudio, match=r"text\.wav: not readable as audio"):
        model.file(tmp_path / "text.wav")


def test_numbers_are_given_of_samples_alone_or_as_a_judge_hears_them(model: Model) -> None:
    samples = tone(sample_rate=8000)
    one, other = model.judge(samples), model.judge([samples])
    assert np.array_equal(one.clip, other.clip)
    assert (one.clip.dtype, one.windows.shape) == (np.float64, (2, 2))
    assert (model.signals, model.seconds, model.min_duration, model.synthetic, model.transductive) == (
        (Signal(8000, "HQ"),), 0.5, 0.3, False, False)


@pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.zeros(8), np.zeros((2, 8), np.float32)])
def test_numbers_are_given_of_float32_samples_only(model: Model, samples: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expects samples as float32"):
        model.judge(samples)


def test_threads_do_not_disturb_one_another(model: Model) -> None:
    clips = [tone(seed, amplitude=0.02 * seed + 0.02) for seed in range(16)]
    alone = [model(clip, 16000) for clip in clips]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda clip: model(clip, 16000), clips)) == alone


def test_what_the_file_says_is_there(model: Model) -> None:
    assert (model.labels, model.sample_rate, model.card.document["window_seconds"]) == (LABELS, 8000, 0.5)


@pytest.mark.parametrize(("content", "message"), [
    (None, r"model\.onnx: No such file or directory; `ser export` writes"),
    (b"", "is no ONNX file, or damaged"), (b"text, and no model", "is no ONNX file, or damaged"),
])
def test_a_file_that_is_no_model_is_said(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(UserError, match=message):
        load(tmp_path / "model.onnx")


def test_a_cut_file_is_said(file: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.onnx").write_bytes(file.read_bytes()[:-200])
    with pytest.raises(UserError, match=r"cut\.onnx: is no"):
        load(tmp_path / "cut.onnx")


def test_somebody_elses_model_is_said(file: Path, tmp_path: Path) -> None:
    foreign = onnx.load(file)
    del foreign.metadata_props[:]
    onnx.save(foreign, tmp_path / "foreign.onnx")
    with pytest.raises(UserError, match=r"foreign\.onnx: is no exported model of this project"):
        load(tmp_path / "foreign.onnx")


@pytest.mark.parametrize(("changes", "message"), [
    ({"raw": {FORMAT_KEY: "2"}}, "has format 2, this version reads 1; export the model anew"),
    ({"raw": {"labels": "["}}, "damaged"), ({"labels": ["a", "a"]}, r"damaged \(no such labels"),
    ({"sample_rate": "8000"}, r"damaged \(no such sample_rate"), ({"min_duration": 0}, "no such min_duration"),
    ({"resampler": "best"}, "no such resampler"), ({"synthetic": 1}, "no such synthetic"),
    ({"window_seconds": None}, "damaged"), ({"without": ["starts"]}, "damaged .*takes .* gives"),
])
def test_a_file_of_another_version_or_damaged_is_said(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        load(exported(tmp_path / "model.onnx", **changes))


def test_the_documented_programs_run(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "model.onnx").write_bytes(file.read_bytes())
    write_samples(tmp_path / "some.wav", np.zeros(16000))
    page = (Path(__file__).resolve().parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    programs = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for program in programs:
        exec(program, {})
    assert len(programs) == 2
    said = capsys.readouterr().out
    assert "silent digital silence" in said
    assert "{'fear': 0." in said


def test_nothing_that_training_needs_is_loaded(file: Path, tmp_path: Path) -> None:
    write_clip(tmp_path / "a.wav")
    program = ("import json, sys; from speech_emotion import load; "
               "answer = load(sys.argv[1]).file(sys.argv[2]); print(json.dumps([answer.label, *sys.modules]))")
    done = subprocess.run([sys.executable, "-c", program, file, tmp_path / "a.wav"], capture_output=True, text=True,
                          check=True)
    label, *loaded = json.loads(done.stdout)
    assert label in LABELS
    heavy = {"tensorflow", "keras", "dvc", "librosa", "numba", "scipy", "sklearn", "pandas", "pyarrow", "pydantic",
             "onnx", "matplotlib", "typer"}
    assert not heavy & {name.partition(".")[0] for name in loaded}
