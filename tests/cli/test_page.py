"""`ser page`: a folder of a model, served to this machine until Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from speech_emotion.cli.page import page
from speech_emotion.core.errors import UserError
from speech_emotion.export.graph import Graph
from speech_emotion.page import runtime
from speech_emotion.portable.card import OUTPUTS, Card

app = typer.Typer()
app.command()(page)
ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, list(map(str, arguments)), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture
def given(runtime_files: dict[str, bytes]) -> Path:
    """What runs models in browsers, as a folder."""
    assert runtime_files
    return ROOT / runtime.CACHE / f"{runtime.PACKAGE}-{runtime.VERSION}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The smallest exported model: every clip is a half of each."""
    graph = Graph()
    half = graph.input("samples", np.float32, ["n"]).mean(0, keep=True) * 0.0 + 0.5
    clip = half.then("Concat", half, axis=0)
    outputs = dict(zip(OUTPUTS, (clip, clip.reshape(1, 2), half), strict=True))
    path = tmp_path / "model.onnx"
    path.write_bytes(graph.model(outputs, Card.entries({
        "labels": ["anger", "fear"], "sample_rate": 8000, "resampler": "HQ", "window_seconds": 0.5,
        "min_duration": 0.3, "synthetic": True})).SerializeToString())
    return path


def test_a_folder_is_written_and_what_it_is(
    file: Path, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = run("--models", file, "--runtime", given)
    assert "page: 14." in said
    assert "MB, labels anger, fear" in said
    assert "synthetic speech alone" in said
    assert not Path("page/model/card.txt").exists()
    Path("card.md").write_text("# Karte", encoding="utf-8")
    run("--models", file, "--card", "card.md")  # what runs it is kept by now
    assert Path("page/model/card.txt").read_text("utf-8") == "# Karte"
    Path("card.md").write_bytes(b"\xff")
    with pytest.raises(UserError, match=r"card\.md: is no text"):
        run("--models", file, "--card", "card.md")


def test_a_model_folder_is_exported_and_the_pipelines_card_taken(
    make_bundle: Callable[..., Any], save_models: Callable[..., Path], given: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    save_models(Path("models"), make_bundle())
    Path("metrics").mkdir()
    Path("metrics/model_card.md").write_text("# The pipeline's")
    assert "labels anger, neutral, sadness" in run("--runtime", given, "-o", "site")
    assert Path("site/model/card.txt").read_text() == "# The pipeline's"
    assert Path("site/model/model.onnx").stat().st_size > 10_000


def test_it_is_served_to_this_machine_until_ctrl_c(file: Path, given: Path, tmp_path: Path) -> None:
    opener = tmp_path / "opener"
    opener.write_text("#!/bin/sh\necho \"opened $1\"\n")  # to the output of the process, so that it can be waited for
    opener.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-c", "from speech_emotion.cli.main import main; main()", "page", "--models", str(file),
         "--runtime", str(given), "--open", "--port", "0"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "BROWSER": f"{opener} %s"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # which a shell's background jobs ignore
    )
    try:
        assert process.stdout is not None
        address = [process.stdout.readline() for _ in range(3)][-1].split()[0]
        with urlopen(address) as answer:
            assert b"<title>Speech emotion</title>" in answer.read()
        with urlopen(f"{address}runtime/ort-wasm-simd-threaded.wasm") as answer:
            assert answer.headers["Content-Type"] == "application/wasm"
        assert process.stdout.readline() == f"opened {address}\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, err) == (0, "")


def test_a_port_that_is_taken_is_told(file: Path, given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"port {port} cannot be had .*name another"):
            run("--models", file, "--runtime", given, "--open", "--port", str(port))
