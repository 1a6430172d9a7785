"""ONNX Runtime for browsers: only what was tested is taken, whoever gives it."""

import io
import tarfile
from pathlib import Path

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.page import runtime


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            about = tarfile.TarInfo(f"package/{name}")
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return path


@pytest.mark.usefixtures("without_npm")
def test_a_package_is_taken_as_archive_and_as_folder_and_kept(
    runtime_files: dict[str, bytes], tmp_path: Path
) -> None:
    given = packed(tmp_path / "package.tgz", runtime_files)
    cache = tmp_path / "cache"
    assert runtime.files(given, cache) == runtime_files
    kept, = cache.iterdir()
    assert runtime.files(kept, tmp_path / "other") == runtime_files
    given.unlink()
    assert runtime.files(cache=cache) == runtime_files


@pytest.mark.usefixtures("without_npm")
def test_another_version_is_refused(tmp_path: Path) -> None:
    name = next(iter(runtime.FILES))
    with pytest.raises(UserError, match=f"its {name} is not that of {runtime.PACKAGE} {runtime.VERSION}"):
        runtime.files(packed(tmp_path / "package.tgz", dict.fromkeys(runtime.FILES, b"other")), tmp_path / "cache")
    with pytest.raises(UserError, match=f"has no {name}, so it is not the npm package"):
        runtime.files(packed(tmp_path / "empty.tgz", {}), tmp_path / "cache")
    with pytest.raises(UserError, match=f"has no {name}"):
        runtime.files(tmp_path, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


@pytest.mark.usefixtures("without_npm")
@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\x00cut"])
def test_what_is_no_package_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "package.tgz").write_bytes(content)
    with pytest.raises(UserError, match=r"package\.tgz: is no npm package, or damaged"):
        runtime.files(tmp_path / "package.tgz", tmp_path / "cache")


@pytest.mark.usefixtures("without_npm")
def test_what_is_kept_but_damaged_is_not_taken(tmp_path: Path) -> None:
    for name in runtime.FILES:
        file = tmp_path / f"{runtime.PACKAGE}-{runtime.VERSION}" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"damaged")
    with pytest.raises(UserError, match=r"there is no npm here to get it; get the npm package .* and name its \.tgz"):
        runtime.files(cache=tmp_path)


def test_what_npm_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "npm"
    program.write_text("#!/bin/sh\necho 'npm error code ENOTFOUND' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match=r"which npm did not give \(npm error code ENOTFOUND\); get the npm package"):
        runtime.files(cache=tmp_path / "cache")
