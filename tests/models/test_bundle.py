"""A bundle comes back as it was saved, holds no date, and says what is wrong with it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.models.bundle import Bundle, find

Make = Callable[..., Any]
CLIPS = [
    np.random.default_rng(length).standard_normal((length, 40), dtype=np.float32) * 30 for length in (5, 16, 17, 70)
]


@pytest.fixture(scope="module")
def bundle(make_bundle: Make) -> Bundle:
    made: Bundle = make_bundle(frames=16)
    return made


@pytest.fixture(scope="module")
def saved(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    bundle.save(folder)
    return folder


@pytest.fixture
def copy(saved: Path, tmp_path: Path) -> Path:
    shutil.copytree(saved, tmp_path / "bundle")
    return tmp_path / "bundle"


def test_it_comes_back_as_it_was(bundle: Bundle, saved: Path) -> None:
    loaded = Bundle.load(str(saved))
    assert (loaded.labels, loaded.features, loaded.training) == (bundle.labels, bundle.features, bundle.training)
    assert loaded.frames == bundle.frames == 16
    np.testing.assert_array_equal(loaded.normalisation.mean, bundle.normalisation.mean)
    np.testing.assert_array_equal(loaded.normalisation.std, bundle.normalisation.std)
    assert loaded.normalisation.mean.dtype == np.float32
    np.testing.assert_array_equal(loaded.probabilities(CLIPS), bundle.probabilities(CLIPS))


def test_saving_twice_gives_the_same_bytes(bundle: Bundle, saved: Path, tmp_path: Path) -> None:
    bundle.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle.json", "model.weights.h5"]
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (saved / path.name).read_bytes()


def test_probabilities_sum_to_1_and_do_not_depend_on_company(bundle: Bundle) -> None:
    together = bundle.probabilities(CLIPS)
    assert together.shape == (4, 3)
    assert together.dtype == np.float64
    np.testing.assert_allclose(together.sum(axis=1), 1, rtol=1e-12)
    alone = np.concatenate([bundle.probabilities([clip]) for clip in CLIPS])
    np.testing.assert_allclose(alone, together, rtol=1e-5)


def test_a_long_clip_is_the_mean_over_its_windows(bundle: Bundle) -> None:
    clip = CLIPS[3][:32]
    # 32 frames give windows of 16 that overlap by a half.
    parts = bundle.probabilities([clip[start : start + 16] for start in (0, 8, 16)])
    np.testing.assert_allclose(bundle.probabilities([clip])[0], parts.mean(axis=0), rtol=1e-5)
    assert not np.allclose(parts[0], parts[2], atol=1e-3)


def test_a_short_clip_is_padded_with_the_mean(bundle: Bundle) -> None:
    padded = np.tile(bundle.normalisation.mean, (16, 1))
    padded[5:10] = CLIPS[0]
    np.testing.assert_allclose(bundle.probabilities([CLIPS[0]]), bundle.probabilities([padded]), rtol=1e-5)


def test_features_are_normalised(bundle: Bundle) -> None:
    normalised = bundle.normalisation(CLIPS[1])[None]
    np.testing.assert_allclose(bundle.probabilities([CLIPS[1]]), bundle.model.predict(normalised, verbose=0), rtol=1e-5)


# --- what is wrong


@pytest.mark.parametrize("name", ["bundle.json", "model.weights.h5"])
def test_a_missing_file(name: str, copy: Path) -> None:
    (copy / name).unlink()
    with pytest.raises(UserError, match=name.replace(".", r"\.")) as caught:
        Bundle.load(copy)
    assert str(caught.value).startswith(f"{copy}: ")
    assert "dvc repro" in str(caught.value)


@pytest.mark.parametrize(("name", "content"), [
    ("bundle.json", b""), ("bundle.json", b"{}"), ("bundle.json", b"[]"), ("bundle.json", b"{\xff"),
    ("model.weights.h5", b""), ("model.weights.h5", b"not HDF5"),
])
def test_a_damaged_file(name: str, content: bytes, copy: Path) -> None:
    (copy / name).write_bytes(content)
    with pytest.raises(UserError, match="damaged or of another version"):
        Bundle.load(copy)


def test_weights_cut_in_half(copy: Path) -> None:
    path = copy / "model.weights.h5"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UserError, match="damaged or of another version"):
        Bundle.load(copy)


@pytest.mark.parametrize("change", [
    {"labels": ["anger", "fear"]}, {"columns": 39}, {"frames": 200}, {"frames": 1}, {"frames": "many"},
    {"train_cnn": {}}, {"extract_mfcc": {"sample_rate": 1}}, {"mean": ["a"]}, {"mean": [0.0]}, {"std": None},
])
def test_a_document_that_does_not_fit_the_weights(change: dict[str, Any], copy: Path) -> None:
    path = copy / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(UserError):
        Bundle.load(copy)


def test_another_format(copy: Path) -> None:
    path = copy / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "format": 99}))
    with pytest.raises(UserError, match="has format 99, this version reads 1; train anew"):
        Bundle.load(copy)


# --- finding bundles


def test_find_gives_folds_in_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("fold-10", "fold-2", "fold-0", "fold-x", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bundle.json").touch()
    (tmp_path / "fold-1").mkdir()
    assert [folder.name for folder in find(tmp_path)] == ["fold-0", "fold-2", "fold-10"]


def test_find_takes_a_bundle_itself(saved: Path) -> None:
    assert find(str(saved)) == [saved]


def test_find_says_when_there_is_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(UserError, match=f"{folder}: there is no trained model here; `dvc repro` trains one"):
            find(folder)
