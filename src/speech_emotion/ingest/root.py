"""The folder that is ingested, as experiments see it."""

import os
from pathlib import Path


def notice(root: str) -> str | None:
    """Say when queued experiments will not find the folder that this run has found.

    DVC runs them in a copy of the project elsewhere, to which a relative path that leads out of the project does not
    lead. DVC then stops before any stage can say so.

    Parameters
    ----------
    root : str
        As in `ingest.root`, seen from the current folder.

    Returns
    -------
    str or None
        One line for people; None if there is nothing to say.

    Examples
    --------
    >>> notice("data/raw"), notice("/mnt/corpora")
    (None, None)
    >>> notice("../corpora")
    'ingest.root: ../corpora leads out of the project, so that experiments with --queue or --temp, ...'
    """
    if Path(os.path.normpath(root)).parts[:1] != (os.pardir,):
        return None
    return (f"ingest.root: {root} leads out of the project, so that experiments with --queue or --temp, which DVC runs "
            f"in a copy of it, will not find it; for these give {Path(root).resolve()}")
