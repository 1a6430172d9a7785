"""Ctrl-C while libraries are imported ends a stage, and `ser`, with one message."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from speech_emotion.core import console

ROOT = Path(__file__).resolve().parents[2]
SER = "from speech_emotion.cli.main import main; main()"


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("command", "module"), [
    (["src/stages/ingest.py"], "numpy"), (["src/stages/train_cnn.py"], "pydantic"),
    (["src/stages/evaluate.py"], "pandas._libs.tslibs"), (["-c", SER, "--help"], "typer.colors"),
])
def test_while_libraries_are_imported(command: list[str], module: str) -> None:
    # Told of every module that has been imported; these are far from the last.
    process = subprocess.Popen([sys.executable, "-X", "importtime", *command], cwd=ROOT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
                               # The tests themselves may run where it is ignored: in the background of a shell.
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    assert process.stderr is not None
    for line in process.stderr:
        if line.rpartition("|")[2].strip() == module:
            break
    process.send_signal(signal.SIGINT)
    output, messages = process.communicate(timeout=60)
    said = [line for line in messages.splitlines() if not line.startswith("import time:")]
    assert said == ["error: interrupted; finished work is kept, run the same command to go on"]
    assert output == ""
    assert process.returncode == 130


def test_who_has_decided_otherwise_is_left_alone() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        console.end_on_interrupt()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        signal.signal(signal.SIGINT, signal.default_int_handler)
        console.end_on_interrupt()
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        with console.errors_for_people():
            assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
