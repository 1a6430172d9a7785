"""Cases that do what none may, for the tests of the guard."""

import os
import signal
import time
from pathlib import Path

from .guard import Finding

DEEDS = ("taken", "killed", "raises", "hangs", "grows", "escapes", "prints", "finds", "exits")


def case(seed: int, number: int, folder: Path) -> str:
    """Do one of `DEEDS`, by number."""
    match DEEDS[number]:
        case "killed":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "raises":
            raise ZeroDivisionError("by zero")
        case "hangs":
            time.sleep(60)
        case "grows":
            bytearray(1_700_000_000)
        case "escapes":
            (folder.parent.parent / "out.txt").write_text("x")
        case "prints":
            print("hundreds of lines")
        case "finds":
            raise Finding("a value that is not finite")
        case "exits":
            os._exit(3)
    return "taken"
