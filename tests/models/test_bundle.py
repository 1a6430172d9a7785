"""A bundle comes back as it was saved, holds no date, and says what is wrong with it."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.models.bundle import Bundle, load
from speech_emotion.models.normalisation import Normalisation

Make = Callable[..., Any]
CLIPS = [
    np.pad(np.random.default_rng(length).standard_normal((length, 40), dtype=np.float32) * 30, ((0, 0), (0, 3)),
           constant_values=1) for length in (5, 16, 17, 70)
]


@pytest.fixture(scope="module")
def bundle(make_bundle: Make) -> Bundle:
    made: Bundle = make_bundle(window_frames=16)
    return made


@pytest.fixture(scope="module")
def saved(bundle: Bundle, save_models: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = save_models(tmp_path_factory.mktemp("models"), bundle)
    return folder


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    shutil.copytree(saved, tmp_path / "models")
    return tmp_path / "models"


def test_it_comes_back_as_it_was(bundle: Bundle, saved: Path) -> None:
    (loaded,) = load(str(saved))
    assert loaded.blueprint == bundle.blueprint
    np.testing.assert_array_equal(loaded.normalisation.mean, bundle.normalisation.mean)
    np.testing.assert_array_equal(loaded.normalisation.std, bundle.normalisation.std)
    assert loaded.normalisation.mean.dtype == np.float32
    np.testing.assert_array_equal(loaded.probabilities(CLIPS), bundle.probabilities(CLIPS))


def test_saving_twice_gives_the_same_bytes(bundle: Bundle, saved: Path, save_models: Make, tmp_path: Path) -> None:
    save_models(tmp_path, bundle)
    files = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert [str(path) for path in files] == [
        "fold-0/baseline.npy", "fold-0/network-0.weights.h5", "fold-0/normalisation.json", "model.json"]
    for path in files:
        assert (tmp_path / path).read_bytes() == (saved / path).read_bytes()


def test_probabilities_sum_to_1_and_do_not_depend_on_company(bundle: Bundle) -> None:
    together = bundle.probabilities(CLIPS)
    assert together.shape == (4, 3)
    assert together.dtype == np.float64
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=1e-12)
    alone = np.concatenate([bundle.probabilities([clip]) for clip in CLIPS])
    np.testing.assert_allclose(alone, together, rtol=1e-5)


def test_windows_of_a_long_clip(bundle: Bundle) -> None:
    clip = CLIPS[3][:32]
    # 32 frames give windows of 16 that overlap by a half; there are 100 frames a second.
    (outputs,) = bundle.windows([clip])
    assert outputs.starts.tolist() == [0.0, 0.08, 0.16]
    assert outputs.logits.shape == (3, 3)
    assert outputs.embeddings.shape == (3, 4)
    parts = bundle.probabilities([clip[start : start + 16] for start in (0, 8, 16)])
    np.testing.assert_allclose(outputs.probabilities, parts, rtol=1e-5)
    np.testing.assert_allclose(bundle.probabilities([clip])[0], parts.mean(axis=0), rtol=1e-5)
    assert not np.allclose(parts[0], parts[2], atol=1e-3)


def test_the_logits_of_several_networks_are_averaged(
    make_bundle: Make, save_models: Make, tmp_path: Path
) -> None:
    one, two = make_bundle(seed=0), make_bundle(seed=1)
    shared = dataclasses.replace(one.blueprint, num_networks=2)
    both = Bundle(shared, [*one.networks, *two.networks], one.normalisation, one.baseline)
    two = Bundle(two.blueprint, two.networks, one.normalisation, one.baseline)
    (loaded,) = load(save_models(tmp_path, both))
    for outputs in (both.windows(CLIPS)[3], loaded.windows(CLIPS)[3]):
        apart = [bundle.windows(CLIPS)[3] for bundle in (one, two)]
        np.testing.assert_allclose(outputs.logits, np.mean([each.logits for each in apart], axis=0), rtol=1e-6)
        np.testing.assert_array_equal(outputs.embeddings, np.concatenate([each.embeddings for each in apart], axis=1))
    (tmp_path / "fold-0/network-1.weights.h5").unlink()
    with pytest.raises(UserError, match=r"network-1\.weights\.h5 is missing"):
        load(tmp_path)


def test_the_baseline_has_its_share(make_bundle: Make, save_models: Make, tmp_path: Path) -> None:
    apart = make_bundle(seed=3)
    for share in (0.25, 1.0):
        mixed = make_bundle(seed=3, baseline_share=share)
        (loaded,) = load(save_models(tmp_path / str(share), mixed))
        for clip in CLIPS:
            (network,), (said,) = apart.windows([clip]), loaded.windows([clip])
            expected = (1 - share) * network.probabilities + share * network.baseline
            np.testing.assert_allclose(said.probabilities, expected, rtol=1e-5)
            np.testing.assert_array_equal(said.baseline, network.baseline)


def test_the_baseline_sees_a_window_without_its_padding(bundle: Bundle) -> None:
    (outputs,) = bundle.windows([CLIPS[0]])
    assert len(CLIPS[0]) < bundle.blueprint.window_frames
    expected = bundle.baseline.probabilities([CLIPS[0]], bundle.blueprint.columns)
    np.testing.assert_allclose(outputs.baseline, expected, rtol=1e-12)


def test_without_networks_the_baseline_is_all(make_bundle: Make, save_models: Make, tmp_path: Path) -> None:
    made = make_bundle()
    alone = dataclasses.replace(made, networks=[], blueprint=dataclasses.replace(made.blueprint, num_networks=0))
    (loaded,) = load(save_models(tmp_path, alone))
    (outputs,) = loaded.windows([CLIPS[2]])
    np.testing.assert_allclose(outputs.probabilities, outputs.baseline, rtol=1e-12)
    assert outputs.embeddings.shape == (2, 3)


def test_networks_do_not_see_what_is_the_baselines(bundle: Bundle) -> None:
    other = CLIPS[2].copy()
    other[:, 40:] += 3
    (before,), (after,) = bundle.windows([CLIPS[2]]), bundle.windows([other])
    np.testing.assert_array_equal(after.embeddings, before.embeddings)
    assert not np.allclose(after.baseline, before.baseline)


def test_many_clips_are_predicted_as_few_are(bundle: Bundle) -> None:
    many = [CLIPS[number % len(CLIPS)] for number in range(300)]  # more windows than a network is given at a time
    np.testing.assert_allclose(bundle.probabilities(many)[-4:], bundle.probabilities(CLIPS), rtol=1e-5)


def test_a_network_of_large_layers_is_given_fewer_windows_at_a_time(
    make_bundle: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from speech_emotion.models import bundle as module
    from speech_emotion.models import classifier

    expected = make_bundle(seed=7).probabilities(CLIPS)
    monkeypatch.setattr(module, "_VALUES", 2 * 16 * 40)
    given: list[tuple[int, int]] = []
    outputs = classifier.outputs
    monkeypatch.setattr(classifier, "outputs", lambda network, windows, batch: (
        given.append((len(windows), batch)), outputs(network, windows, batch))[1])
    np.testing.assert_allclose(make_bundle(seed=7).probabilities(CLIPS), expected, rtol=1e-5)
    assert {batch for _, batch in given} == {2}
    assert max(windows for windows, _ in given) == 2  # and no more are ever cut out of a long clip at once


def test_a_short_clip_is_padded_with_the_mean(bundle: Bundle) -> None:
    padded = np.tile(np.append(bundle.normalisation.mean, np.float32([1, 1, 1])), (16, 1))
    padded[5:10] = CLIPS[0]
    np.testing.assert_allclose(bundle.probabilities([CLIPS[0]]), bundle.probabilities([padded]), rtol=1e-5)


def test_features_are_normalised(bundle: Bundle) -> None:
    normalised = bundle.normalisation(CLIPS[1][:, :40])[None]
    expected = bundle.networks[0].predict(normalised, verbose=0)
    np.testing.assert_allclose(bundle.probabilities([CLIPS[1]]), expected, rtol=1e-5)


# --- other normalisations


def test_corpora_come_back_and_others_are_normalised_by_all(
    make_bundle: Make, save_models: Make, tmp_path: Path
) -> None:
    made = make_bundle()
    own = Normalisation(made.normalisation.mean + 3, made.normalisation.std * 2)
    shared = dataclasses.replace(made.blueprint, normalisation="corpus")
    bundle = Bundle(shared, made.networks, made.normalisation, made.baseline, {"emodb": own})
    (loaded,) = load(save_models(tmp_path, bundle))
    clip = CLIPS[1]
    by_hand = made.networks[0].predict(own(clip[:, :40])[None], verbose=0)
    np.testing.assert_allclose(loaded.probabilities([clip], [loaded.scale(clip, "emodb")]), by_hand, rtol=1e-5)
    for corpus in (None, "savee"):
        np.testing.assert_array_equal(loaded.probabilities([clip], [loaded.scale(clip, corpus)]),
                                      made.probabilities([clip]))
    for content in (b"", b"[]", b'{"emodb": {}}', b'{"emodb": 3}'):
        (tmp_path / "fold-0/corpora.json").write_bytes(content)
        with pytest.raises(UserError, match="damaged or of another version"):
            load(tmp_path)
    (tmp_path / "fold-0/corpora.json").unlink()
    with pytest.raises(UserError, match=r"there is no trained model here \(.*corpora\.json is missing\)"):
        load(tmp_path)


def test_a_clip_by_its_own_frames(make_bundle: Make) -> None:
    made = make_bundle()
    shared = dataclasses.replace(made.blueprint, normalisation="clip")
    bundle = dataclasses.replace(made, blueprint=shared)
    own = CLIPS[1][:, :40].astype(np.float64)
    by_hand = made.networks[0].predict(((own - own.mean(axis=0)) / own.std(axis=0))[None].astype(np.float32), verbose=0)
    np.testing.assert_allclose(bundle.probabilities([CLIPS[1]]), by_hand, rtol=1e-3)
    # A longer clip's windows are all normalised by the whole clip.
    assert not np.allclose(bundle.windows([CLIPS[3]])[0].probabilities[0], bundle.probabilities([CLIPS[3][:16]])[0])


def test_a_speaker_by_no_less_than_all_clips(make_bundle: Make) -> None:
    made = make_bundle()
    bundle = dataclasses.replace(made, blueprint=dataclasses.replace(made.blueprint, normalisation="speaker"))
    assert bundle.blueprint.transductive
    assert not made.blueprint.transductive
    with pytest.raises(UserError, match="normalises a clip by its speaker's clips; give at least 5 clips"):
        bundle.probabilities([CLIPS[1]])


# --- what is wrong


def test_features_of_another_recipe(bundle: Bundle) -> None:
    with pytest.raises(UserError, match="these features have 42 columns, but the model was trained on 43"):
        bundle.probabilities([CLIPS[1][:, :42]])


FILES = ["model.json", "fold-0/normalisation.json", "fold-0/network-0.weights.h5", "fold-0/baseline.npy"]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file(name: str, copy: Path) -> None:
    (copy / name).unlink()
    with pytest.raises(UserError, match="there is no trained model here") as caught:
        load(copy)
    assert str(copy) in str(caught.value)
    assert "dvc repro" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"{\xff", b"null"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file(name: str, content: bytes, copy: Path) -> None:
    (copy / name).write_bytes(content)
    with pytest.raises(UserError, match="damaged or of another version"):
        load(copy)


def test_a_document_with_many_faults_is_answered_in_one_line(copy: Path) -> None:
    document = json.loads((copy / "model.json").read_text("utf-8"))
    (copy / "model.json").write_text(json.dumps(document | {"network_columns": [1] * 1000}), "utf-8")
    with pytest.raises(UserError) as caught:
        load(copy)
    said = str(caught.value)
    assert "(network_columns.0: Input should be a valid string, and 999 more)" in said
    assert "\n" not in said


def test_weights_cut_in_half(copy: Path) -> None:
    path = copy / "fold-0/network-0.weights.h5"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match="damaged or of another version"):
        load(copy)


@pytest.mark.parametrize("change", [
    {"labels": ["anger", "fear"]}, {"labels": 3}, {"columns": ["mfcc_0"]}, {"window_frames": 200},
    {"window_frames": 1}, {"window_frames": "many"}, {"network": "none"}, {"network_settings": {}},
    {"network_settings": None}, {"recipe": None}, {"frame_rate": "fast"}, {"provenance": None},
    {"provenance": {"corpora": []}}, {"provenance": {"corpora": ["toy"], "min_duration": 0.3}},
])
def test_a_document_that_does_not_fit_the_weights(change: dict[str, Any], copy: Path) -> None:
    path = copy / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(UserError):
        load(copy)


BEYOND = [
    {"window_frames": 2_000_000}, {"window_frames": 10**12}, {"window_frames": 0}, {"window_frames": 100_000},
    {"num_networks": 10**9}, {"num_networks": -1}, {"num_networks": 101}, {"frame_rate": 0.0}, {"frame_rate": -1.0},
    {"frame_rate": 1e300}, {"baseline_share": 2.0}, {"columns": ["rms"] * 43}, {"columns": []}, {"columns": [1, 2]},
    {"columns": [f"c{at}" for at in range(10_001)]}, {"network_columns": ["mfcc_0", "none"]},
    {"labels": ["anger", "anger", "fear"]}, {"labels": ["anger"]}, {"labels": ["anger", None, "fear"]},
    {"labels": ["anger", "", "fear"]}, {"labels": ["anger", "a\nb", "fear"]}, {"labels": ["a" * 300, "b", "c"]},
    {"views": []}, {"views": ["speed-0.9"]}, {"views": ["", ""]}, {"views": ["", "speed-x"]}, {"network": "../cnn"},
    {"views": ["", "speed-0"]}, {"views": ["", "speed-1e9"]}, {"views": ["", "pitch+1000"]},
    *({"network_settings": {"filters": [4], "kernel_size": 3, "pool_size": 4, "dense": 4, "dropout": 0.0,
                            "batch_norm": True, **change}}
      for change in ({"dense": 10**9}, {"kernel_size": 10**9}, {"filters": [10**9]}, {"filters": [4] * 1000},
                     {"filters": [100_000], "dense": 1000}, {"dense": 10**30}, {"kernel_size": -3}, {"dense": True},
                     {"pool_size": 1}, {"kernel_size": 100_000, "filters": [1000]}, {"dense": "4"}, {"dropout": 1.0})),
]


@pytest.mark.parametrize("change", BEYOND, ids=lambda change: str(change)[:60])
def test_a_document_beyond_all_bounds_takes_no_memory(change: dict[str, Any], copy: Path) -> None:
    path = copy / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    before = psutil.Process().memory_info().rss
    with pytest.raises(UserError):
        load(copy)
    assert psutil.Process().memory_info().rss - before < 100e6


@pytest.mark.parametrize("text", [
    "[" * 100_000, '{"format": 6, "labels": ' + "[" * 50 + "]" * 50 + "}", '{"format": NaN}',
    '{"format": ' + "9" * 5000 + "}",
    " " * (17 << 20) + "{}", '{"format": {"a": "' + "x" * 10_000 + '"}}',
], ids=["deep", "nested", "NaN", "digits", "long", "wordy"])
@pytest.mark.parametrize("name", ["model.json", "fold-0/normalisation.json"])
def test_json_that_no_training_writes(text: str, name: str, copy: Path) -> None:
    (copy / name).write_text(text)
    with pytest.raises(UserError) as caught:
        load(copy)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-60, 1e60, float("nan"), float("inf"), None, "1", [1.0]])
def test_scales_that_are_none(value: object, copy: Path) -> None:
    path = copy / "fold-0/normalisation.json"
    document = json.loads(path.read_text())
    document["mfcc_3"]["std"] = value
    path.write_text(json.dumps(document))
    with pytest.raises(UserError, match="damaged or of another version"):
        load(copy)


def test_weights_that_are_not_finite(make_bundle: Make, save_models: Make, tmp_path: Path) -> None:
    made = make_bundle(seed=5)
    weights = made.networks[0].get_weights()
    weights[0][0, 0, 0] = np.nan
    made.networks[0].set_weights(weights)
    save_models(tmp_path, made)
    with pytest.raises(UserError, match=r"network-0\.weights\.h5 has values that are not finite"):
        load(tmp_path)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_baseline_that_is_not_finite(value: float, copy: Path) -> None:
    path = copy / "fold-0/baseline.npy"
    array = np.load(path)
    array[3, 1] = value
    np.save(path, array)
    with pytest.raises(UserError, match="no finite numbers"):
        load(copy)


def test_it_says_what_it_comes_from(saved: Path) -> None:
    document = json.loads((saved / "model.json").read_text())
    assert document["labels"] == ["anger", "neutral", "sadness"]
    assert document["provenance"] == {
        "corpora": [{"name": "toy", "synthetic": False, "languages": ["en"], "speakers": 4, "clips": 24}],
        "min_duration": 0.3,
        "validation": [{"fold": 0, "uar": 0.5, "clips": 6, "speakers": 1, "unheard": True}],
    }


def test_another_format(copy: Path) -> None:
    path = copy / "model.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(UserError, match="has format 99, this version reads 6; train anew"):
        load(copy)


# --- the folds of a model folder


def test_folds_come_in_order_of_their_numbers(bundle: Bundle, tmp_path: Path) -> None:
    bundle.blueprint.save(tmp_path)
    for fold in (10, 2, 0):
        std = bundle.normalisation.std + np.float32(fold)
        other = Normalisation(bundle.normalisation.mean, std)
        Bundle(bundle.blueprint, bundle.networks, other, bundle.baseline).save(tmp_path, fold)
    for name in ("fold-x", "other"):
        (tmp_path / name).mkdir()
    offsets = [float((each.normalisation.std - bundle.normalisation.std)[0]) for each in load(tmp_path)]
    assert offsets == pytest.approx([0, 2, 10], abs=1e-4)


def test_one_fold_of_a_model_folder(saved: Path, bundle: Bundle) -> None:
    (loaded,) = load(str(saved / "fold-0"))
    np.testing.assert_array_equal(loaded.probabilities(CLIPS), bundle.probabilities(CLIPS))


def test_no_model(tmp_path: Path, bundle: Bundle) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(UserError, match=f"{folder}: there is no trained model here; `dvc repro` trains one"):
            load(folder)
    bundle.blueprint.save(tmp_path)
    with pytest.raises(UserError, match="there is no trained model here"):
        load(tmp_path)
