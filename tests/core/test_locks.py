"""Whoever waits for another process says so, and goes on when that one ends."""

import io
import subprocess
import sys
from pathlib import Path

import pytest

from speech_emotion.core.locks import alone

HOLD = """
import select, sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    select.select([sys.stdin], [], [], 30)
"""


def test_waiting_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "lock")], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    assert other.stdin is not None and other.stdout is not None
    other.stdout.readline()
    end_other = other.stdin.close

    class Heard(io.StringIO):
        def write(self, text: str) -> int:
            end_other()
            return super().write(text)

    said = Heard()
    monkeypatch.setattr("sys.stderr", said)
    with alone(tmp_path / "lock", "toy: waiting for another run"):
        assert said.getvalue() == "toy: waiting for another run\n"
    other.wait()
    with alone(tmp_path / "lock", "toy: waiting for another run"):
        pass
    assert said.getvalue() == "toy: waiting for another run\n"
