"""What every stage script does around its own work."""

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# A queued experiment runs in a copy of the project: its stages, and the processes that they start, must use the copy's
# library, not the installed one.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ["PYTHONPATH"] = os.pathsep.join([sys.path[0], os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)

from speech_emotion.core.console import end_on_interrupt, errors_for_people

end_on_interrupt()  # while the rest is imported, here and in the stage

from speech_emotion.core.errors import UserError  # noqa: E402
from speech_emotion.core.files import remove_unfinished  # noqa: E402
from speech_emotion.core.locks import alone  # noqa: E402

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
        locks = Path(".cache")
        locks.mkdir(exist_ok=True)
        waiting = f"{stage.__name__}: waiting for another run of this stage in {Path.cwd()} to end"
        with alone(locks / f"{stage.__name__}.lock", waiting):
            for out in outs:
                remove_unfinished(out)  # by a killed run
            with _earlier_results_named(outs):
                stage()


def rehearse_training(clips: "pd.DataFrame") -> str:
    """Say what `train_cnn` will do with the clips; stop if it cannot, before hours of work rather than after.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    """
    # Found by name, as `params.base.load` finds the schemas of other sections: nothing that a stage before `train_cnn`
    # writes depends on it, so neither a protocol nor `train_cnn.*` may make such a stage run again.
    said: str = importlib.import_module("speech_emotion.protocol.planning").rehearse(PARAMS, clips)
    return said


@contextmanager
def _earlier_results_named(outs: tuple[Path, ...]) -> Iterator[None]:
    # DVC removes what a stage wrote before it runs it again, so that after an error nothing is there.
    try:
        yield
    except UserError as error:
        lock = Path("dvc.lock")
        gone = [out for out in outs if not any(out.parent.glob(out.name))]
        known = lock.read_text(encoding="utf-8") if lock.is_file() else ""
        # A clone that has neither run nor pulled anything has no cache, and nothing to bring back.
        cached = any((folder / ".dvc/cache").is_dir() for folder in (Path.cwd(), *Path.cwd().parents))
        if not cached or not any(f" {out.as_posix()}\n" in known for out in gone):
            raise
        raise UserError(f"{error}\nDVC has put aside what this stage wrote before; `dvc checkout` brings it back, with "
                        "the settings of then (`git diff params.yaml` shows what has changed)") from error
