"""The feature store gives back what was written, and refuses what is damaged."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.store import FeatureStore, Writer

COLUMNS = ["mfcc_0", "mfcc_1", "rms"]
RECIPE = {"sample_rate": 16000, "trim_db": None, "features": {"mfcc": {"n_mfcc": 2}, "rms": {"frame_length": 512}}}
ROWS = [("alpha", "a1", ""), ("alpha", "a1", "speed-0.9"), ("alpha", "a2", ""), ("beta", "b1", "")]


def values(at: int) -> np.ndarray:
    return np.random.default_rng(at).standard_normal((3 + at, len(COLUMNS))).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "features"
    path.mkdir()
    with Writer(path, COLUMNS, 62.5, RECIPE) as writer:
        for at, (corpus, clip, view) in enumerate(ROWS):
            writer.add(corpus, clip, view, values(at))
    return path


def test_round_trip(folder: Path) -> None:
    store = FeatureStore(folder)
    for at, (_, clip, view) in enumerate(ROWS):
        np.testing.assert_array_equal(store.frames(clip, view), values(at))
    assert store.columns == COLUMNS
    assert store.frame_rate == 62.5
    assert store.recipe == RECIPE
    assert store.views("a1") == ["", "speed-0.9"]
    assert store.index["num_frames"].tolist() == [3, 4, 5, 6]


def test_frames_are_read_only_and_mapped(folder: Path) -> None:
    frames = FeatureStore(folder).frames("a2")
    assert not frames.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        frames[0, 0] = 1


def test_arrays_are_ordinary_npy_files(folder: Path) -> None:
    array = np.load(folder / "alpha.npy")
    np.testing.assert_array_equal(array, np.concatenate([values(0), values(1), values(2)]))
    assert sorted(path.name for path in folder.iterdir()) == ["alpha.npy", "beta.npy", "index.parquet"]


def test_unknown_clip(folder: Path) -> None:
    store = FeatureStore(folder)
    with pytest.raises(UserError, match="no features of clip 'b9'"):
        store.frames("b9")
    with pytest.raises(UserError, match="'b1' in the view 'pitch"):
        store.frames("b1", "pitch+2")


def test_no_clips_at_all(tmp_path: Path) -> None:
    with Writer(tmp_path, COLUMNS, 62.5, RECIPE):
        pass
    assert len(FeatureStore(tmp_path).index) == 0


def damage_missing(folder: Path) -> None:
    shutil.rmtree(folder)


def damage_array_missing(folder: Path) -> None:
    (folder / "beta.npy").unlink()


def damage_array_short(folder: Path) -> None:
    path = folder / "alpha.npy"
    path.write_bytes(path.read_bytes()[:-4])


def damage_array_other(folder: Path) -> None:
    np.save(folder / "alpha.npy", np.zeros((12, len(COLUMNS) + 1), np.float32))


def damage_array_type(folder: Path) -> None:
    np.save(folder / "alpha.npy", np.zeros((12, len(COLUMNS))))


def damage_index_text(folder: Path) -> None:
    (folder / "index.parquet").write_text("clip_id,frames")


def damage_index_foreign(folder: Path) -> None:
    table = parquet.read_table(folder / "index.parquet")
    parquet.write_table(table.replace_schema_metadata(None), folder / "index.parquet")


def damage_index_gap(folder: Path) -> None:
    table = parquet.read_table(folder / "index.parquet")
    parquet.write_table(table.take([1, 2, 3]), folder / "index.parquet")


def damage_index_twice(folder: Path) -> None:
    table = parquet.read_table(folder / "index.parquet")
    parquet.write_table(table.take([0, 1, 2, 3, 3]), folder / "index.parquet")


@pytest.mark.parametrize("damage", [
    damage_missing, damage_array_missing, damage_array_short, damage_array_other, damage_array_type,
    damage_index_text, damage_index_foreign, damage_index_gap, damage_index_twice,
])
def test_damage_is_an_error_for_people(folder: Path, damage) -> None:
    damage(folder)
    with pytest.raises(UserError, match="dvc repro"):
        FeatureStore(folder)


def test_an_error_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Writer(tmp_path, COLUMNS, 62.5, RECIPE) as writer:
        writer.add("alpha", "a1", "", values(0))
        raise RuntimeError
    assert not (tmp_path / "index.parquet").exists()
