"""An encoder is known by the hash of its weights, wherever it lies."""

import hashlib
from pathlib import Path

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.features.encoders import content
from speech_emotion.testing.encoders import write_onnx, write_whisper


def test_the_hash_is_that_of_the_weights_alone(tmp_path: Path) -> None:
    folder = write_whisper(tmp_path / "whisper")
    before = content.digest(folder)
    assert before == hashlib.sha256((folder / "model.bin").read_bytes()).hexdigest()
    (folder / "README.md").write_text("about")
    assert content.digest(folder) == content.digest(folder / "model.bin") == before
    file = write_onnx(tmp_path / "onnx" / "tiny.onnx")
    assert content.digest(file) == content.digest(file.parent) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_weights_beside_an_onnx_file_count(tmp_path: Path) -> None:
    file = write_onnx(tmp_path / "tiny.onnx")
    alone = content.digest(file)
    (tmp_path / "tiny.onnx.data").write_bytes(b"weights")
    first = content.digest(file)
    (tmp_path / "tiny.onnx.data").write_bytes(b"others!")
    assert len({alone, first, content.digest(file)}) == 3


def test_another_encoder_is_refused(tmp_path: Path) -> None:
    one, other = (write_whisper(tmp_path / str(seed), seed=seed) for seed in (1, 2))
    sha256 = content.digest(one)
    assert content.located(str(one), sha256, "tiny") == one
    with pytest.raises(UserError, match=f"not the encoder tiny with SHA-256 {sha256}, but one with"):
        content.located(str(other), sha256, "tiny")


def test_an_encoder_is_found_where_the_environment_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_whisper(tmp_path / "encoders" / "whisper")
    write_onnx(tmp_path / "encoders" / "other.onnx")
    sha256 = content.digest(folder)
    for value in (folder, folder.parent, f"{tmp_path / 'nowhere'}:{folder}"):
        monkeypatch.setenv(content.VARIABLE, str(value))
        assert content.located("", sha256, "tiny") == folder
    monkeypatch.setenv(content.VARIABLE, str(tmp_path))
    with pytest.raises(UserError, match=r"encoder tiny with SHA-256 .* is not in"):
        content.located("", sha256, "tiny")
    monkeypatch.delenv(content.VARIABLE)
    with pytest.raises(UserError, match="SER_ENCODER does not say where it is"):
        content.located("", sha256, "tiny")


@pytest.mark.parametrize("content_of", [None, "text", "two"])
def test_what_is_no_encoder(tmp_path: Path, content_of: str | None) -> None:
    model = tmp_path / "model"
    if content_of == "text":
        model.write_text("text")
    if content_of == "two":
        for name in ("a.onnx", "b.onnx"):
            write_onnx(model / name)
    with pytest.raises(UserError, match=f"{model}: (there is no encoder here|this is no encoder)"):
        content.digest(model)
