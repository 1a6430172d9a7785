"""The folder of a page."""

import json
import shutil
from pathlib import Path

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.ingest import checks
from speech_emotion.page import runtime
from speech_emotion.page.folder import RUNTIME, WEB, write

FILES = dict.fromkeys(runtime.FILES, b"what runs models")
"""Of any content: nothing is run here."""


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_holds_the_page_the_model_and_what_runs_it(model: Path, tmp_path: Path) -> None:
    written = write(model, tmp_path / "page", FILES, card="# Modellkarte für alle")
    found = contents(written.folder)
    assert set(found) == {path.name for path in WEB.iterdir()} | {*RUNTIME.values()} | {
        "model/model.onnx", "model/model.json", "model/card.txt"}
    assert written.num_bytes == sum(map(len, found.values()))
    assert found["model/model.onnx"] == model.read_bytes()
    assert found["model/card.txt"].decode() == "# Modellkarte für alle"
    assert found["runtime/ort.js"] == b"what runs models"


def test_the_page_knows_what_the_model_says_of_itself(model: Path, tmp_path: Path) -> None:
    folder = write(model, tmp_path / "page", FILES).folder
    about = json.loads((folder / "model/model.json").read_text("utf-8"))
    assert about["labels"] == ["</script><b>&'\"", "fear", "neutral"]
    assert (about["sample_rate"], about["window_seconds"], about["hop_seconds"]) == (16_000, 1.0, 0.25)
    assert (about["min_duration"], about["silent_dbfs"]) == (0.3, checks.SILENT)
    assert about["synthetic"] is True
    assert about["corpora"][0]["title"] == "Synthetic acted speech (embedded)"
    assert about["licences"] == ["MIT, as this project"]
    assert about["scores"]["uar"] > about["scores"]["chance_uar"]
    assert about["num_bytes"] == {"model/model.onnx": model.stat().st_size, "runtime/ort.js": 16,
                                  "runtime/ort-wasm-simd-threaded.wasm": 16}
    assert about["card"] is False
    assert not (folder / "model/card.txt").exists()


def test_a_page_is_replaced_by_the_same_bytes_and_nothing_else_is(model: Path, tmp_path: Path) -> None:
    folder = write(model, tmp_path / "page", FILES, card="old").folder
    first = contents(folder)
    (folder / "left-over.js").write_text("1")
    assert contents(write(model, folder, FILES, card="old").folder) == first
    assert "model/card.txt" not in contents(write(model, folder, FILES).folder)
    other = tmp_path / "photos"
    other.mkdir()
    write(model, other, FILES)  # an empty folder is nobody's
    shutil.rmtree(other / "model")
    for taken in (other, other / "index.html"):
        with pytest.raises(UserError, match="is there already, and no page of this command"):
            write(model, taken, FILES)
    assert (other / "index.html").exists()


def test_what_is_no_model_leaves_a_page_as_it_was(model: Path, tmp_path: Path) -> None:
    folder = write(model, tmp_path / "page", FILES).folder
    before = contents(folder)
    (tmp_path / "model.onnx").write_text("no model")
    with pytest.raises(UserError, match="is no ONNX file"):
        write(tmp_path / "model.onnx", folder, FILES)
    assert contents(folder) == before


def test_all_that_the_page_names_is_in_its_folder() -> None:
    names = {path.name for path in WEB.iterdir()}
    for path in WEB.glob("*.js"):
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("import ") and " from " in line:
                address = line.rpartition(" from ")[2].strip('";')
                assert address.startswith("./"), line
                assert address[2:] in names | {*RUNTIME.values()}, line
