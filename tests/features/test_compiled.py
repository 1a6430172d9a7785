"""Only one process at a time compiles librosa's functions."""

import subprocess
import sys

from filelock import FileLock

from speech_emotion.features import compiled


def test_a_second_process_waits() -> None:
    code = "from speech_emotion.features import compiled; compiled.librosa(); print('compiled')"
    with FileLock(compiled.lock_file()):
        other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        try:
            other.wait(timeout=6)
        except subprocess.TimeoutExpired:
            waited = True
        else:
            waited = False
    assert other.communicate(timeout=120)[0] == "compiled\n"
    assert other.returncode == 0
    assert waited
