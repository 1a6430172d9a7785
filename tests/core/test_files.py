"""A reader meets the old file or the new one, never half of one."""

from pathlib import Path

import pytest

from speech_emotion.core.files import replacing


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_with_missing_parents(tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" / "c.txt"
    with replacing(target) as temporary:
        temporary.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert names(target.parent) == ["c.txt"]


def test_the_temporary_file_keeps_the_name_and_so_the_extension(tmp_path: Path) -> None:
    with replacing(tmp_path / "plot.png") as temporary:
        assert temporary.name == "plot.png"
        temporary.touch()


def test_a_file_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "c.txt"
    target.write_text("old")
    with replacing(str(target)) as temporary:
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert names(tmp_path) == ["c.txt"]


def test_after_an_error_all_is_as_before(tmp_path: Path) -> None:
    target = tmp_path / "c.txt"
    target.write_text("old")
    with pytest.raises(RuntimeError, match="half-way"), replacing(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError("half-way")
    assert target.read_text() == "old"
    assert names(tmp_path) == ["c.txt"]


def test_after_an_error_no_file_appears(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), replacing(tmp_path / "c.txt") as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert names(tmp_path) == []


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "a" / "models"
    with replacing(target, directory=True) as temporary:
        assert temporary.is_dir()
        (temporary / "x").write_text("1")
        assert not target.exists()
    assert names(target) == ["x"]
    assert names(target.parent) == ["models"]


def test_a_folder_replaces_all_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "models"
    (target / "deep").mkdir(parents=True)
    (target / "deep" / "old").touch()
    with replacing(target, directory=True) as temporary:
        (temporary / "new").touch()
        assert names(target) == ["deep"]
    assert names(target) == ["new"]
    assert names(tmp_path) == ["models"]


def test_after_an_error_the_old_folder_stays(tmp_path: Path) -> None:
    target = tmp_path / "models"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(RuntimeError), replacing(target, directory=True) as temporary:
        (temporary / "new").touch()
        raise RuntimeError
    assert names(target) == ["old"]
    assert names(tmp_path) == ["models"]


def test_others_may_read_what_was_written(tmp_path: Path) -> None:
    # A folder of `tempfile` is closed to others; what is moved out of it is not.
    plain_file, plain_folder = tmp_path / "plain", tmp_path / "plain_folder"
    plain_file.touch()
    plain_folder.mkdir()
    with replacing(tmp_path / "file") as temporary:
        temporary.touch()
    with replacing(tmp_path / "folder", directory=True):
        pass
    assert (tmp_path / "file").stat().st_mode == plain_file.stat().st_mode
    assert (tmp_path / "folder").stat().st_mode == plain_folder.stat().st_mode
