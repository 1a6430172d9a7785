"""Whoever waits for another process says so, and goes on when that one ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from speech_emotion.core.locks import alone

HOLD = """
import sys, time
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(1)
"""


def test_waiting_is_said_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()
    with alone(tmp_path / "lock", "toy: waiting for another run"):
        assert capfd.readouterr().err == "toy: waiting for another run\n"
    other.wait()
    with alone(tmp_path / "lock", "toy: waiting for another run"):
        pass
    assert capfd.readouterr().err == ""
