"""What every stage script does around its own work."""

import shutil
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from filelock import FileLock

# A queued experiment runs in a copy of the project: its stages must use the copy's library, not the installed one.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from speech_emotion.console import errors_for_people

PARAMS = Path("params.yaml")
"""Parameter file, relative to the folder in which DVC runs the stage."""


def run(stage: Callable[[], None], *outs: Path) -> None:
    """Run a stage alone in its folder, with errors for people.

    Parameters
    ----------
    stage : callable
        Reads `PARAMS` and the stage's dependencies, writes its outputs. Its name is the stage's.
    *outs : Path
        What it writes; the last part may be a pattern.
    """
    with errors_for_people():
        # If `dvc repro` was killed, its stage may still be running: wait for it rather than write beside it.
        locks = Path(".memo")
        locks.mkdir(exist_ok=True)
        with FileLock(locks / f"{stage.__name__}.lock"):
            _remove_abandoned(outs)
            stage()


def _remove_abandoned(outs: Iterable[Path]) -> None:
    """Remove what a killed run left beside its outs (see `files.replacing`). The lock says that nobody writes there."""
    for out in outs:
        for unfinished in out.parent.glob(f".{out.name}.*.tmp"):
            shutil.rmtree(unfinished, ignore_errors=True)
