"""Where the predictions of a run come from: a file, the workspace, or what DVC keeps of a revision or an experiment."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from speech_emotion import manifest, predictions
from speech_emotion.core.errors import UserError

PREDICTIONS, MANIFEST = "data/predictions.parquet", "data/manifest.parquet"
"""What the pipeline writes, relative to the project's folder."""
WORKSPACE = "workspace"
"""Name of what lies in the project's folder now, as in `dvc exp show`."""


@dataclass(frozen=True)
class Run:
    """One run that is compared.

    Attributes
    ----------
    name : str
        As the user calls it.
    predictions : Predictions
        Of its validation and test parts.
    clips : pd.DataFrame
        The manifest that says who speaks in each clip.
    """

    name: str
    predictions: predictions.Predictions
    clips: pd.DataFrame


def read(name: str, clips: Path | None = None) -> Run:
    """Read a run.

    Parameters
    ----------
    name : str
        A Parquet file of predictions; "workspace"; or a git revision or an experiment of the project that the current
        folder is of, whose predictions are taken from DVC's cache, or else from the default remote.
    clips : Path, optional
        The manifest that knows the clips of a file; by default the one beside it, or else the workspace's. A revision
        has its own.

    Raises
    ------
    UserError
        If there is no such run, or nobody has its predictions.
    """
    path = Path(name)
    if path.is_file():
        beside = path.with_name(Path(MANIFEST).name)
        found = clips or (beside if beside.is_file() else Path(MANIFEST))
        return Run(name, predictions.read(path), manifest.read(found))
    if path.suffix == ".parquet" or path.is_dir():
        raise UserError(f"{name}: is no file; name a Parquet file of predictions, a git revision, an experiment, or "
                        f"{WORKSPACE}")
    with tempfile.TemporaryDirectory() as folder:
        copies = _fetch(name, Path(folder))
        try:
            return Run(name, predictions.read(copies[0]), manifest.read(copies[1]))
        except UserError as error:
            reason = str(error).replace(f"{folder}/", "").partition("; run")[0]
            raise UserError(f"{name}: {reason}; it was made by another version: run it again with this one") from error


def _fetch(name: str, folder: Path) -> list[Path]:
    """Copy predictions and manifest of a revision, or of the workspace, into a folder."""
    # It takes half a second, and files need none of it.
    from dvc.api import DVCFileSystem
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    copies = []
    try:
        with Repo() as here:
            # Where remotes are is a matter of today; the revision may know of none yet.
            config = {"core": dict(here.config["core"]),
                      "remote": {remote: dict(about) for remote, about in here.config["remote"].items()}}
        files = DVCFileSystem(rev=None if name == WORKSPACE else name, config=config)
        for tracked in (PREDICTIONS, MANIFEST):
            copies.append(folder / Path(tracked).name)
            files.get_file(tracked, str(copies[-1]))
    except FileNotFoundError as error:
        raise UserError(f"{name}: neither the workspace, nor DVC's cache, nor its default remote has {tracked} of it; "
                        "`dvc exp pull` or `dvc fetch --all-commits` brings what a teammate has pushed") from error
    except DvcException as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(f"{name}: is neither a file, nor a git revision or an experiment here whose predictions can be "
                        f"had ({said}); `dvc exp list` names the experiments") from error
    return copies
