"""What is kept of trainings is whole or not there, and does not grow without bound."""

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.training import memo
from speech_emotion.training.memo import Entry, State, Trained

TRAINED = Trained(bytes(range(256)) * 4, [{"epoch": 1, "kept": True, "loss": 0.1 + 0.2}], "b" * 64,
                  machine={"processor": "toy"})


def entry(root: Path, unit: str = "a", processor: str = "b") -> Entry:
    return Entry(root, unit * 64, processor * 64)


def test_a_finished_network_comes_back_exactly_and_its_checkpoint_goes(tmp_path: Path) -> None:
    kept = entry(tmp_path)
    kept.keep(State({"x": np.arange(3)}, {"epochs": [1]}))
    kept.finish(TRAINED)
    found = entry(tmp_path).finished()
    assert found is not None
    assert (found.weights, found.history, found.machine, found.reused) == (
        TRAINED.weights, TRAINED.history, TRAINED.machine, True)
    assert kept.state() is None
    for other in (entry(tmp_path, unit="c"), entry(tmp_path, processor="c")):
        assert other.finished() is None


@given(at=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255), cut=st.booleans())
def test_damage_anywhere_is_noticed(at: float, flip: int, cut: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    kept = entry(tmp_path_factory.mktemp("memo"))
    kept.finish(TRAINED)
    path = kept.folder / "finished"
    content = bytearray(path.read_bytes())
    place = int(at * len(content))
    content[place] ^= flip
    path.write_bytes(content[:place] if cut else content)
    assert kept.finished() is None
    assert not path.exists()


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    for age, unit in enumerate("abc"):
        kept = entry(tmp_path, unit)
        with kept.alone():
            kept.finish(TRAINED)
        os.utime(kept.folder / "finished", (1e9 - age, 1e9 - age))
    assert [part.folder for part in memo.parts(tmp_path)] == [entry(tmp_path, unit).folder for unit in "abc"]
    assert entry(tmp_path, "c").finished() is not None  # which is a use
    memo.bound(tmp_path, 2 * memo.parts(tmp_path)[0].size)
    assert {part.folder for part in memo.parts(tmp_path)} == {entry(tmp_path, unit).folder for unit in "ac"}
    memo.bound(tmp_path, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_folder_that_cannot_be_written_gives_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tmp_path.chmod(0o500)
    kept = entry(tmp_path)
    with kept.alone():
        kept.finish(TRAINED)
    assert "is not kept" in capsys.readouterr().err
    assert kept.finished() is None


def test_a_file_where_the_folder_should_be_gives_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "memo").write_text("")
    kept = entry(tmp_path / "memo")
    with kept.alone():
        kept.finish(TRAINED)
    assert "is not kept" in capsys.readouterr().err
    assert kept.finished() is None


def test_what_another_version_has_written_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = entry(tmp_path)
    kept.finish(TRAINED)
    path = kept.folder / "finished"
    payload = b"whole, and of another kind"
    path.write_bytes(hashlib.sha256(payload).digest() + payload)
    assert kept.finished() is None
    assert "is not for this version" in capsys.readouterr().err
    assert path.exists()


def test_a_checkpoint_gives_way_to_what_is_finished(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = entry(tmp_path)
    kept.keep(State({"x": np.arange(3)}))
    (kept.folder / ".finished.of-a-killed-process.tmp").mkdir()
    kept.finish(TRAINED)
    assert kept.finished() is not None
    assert kept.state() is None
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can be another user")
def test_what_may_not_be_removed_is_said() -> None:
    with tempfile.TemporaryDirectory() as folder:
        kept = entry(Path(folder))
        kept.finish(TRAINED)
        Path(folder).chmod(0o755)
        (part,) = memo.parts(Path(folder))
        os.seteuid(65534)
        try:
            with pytest.raises(PermissionError):
                memo.remove(part)
            memo.bound(Path(folder), 0)
        finally:
            os.seteuid(0)
        assert kept.finished() is not None
        memo.remove(part)
        memo.remove(part)  # somebody was quicker
        assert kept.finished() is None
