"""Memory of a process that trains."""

import platform
import subprocess
import sys

import pytest

# Faults of one thread that takes and gives up 16 MiB fifty times over. Its own process, since the setting stays.
FAULTS = """
import resource, sys, threading
import numpy as np
from speech_emotion.training import memory

def work():
    for _ in range(50):
        arrays = [np.ones(2**20, np.float32) for _ in range(4)]
        del arrays

if "elsewhere" in sys.argv:
    sys.platform = "toy"
if "hold" in sys.argv:
    memory.hold_on_to_freed()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
thread = threading.Thread(target=work)
thread.start()
thread.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(*arguments: str) -> int:
    return int(subprocess.check_output([sys.executable, "-c", FAULTS, *arguments], text=True))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="is for glibc")
def test_what_is_freed_is_used_again_and_elsewhere_nothing_is_changed() -> None:
    held = faults("hold")
    assert held < faults() / 5
    assert held < faults("hold", "elsewhere") / 5
