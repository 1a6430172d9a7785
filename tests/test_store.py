"""The feature store gives back what was written, and refuses what is damaged."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow
import pytest

from speech_emotion.core import tables
from speech_emotion.core.errors import UserError
from speech_emotion.store import METADATA, FeatureStore, Writer

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


def rewrite(folder: Path, change: Callable[[pyarrow.Table], pyarrow.Table]) -> None:
    """Write another index, with the right checksum."""
    table = tables.read(folder / "index.parquet")
    tables.write(change(table), folder / "index.parquet", table.schema.metadata)


def set_value(folder: Path, row: int, column: str, value: object) -> None:
    rewrite(folder, lambda table: pyarrow.Table.from_pylist(
        [{**each, column: value} if at == row else each for at, each in enumerate(table.to_pylist())],
        schema=table.schema))


def damage_corpus_is_a_path(folder: Path) -> None:
    shutil.copy(folder / "beta.npy", folder.parent / "beta.npy")
    set_value(folder, 3, "corpus", "../beta")


def damage_negative_count(folder: Path) -> None:
    set_value(folder, 1, "num_frames", -4)
    set_value(folder, 2, "num_frames", 13)


def damage_count_that_overflows(folder: Path) -> None:
    set_value(folder, 3, "num_frames", 2**63 - 1)


def damage_value_missing(folder: Path) -> None:
    set_value(folder, 0, "view", None)


def damage_types(folder: Path) -> None:
    rewrite(folder, lambda table: table.set_column(3, "first_frame", table["first_frame"].cast("float64")))


def damage_transposed(folder: Path) -> None:
    np.save(folder / "beta.npy", np.asfortranarray(np.load(folder / "beta.npy")))


def damage_metadata_deep(folder: Path) -> None:
    tables.write(tables.read(folder / "index.parquet"), folder / "index.parquet", {METADATA: b"[" * 100_000})


def damage_frame_rate(folder: Path) -> None:
    table = tables.read(folder / "index.parquet")
    about = {**json.loads(table.schema.metadata[METADATA]), "frame_rate": -1.0}
    tables.write(table, folder / "index.parquet", {METADATA: json.dumps(about).encode()})


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
    tables.write(tables.read(folder / "index.parquet"), folder / "index.parquet")


def damage_index_gap(folder: Path) -> None:
    rewrite(folder, lambda table: table.take([1, 2, 3]))


def damage_index_twice(folder: Path) -> None:
    rewrite(folder, lambda table: table.take([0, 1, 2, 3, 3]))


@pytest.mark.parametrize("damage", [
    damage_missing, damage_array_missing, damage_array_short, damage_array_other, damage_array_type,
    damage_index_text, damage_index_foreign, damage_index_gap, damage_index_twice, damage_corpus_is_a_path,
    damage_negative_count, damage_count_that_overflows, damage_value_missing, damage_types, damage_transposed,
    damage_metadata_deep, damage_frame_rate,
])
def test_damage_is_an_error_for_people(folder: Path, damage) -> None:
    damage(folder)
    with pytest.raises(UserError, match="dvc repro"):
        FeatureStore(folder)


@pytest.mark.parametrize("header", [
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (-6, 3)}", b"{'descr': '<f4', 'shape': (6, 3)}",
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999, 3)}", b"(" * 500, b"{'descr'", b"1 +",
    b"{'descr': '|O', 'fortran_order': False, 'shape': (6, 3)}", b"{'descr': '<f4', 'fortran_order': 3, 'shape': 6}",
    b"{'descr': '<f4', 'fortran_order': True, 'shape': (6, 3)}", b"{[]: 1}", b"\0", b"{'descr': '<f4', 'shape': ()",
    b"{'descr': '<f4', 'fortran_order': False, 'shape': (6, 1000000000000000)}", b"6L",
])
def test_a_damaged_header_is_an_error_for_people(folder: Path, header: bytes) -> None:
    whole = (folder / "beta.npy").read_bytes()
    (folder / "beta.npy").write_bytes(whole[:10] + header.ljust(117) + b"\n" + whole[128:])
    with pytest.raises(UserError, match="dvc repro"):
        FeatureStore(folder)


def test_an_error_leaves_no_index(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Writer(tmp_path, COLUMNS, 62.5, RECIPE) as writer:
        writer.add("alpha", "a1", "", values(0))
        raise RuntimeError
    assert not (tmp_path / "index.parquet").exists()
