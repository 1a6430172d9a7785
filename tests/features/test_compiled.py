"""Only one process at a time compiles librosa's functions."""

import subprocess
import sys

from filelock import FileLock

from speech_emotion.features import compiled


def test_a_second_process_waits() -> None:
    # With everything loaded that it would load behind the lock, it does not wait for anything else.
    code = ("import importlib\nfrom speech_emotion.features import compiled\n"
            "for module in compiled._COMPILED_ON_IMPORT: importlib.import_module(module)\n"
            "print('loaded', flush=True)\ncompiled.librosa()\nprint('compiled')")
    with FileLock(compiled.lock_file()):
        other = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert other.stdout is not None
        assert other.stdout.readline() == "loaded\n"
        try:
            other.wait(timeout=1)
        except subprocess.TimeoutExpired:
            waited = True
        else:
            waited = False
    assert other.communicate(timeout=120)[0] == "compiled\n"
    assert other.returncode == 0
    assert waited
