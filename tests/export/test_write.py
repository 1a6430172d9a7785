"""An exported file says what the pipeline's predictor says."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from speech_emotion.core.errors import UserError
from speech_emotion.export.write import Trained, load, read_scores, write
from speech_emotion.features import compute
from speech_emotion.models.calibration import Calibration
from speech_emotion.models.fusion import Fusion, Share
from speech_emotion.params.train_cnn import MAIN
from speech_emotion.portable.card import Precision
from speech_emotion.portable.model import Model
from speech_emotion.prediction.predictor import Predictor
from speech_emotion.testing import voice

Make = Callable[..., Any]
RATE = 16000


def trained(bundles: list[Any], branches: dict[str, list[Any]] | None = None,
            fusions: Sequence[Fusion] = (), calibrations: Sequence[Calibration] = ()) -> Trained:
    return Trained({MAIN: bundles, **(branches or {})}, fusions, Predictor(bundles, branches, fusions, calibrations),
                   calibrations=calibrations)


def changed(bundle: Any, **changes: Any) -> Any:
    return dataclasses.replace(bundle, blueprint=dataclasses.replace(bundle.blueprint, **changes))


def assert_says_the_same(path: Path, models: Trained, tolerance: float = 1e-4) -> None:
    write(models, path)
    exported = Model(path, threads=1)
    for seed, duration in enumerate((0.35, 0.8, 1.7)):
        samples = voice(seed, duration=duration)
        said, expected = exported.judge(samples), models.predictor.windows(samples, RATE)
        assert np.ptp(expected.clip) > 0.02  # or anything would do
        np.testing.assert_allclose(said.clip, expected.clip, atol=tolerance)
        np.testing.assert_allclose(said.windows, expected.probabilities, atol=tolerance)
        np.testing.assert_allclose(said.starts, expected.starts, rtol=1e-6)


@pytest.fixture(scope="module")
def whole(make_bundle: Make) -> Trained:
    """Two folds of the shipped settings: a network and the baseline, at three speeds."""
    views = ("", "speed-0.9", "speed-1.1")
    return trained([changed(make_bundle(seed=seed, baseline_share=0.5), views=views) for seed in (0, 1)])


@pytest.fixture(scope="module")
def file(whole: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("exported") / "model.onnx"
    write(whole, path, scores={"uar": 0.5})
    return path


def test_folds_views_network_and_baseline(whole: Trained, file: Path) -> None:
    exported = Model(file, threads=1)

    @settings(max_examples=12)
    @given(length=st.integers(5000, 40000), seed=st.integers(0, 99))
    def equal(length: int, seed: int) -> None:
        samples = voice(seed, duration=2.5)[:length]
        said, expected = exported.judge(samples), whole.predictor.windows(samples, RATE)
        np.testing.assert_allclose(said.clip, expected.clip, atol=1e-4)
        np.testing.assert_allclose(said.windows, expected.probabilities, atol=1e-4)
        np.testing.assert_allclose(said.starts, expected.starts, rtol=1e-6)
        np.testing.assert_allclose(said.clip.sum(), 1, rtol=1e-5)

    equal()


@pytest.mark.parametrize("changes", [
    {"normalisation": "clip"}, {"normalisation": "corpus"}, {"baseline_share": 0.0}, {"baseline_share": 1.0},
    {"window_frames": 61}, {"views": ("",)},
], ids=str)
def test_every_setting_of_the_model(make_bundle: Make, tmp_path: Path, changes: dict[str, Any]) -> None:
    frames = changes.pop("window_frames", 16)
    bundle = changed(make_bundle(seed=3, window_frames=frames, baseline_share=0.3), **changes)
    assert_says_the_same(tmp_path / "model.onnx", trained([bundle]))


def test_several_networks_and_none(make_bundle: Make, tmp_path: Path) -> None:
    bundle, other = make_bundle(seed=4), make_bundle(seed=5)
    both = dataclasses.replace(changed(bundle, num_networks=2), networks=[*bundle.networks, *other.networks])
    assert_says_the_same(tmp_path / "two.onnx", trained([both]))
    assert_says_the_same(tmp_path / "none.onnx", trained([dataclasses.replace(
        changed(bundle, num_networks=0, baseline_share=0.5), networks=[])]))


@pytest.mark.parametrize("seen", [("mfcc_3", "zcr", "mfcc_1"), ()], ids=["some", "all"])
def test_the_columns_that_networks_see(make_bundle: Make, tmp_path: Path, seen: tuple[str, ...]) -> None:
    bundle = make_bundle(seed=6)
    width = len(seen or bundle.blueprint.columns)
    scale = type(bundle.normalisation)(np.ones(width, np.float32), np.full(width, 30, np.float32))
    blueprint = dataclasses.replace(bundle.blueprint, network_columns=seen)
    bundle = dataclasses.replace(bundle, blueprint=blueprint, networks=[blueprint.build()], normalisation=scale)
    assert_says_the_same(tmp_path / "model.onnx", trained([bundle]))


def test_each_fold_has_its_temperature(make_bundle: Make, tmp_path: Path) -> None:
    calibrations = [Calibration(0.3, applied=True), Calibration(5.0, applied=False)]
    assert_says_the_same(tmp_path / "model.onnx", trained([make_bundle(seed=0), make_bundle(seed=1)],
                                                          calibrations=calibrations))
    assert Model(tmp_path / "model.onnx").card.document["temperatures"] == [0.3, None]


def test_branches_of_other_windows_are_fused(make_bundle: Make, tmp_path: Path) -> None:
    main, other = ([make_bundle(seed=seed, window_frames=frames) for seed in seeds]
                   for frames, seeds in ((16, (0, 1)), (37, (2, 3))))
    fusions = [Fusion({MAIN: Share(1.7, 0.3), "other": Share(1.0, 0.6)}), Fusion({MAIN: Share(1.0, 0.5),
                                                                                 "other": Share(2.5, 0.5)})]
    calibrations = [Calibration(0.4, applied=True), Calibration(3.0, applied=True)]
    assert_says_the_same(tmp_path / "model.onnx", trained(main, {"other": other}, fusions, calibrations))


def test_what_no_file_can_do_is_refused_by_name(make_bundle: Make, tmp_path: Path) -> None:
    bundle = make_bundle()
    with pytest.raises(UserError, match=r"train_cnn\.normalisation: speaker cannot be exported"):
        write(trained([changed(bundle, normalisation="speaker")]), tmp_path / "model.onnx")
    recipe = {**bundle.blueprint.recipe, "sample_rate": 22050, "hop_length": 221}
    rate = compute.frame_rate(type(trained([bundle]).predictor.recipe).model_validate(recipe))
    fusions = [Fusion({MAIN: Share(1.0, 0.5), "other": Share(1.0, 0.5)})]
    with pytest.raises(UserError, match=r"extract_mfcc\.branches\.other: a branch of another sample_rate"):
        write(trained([bundle], {"other": [changed(bundle, recipe=recipe, frame_rate=rate)]}, fusions),
              tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_smaller_files_say_nearly_the_same(whole: Trained, file: Path, tmp_path: Path) -> None:
    samples = voice(7, duration=1.2)
    expected, size = Model(file).judge(samples).clip, file.stat().st_size
    for precision, tolerance in ((Precision.FLOAT16, 2e-3), (Precision.INT8, 5e-2)):
        path = tmp_path / f"{precision}.onnx"
        write(whole, path, precision=precision)
        said = Model(path).judge(samples).clip
        assert not np.array_equal(said, expected)
        np.testing.assert_allclose(said, expected, atol=tolerance)
        assert path.stat().st_size < size
        size = path.stat().st_size


def test_the_file_is_of_plain_operators_and_the_same_every_time(whole: Trained, file: Path, tmp_path: Path) -> None:
    model = onnx.load(file)
    onnx.checker.check_model(model, full_check=True)
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 17)]
    kinds = {node.op_type for node in model.graph.node}
    assert not kinds & {"STFT", "DFT", "MelWeightMatrix", "HannWindow", "NonZero", "If", "Einsum"}
    write(whole, tmp_path / "again.onnx", scores={"uar": 0.5})
    assert (tmp_path / "again.onnx").read_bytes() == file.read_bytes()


def test_the_file_says_what_it_is(whole: Trained, file: Path) -> None:
    metadata = {entry.key: json.loads(entry.value) for entry in onnx.load(file).metadata_props}
    blueprint = whole.predictor.bundles[0].blueprint
    assert {name: metadata[name] for name in ("speech_emotion", "labels", "sample_rate", "resampler", "min_duration",
                                              "window_seconds", "synthetic", "scores", "precision", "views")} == {
        "speech_emotion": 1, "labels": list(blueprint.labels), "sample_rate": RATE, "resampler": "HQ",
        "min_duration": 0.3, "window_seconds": 0.16, "synthetic": False, "scores": {"uar": 0.5},
        "precision": "float32", "views": list(blueprint.views)}
    assert metadata["corpora"] == [{"name": "toy", "synthetic": False, "languages": ["en"], "speakers": 4, "clips": 24,
                                    "licence": None}]
    assert metadata["branches"]["main"]["features"] == json.loads(json.dumps(blueprint.recipe))


def test_one_fold_of_a_folder(make_bundle: Make, save_models: Make, tmp_path: Path) -> None:
    models = save_models(tmp_path / "models", make_bundle(seed=0), make_bundle(seed=1))
    assert len(load(models).predictor.bundles) == 2
    one = load(models, fold=1)
    assert_says_the_same(tmp_path / "one.onnx", one)
    with pytest.raises(UserError, match="fold-2: there is no trained model here"):
        load(models, fold=2)


def test_scores_of_other_labels_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "evaluate.json"
    assert read_scores(path, ["anger", "fear"]) is None
    path.write_text(json.dumps({"uar": 0.5, "labels": {"tested": "anger", "untested": "fear"}}))
    assert read_scores(path, ["fear", "anger"]) == json.loads(path.read_text())
    assert read_scores(path, ["fear"]) is None
    path.write_text("{")
    with pytest.raises(UserError, match="these scores are damaged"):
        read_scores(path, ["fear"])
