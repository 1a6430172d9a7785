"""Processes start whatever folder temporary files lie in."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from speech_emotion.parallel import start

SOURCE = Path(start.__file__).parents[2]
START = """
import os
import tempfile
from speech_emotion.parallel import start
from speech_emotion.parallel.pool import processes
from speech_emotion.parallel.workers import Purpose

if __name__ == "__main__":
    start.warm_up(())
    with processes(1, Purpose("toy", "did nothing", "nothing is kept", ())) as (executor, _):
        assert executor.submit(os.getpid).result() != os.getpid()
    print(tempfile.gettempdir())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sockets of POSIX")
def test_a_folder_with_a_long_name(tmp_path: Path) -> None:
    folder = tmp_path / ("n" * max(1, 103 - len(str(tmp_path))))
    folder.mkdir()
    (tmp_path / "script.py").write_text(START)
    done = subprocess.run([sys.executable, tmp_path / "script.py"], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(SOURCE), "TMPDIR": str(folder)})
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{folder}\n"  # all else stays there
    assert list(folder.iterdir()) == []
