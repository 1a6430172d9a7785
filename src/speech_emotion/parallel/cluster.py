"""A Dask cluster whose scheduler runs elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from speech_emotion.core.errors import UserError
from speech_emotion.parallel.workers import Purpose

CONNECT_SECONDS = 20
"""Time in which a Dask scheduler must answer."""

RETRIES = 3
"""How often a task that failed is tried again, perhaps by another worker."""


@contextmanager
def connected(address: str, purpose: Purpose) -> Iterator[Any]:
    """Connect to a scheduler.

    Parameters
    ----------
    address : str
        Of the scheduler, such as "tcp://host:8786".
    purpose : Purpose
        What for.

    Yields
    ------
    distributed.Client

    Raises
    ------
    UserError
        If `distributed` is not installed, nobody answers at the address, or the cluster gives up.
    """
    try:
        import distributed
        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError
    except ImportError as error:
        raise UserError(f"{purpose.setting} needs Dask: pip install 'speech-emotion[cluster]'") from error
    try:
        connect: Any = distributed.Client
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            f"{purpose.setting}: no Dask scheduler answers at {address} ({error}); "
            "start it, or leave the setting empty to compute on this machine"
        ) from error
    try:
        with client:
            yield client
    except (distributed.KilledWorker, CommClosedError, FutureCancelledError) as error:
        raise UserError(
            f"the Dask cluster at {address} gave up ({error}); {purpose.kept}, run the same command again"
        ) from error


def capacity(client: Any) -> int:
    """Tell how many tasks to have under way: one a core, but at least 16, since a cluster may still be growing."""
    cores: int = sum(client.ncores().values())
    return max(16, cores)
