"""Each test clip is predicted once, by the model of its own fold."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.evaluation.predictions import on_test_parts
from speech_emotion.models.bundle import Bundle
from speech_emotion.protocol import splits

Make = Callable[..., Any]
LABELS = ("anger", "neutral", "sadness")


@pytest.fixture(scope="module")
def clips(grid: Make) -> pd.DataFrame:
    table: pd.DataFrame = grid(6, LABELS, takes=1)
    return table


@pytest.fixture(scope="module")
def rows(clips: pd.DataFrame) -> list[tuple[str, str, np.ndarray]]:
    random = np.random.default_rng(0)
    return [(clip, "", random.standard_normal((20, 40), dtype=np.float32) * 30) for clip in clips["clip_id"]]


@pytest.fixture(scope="module")
def store(make_store: Make, rows: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return make_store(tmp_path_factory.mktemp("store") / "features", rows)


@pytest.fixture(scope="module")
def trained(clips: Any, make_bundle: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What training writes, with another model in each of three folds."""
    folder = tmp_path_factory.mktemp("models")
    for fold in range(3):
        bundle = make_bundle(seed=fold, split__protocol="speaker_kfold", split__folds=3)
        (folder / f"fold-{fold}").mkdir()
        bundle.save(folder / f"fold-{fold}")
        splits.make(clips, bundle.training.split, 1).to_csv(folder / "split.csv", index=False)
    return folder


@pytest.fixture
def models(trained: Path, tmp_path: Path) -> Path:
    shutil.copytree(trained, tmp_path / "models")
    return tmp_path / "models"


def test_every_test_clip_once_by_the_model_of_its_fold(clips: Any, store: Any, models: Path) -> None:
    predictions, bundle = on_test_parts(clips, store, models)
    assert sorted(predictions["clip_id"]) == sorted(clips["clip_id"])
    assert predictions["fold"].is_monotonic_increasing
    assert bundle.labels == LABELS
    probabilities = predictions[[f"p_{label}" for label in LABELS]].to_numpy()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert predictions["predicted"].tolist() == [LABELS[which] for which in probabilities.argmax(axis=1)]
    about = clips.set_index("clip_id")
    split = pd.read_csv(models / "split.csv").set_index(["fold", "clip_id"])["part"]
    for fold, members in predictions.groupby("fold"):
        own = Bundle.load(models / f"fold-{fold}")
        expected = own.probabilities([store.frames(clip) for clip in members["clip_id"]])
        np.testing.assert_array_equal(probabilities[members.index], expected)
        assert all(split[fold, clip] == "test" for clip in members["clip_id"])
    for column in ("speaker", "corpus", "label", "digest"):
        assert predictions[column].tolist() == about.loc[predictions["clip_id"], column].tolist()


def test_a_fold_whose_model_is_lost_is_not_tested_by_another(clips: Any, store: Any, models: Path) -> None:
    shutil.rmtree(models / "fold-0")
    with pytest.raises(UserError, match=r"models of the folds \[1, 2\], but split.csv has the folds \[0, 1, 2\]"):
        on_test_parts(clips, store, models)


def test_features_with_other_settings(clips: Any, rows: Any, make_store: Make, models: Path, tmp_path: Path) -> None:
    other = make_store(tmp_path / "other", rows, pre_emphasis=0.97)
    with pytest.raises(UserError, match=r"trained on features with other settings than .*other has; run `dvc repro`"):
        on_test_parts(clips, other, models)


def test_a_split_that_leaks_is_refused_again(clips: Any, store: Any, models: Path) -> None:
    split = pd.read_csv(models / "split.csv")
    split.loc[(split["fold"] == 1) & (split["part"] == "test") & (split.index % 2 == 0), "part"] = "train"
    split.to_csv(models / "split.csv", index=False)
    with pytest.raises(UserError, match="fold 1 has the speaker"):
        on_test_parts(clips, store, models)


def test_a_manifest_that_lacks_a_clip(clips: Any, store: Any, models: Path) -> None:
    with pytest.raises(UserError, match="clips that the manifest lacks"):
        on_test_parts(clips.iloc[1:], store, models)


def test_no_models(clips: Any, store: Any, models: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none: there is no split\.csv here"):
        on_test_parts(clips, store, tmp_path / "none")
    for fold in range(3):
        shutil.rmtree(models / f"fold-{fold}")
    with pytest.raises(UserError, match="there is no trained model here"):
        on_test_parts(clips, store, models)
