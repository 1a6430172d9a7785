"""Processes start whatever folder temporary files lie in, and Ctrl-C never reaches them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
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


SLOW = """
import time
from pathlib import Path

Path(__file__).with_suffix(".begun").touch()
time.sleep(1.5)
"""
STARTS_SLOWLY = """
import signal
from pathlib import Path

from speech_emotion.core.console import errors_for_people
from speech_emotion.parallel.pool import processes
from speech_emotion.parallel.workers import Purpose

if __name__ == "__main__":
    # What a shell starts in the background ignores Ctrl-C, and so would this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with errors_for_people():
        with processes(1, Purpose("toy", "did nothing", "nothing is kept", PRELOAD)) as (executor, _):
            print(executor.submit(abs, -1).result())
else:
    import slow
"""


@contextmanager
def starting(preload: tuple[str, ...], folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Run what starts a process, up to where the server (if it has something to preload) or the process loads."""
    (folder / "slow.py").write_text(SLOW)
    (folder / "script.py").write_text(STARTS_SLOWLY.replace("PRELOAD", repr(preload)))
    with subprocess.Popen(
        [sys.executable, folder / "script.py"], start_new_session=True, text=True,
        env={**os.environ, "PYTHONPATH": f"{SOURCE}:{folder}"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as run:
        until = time.monotonic() + 30
        while not (folder / "slow.begun").exists():
            assert time.monotonic() < until and run.poll() is None
            time.sleep(0.01)
        yield run


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("preload", [("slow",), ()], ids=["the server", "a process"])
def test_ctrl_c_while_something_is_starting(preload: tuple[str, ...], tmp_path: Path) -> None:
    with starting(preload, tmp_path) as run:
        os.killpg(run.pid, signal.SIGINT)  # a terminal's Ctrl-C reaches the whole group
        _, messages = run.communicate(timeout=30)
    assert run.returncode == 130
    assert messages.count("\n") == 1 and messages.startswith("error: interrupted; finished work is kept")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("preload", [("slow",), ()], ids=["the server", "a process"])
def test_only_the_first_process_hears_ctrl_c(preload: tuple[str, ...], tmp_path: Path) -> None:
    with starting(preload, tmp_path) as run:
        for process in psutil.Process(run.pid).children(recursive=True):
            process.send_signal(signal.SIGINT)
        output, messages = run.communicate(timeout=30)
    assert (run.returncode, output, messages) == (0, "1\n", "")
