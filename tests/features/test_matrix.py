"""The feature matrix: its columns and frames, however the clip is cut up, and the same bytes everywhere."""

import json
import os
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speech_emotion.audio import decoding, resampling, spool
from speech_emotion.features import compute, framing, registry
from speech_emotion.params.extract_mfcc import ExtractMfcc, Recipe
from speech_emotion.testing import voice

Settings = Callable[..., ExtractMfcc]
RATE = 16000
# The encoder takes a file of its own: tests/features/encoders.
EVERYTHING = tuple(name for name in registry.features() if name != "encoder")


def test_columns_are_side_by_side_in_one_order_whatever_the_order_in_the_file(extract_settings: Settings) -> None:
    changes = {"features__mfcc__deltas": 2, "features__mfcc__n_mfcc": 2}
    chosen = extract_settings("rms", "mfcc", **changes)
    names = ["mfcc_0", "mfcc_1", "mfcc_delta_0", "mfcc_delta_1", "mfcc_delta2_0", "mfcc_delta2_1", "rms"]
    assert compute.columns(chosen) == compute.columns(extract_settings("mfcc", "rms", **changes)) == names
    samples = voice(1, duration=0.5)
    matrix = compute.compute(samples, RATE, chosen)
    assert matrix.shape == (51, len(names))
    np.testing.assert_array_equal(matrix[:, :-1], compute.compute(samples, RATE, extract_settings("mfcc", **changes)))


def test_features_are_the_same_alone_and_together(extract_settings: Settings) -> None:
    # Three spectra: one that mfcc, log_mel and chroma share, and two others.
    changes = {"features__spectral_contrast__n_fft": 1024, "features__chroma__win_length": 512}
    together = extract_settings(*EVERYTHING, **changes)
    samples = voice(1, duration=0.5)
    alone = []
    for name in EVERYTHING:
        own = {key: value for key, value in changes.items() if key.startswith(f"features__{name}__")}
        alone.append(compute.compute(samples, RATE, extract_settings(name, **own)))
    np.testing.assert_array_equal(compute.compute(samples, RATE, together), np.concatenate(alone, axis=1))


@pytest.mark.parametrize("num_samples", [1, 2, 100, 159, 160, 700])
def test_very_short_clips(extract_settings: Settings, num_samples: int) -> None:
    chosen = extract_settings(*EVERYTHING, features__mfcc__deltas=2)
    matrix = compute.compute(voice(0)[5000 : 5000 + num_samples], RATE, chosen)
    assert matrix.shape == (1 + num_samples // 160, len(compute.columns(chosen)))
    assert np.isfinite(matrix).all()


def test_silence_is_finite(extract_settings: Settings) -> None:
    chosen = extract_settings(
        "mfcc", "rms", "zcr", "chroma", "spectral_contrast", features__mfcc__deltas=2, trim_db=30.0,
        pre_emphasis=0.97, level={"method": "lufs", "target_db": -23.0},
    )
    assert np.isfinite(compute.compute(np.zeros(RATE, dtype=np.float32), RATE, chosen)).all()


def test_pieces_make_no_difference(
    extract_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen, path = extract_settings(*EVERYTHING, features__mfcc__deltas=1), tmp_path / "a.wav"
    soundfile.write(path, voice(0, duration=3, sample_rate=44100), 44100)
    whole_signal, whole = resampling.load(path, RATE)[0], compute.from_file(path, chosen)
    monkeypatch.setattr(decoding, "BLOCK", 1777)
    np.testing.assert_array_equal(resampling.load(path, RATE)[0], whole_signal)
    monkeypatch.setattr(framing, "CHUNK", 512 * 11)
    np.testing.assert_allclose(compute.from_file(path, chosen), whole, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(("method", "piece"), [("peak", 130), ("rms", 1777), ("lufs", 1 << 20)])
def test_a_signal_on_disk_has_the_bytes_of_one_in_memory_in_every_view(
    extract_settings: Settings, monkeypatch: pytest.MonkeyPatch, method: str, piece: int
) -> None:
    chosen = extract_settings(
        *EVERYTHING, features__mfcc__deltas=2, trim_db=20.0, pre_emphasis=0.97,
        level={"method": method, "target_db": -23.0},
    )
    samples = np.concatenate([np.zeros(5000, np.float32), voice(1, duration=0.6), np.zeros(3000, np.float32)])
    names = ["", "speed-0.9", "speed-1.1", "noise-20dB", "pitch+2"]
    in_memory = list(compute.each_view(samples, chosen, names, "ab"))
    monkeypatch.setattr(spool, "PIECE", piece)
    on_disk = compute.each_view(spool.Spool([samples]), chosen, names, "ab")
    for ours, expected in zip(on_disk, in_memory, strict=True):
        np.testing.assert_array_equal(ours, expected)


KERNELS = """
import hashlib
import json
import sys
from speech_emotion.features import compute
from speech_emotion.params.extract_mfcc import Recipe
print(hashlib.sha256(compute.from_file(sys.argv[1], Recipe.model_validate(json.loads(sys.argv[2])))).hexdigest())
"""


def test_bytes_do_not_depend_on_which_blas_kernels_the_processor_gets(
    extract_settings: Settings, tmp_path: Path
) -> None:
    chosen = extract_settings(
        *EVERYTHING, features__mfcc__deltas=2, features__mfcc__lifter=22.0,
        level={"method": "lufs", "target_db": -23.0},
    )
    soundfile.write(tmp_path / "a.wav", voice(0, sample_rate=44100), 44100)
    command = [sys.executable, "-c", KERNELS, str(tmp_path / "a.wav"), json.dumps(chosen.document())]
    environment = {**os.environ, "PYTHONPATH": str(Path(compute.__file__).parents[2])}
    found = {
        subprocess.run(
            command, env={**environment, "OPENBLAS_CORETYPE": kernels}, capture_output=True, text=True, check=True
        ).stdout
        for kernels in ("Prescott", "Nehalem", "Haswell", "Zen")
    }
    assert len(found) == 1


def test_views_one_after_the_other_are_what_each_is_alone(
    extract_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe, samples = extract_settings(*EVERYTHING), voice(1, duration=0.5)
    names = ["", "speed-0.9", "noise-20dB"]
    alone = [compute.features(compute.prepare(samples, recipe, view=name, digest="ab"), recipe) for name in names]
    held: list[bool] = []
    features = compute.features

    def watch(prepared: Any, recipe: Any) -> Any:
        held.append(given() is not None)
        return features(prepared, recipe)

    monkeypatch.setattr(compute, "features", watch)
    views = compute.each_view(samples, recipe, names, "ab")
    given = weakref.ref(samples)
    del samples
    for view, expected in zip(views, alone, strict=True):
        np.testing.assert_array_equal(view, expected)
    assert held == [True, True, False]  # of hours, nothing is there for longer than it is needed


def test_from_file_is_compute(extract_settings: Settings, tmp_path: Path) -> None:
    chosen = extract_settings(trim_db=30.0, pre_emphasis=0.97, level={"method": "rms", "target_db": -20.0})
    soundfile.write(tmp_path / "a.flac", voice(0, sample_rate=48000), 48000)
    samples, sample_rate = decoding.read(tmp_path / "a.flac")
    ours = compute.from_file(tmp_path / "a.flac", chosen)
    np.testing.assert_array_equal(ours, compute.compute(samples, sample_rate, chosen))


TOY: dict[str, str] = {
    "toy_energy": """
class Settings(Section):
    power: int

def compute(clip, settings):
    return root_mean_square(clip.samples, 512, clip.hop_length)[:, None] ** settings.power

FEATURE = Feature(settings=Settings, columns=lambda _settings: ["toy_energy"], compute=compute)
""",
    "toy_halved": """
class Settings(Section):
    pass

FEATURE = Feature(
    settings=Settings, columns=lambda _settings: ["toy_halved"], compute=lambda clip, _settings: clip.samples[:7, None],
    frame_rate=lambda _settings, sample_rate, hop_length: sample_rate / hop_length / 2,
)
""",
    "toy_short": """
class Settings(Section):
    pass

FEATURE = Feature(
    settings=Settings, columns=lambda _settings: ["toy_short"], compute=lambda clip, _settings: clip.samples[:7, None],
)
""",
}
IMPORTS = """
from speech_emotion.features.feature import Feature
from speech_emotion.features.framing import root_mean_square
from speech_emotion.params.base import Section
"""
WITH_TOYS = """
import json, sys
import speech_emotion.features
speech_emotion.features.__path__.append(sys.argv[1])
import numpy as np
from speech_emotion.core.errors import UserError
from speech_emotion.features import compute
from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc
try:
    chosen = load(sys.argv[2], ExtractMfcc)
    matrix = compute.compute(np.full(16000, 0.5, dtype=np.float32), 16000, chosen)
except (UserError, ValueError) as error:
    print(error)
else:
    print(json.dumps([compute.columns(chosen)[-1], compute.frame_rate(chosen), float(matrix[50, -1])]))
"""


@pytest.mark.parametrize(("features", "expected"), [
    ({"toy_energy": {"power": 2}}, '["toy_energy", 100.0, 0.25]'),
    ({"toy_energy": {"power": "2"}}, "extract_mfcc.features.toy_energy.power: is '2', but input should be a valid"),
    ({"toy_energi": {"power": 2}}, "extract_mfcc.features.toy_energi: unknown key (did you mean 'toy_energy'?)"),
    ({"toy_halved": {}}, "extract_mfcc.features.toy_halved: has 50 frames per second and mfcc 100"),
    ({"toy_short": {}}, "the feature toy_short gives (7, 1) frames and columns in place of (101, 1)"),
])
def test_a_new_feature_is_one_new_module(
    features: dict[str, Any], expected: str, shipped: Callable[[], dict[str, Any]], tmp_path: Path
) -> None:
    for name, source in TOY.items():
        (tmp_path / f"{name}.py").write_text(IMPORTS + source, encoding="utf-8")
    section = shipped()["extract_mfcc"]
    section["features"] |= features
    (tmp_path / "params.yaml").write_text(json.dumps({"extract_mfcc": section}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", WITH_TOYS, str(tmp_path), str(tmp_path / "params.yaml")], text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(compute.__file__).parents[2])}, capture_output=True,
    )
    assert expected in done.stdout


@pytest.mark.parametrize("first", [
    "speech_emotion.params.extract_mfcc", "speech_emotion.features.mfcc", "speech_emotion.features.compute",
    "speech_emotion.features.registry",
])
def test_settings_and_features_can_be_imported_in_any_order_and_bring_nothing_heavy(first: str) -> None:
    program = (
        f"import {first}, sys, speech_emotion.params.extract_mfcc, speech_emotion.features.compute\n"
        "print([m for m in ('librosa', 'numba', 'scipy.signal', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(Path(compute.__file__).parents[2])},
        capture_output=True, text=True, check=True,
    )
    assert done.stdout == "[]\n"


def test_a_recipe_is_plain_data_without_what_is_idle(extract_settings: Settings) -> None:
    chosen = extract_settings("rms", "mfcc", views__speed=[0.9], scheduler="tcp://host:1")
    document = chosen.document()
    assert list(document["features"]) == ["mfcc", "rms"]
    assert "views" not in document
    assert "scheduler" not in document
    again = Recipe.model_validate(json.loads(json.dumps(document)))
    assert again == Recipe.part_of(chosen)
    assert hash(again) == hash(Recipe.part_of(chosen))
    assert again.document() == document
