"""A unit on a Dask worker, which starts a process of its own for it, as this machine would."""

import pickle
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speech_emotion.core.errors import UserError
from speech_emotion.parallel import cluster
from speech_emotion.parallel.child import Stopped, in_child
from speech_emotion.training import fingerprint, tasks
from speech_emotion.training.purpose import PURPOSE

if TYPE_CHECKING:
    from speech_emotion.training.memo import Trained

WAIT_SECONDS = 0.5
"""How long a stop may go unnoticed here."""


def train(
    client: Any, unit: bytes, code: str, network: str, tell: Callable[[Any], None], stopped: Callable[[], bool]
) -> "Trained":
    """Have a unit trained by some worker of a cluster.

    Parameters
    ----------
    client : distributed.Client
        Of the cluster.
    unit : bytes
        A pickled `Unit` that takes its features along.
    code : str
        `fingerprint.of_code` of this process.
    network : str
        Name of the network.
    tell, stopped : callable
        As for `in_child`.

    Raises
    ------
    UserError
        If the worker runs other code or libraries.
    Stopped
        If `stopped` said so.
    """
    # A key of its own: two runs may ask for the same unit, and each waits for its own.
    future = client.submit(_on_worker, unit, code, network, pure=False, retries=cluster.RETRIES)
    client.subscribe_topic(future.key, lambda event: tell(event[1]))
    try:
        while not stopped():
            try:
                return future.result(timeout=WAIT_SECONDS)  # type: ignore[no-any-return]
            except TimeoutError:
                continue
        raise Stopped
    finally:
        client.unsubscribe_topic(future.key)
        future.cancel()


def processors(client: Any) -> set[str]:
    """Tell on which kinds of processors the workers run that are there now; see `fingerprint.of_processor`."""
    return set(client.run(fingerprint.of_processor).values())


def _on_worker(unit: bytes, code: str, network: str) -> "Trained":
    import distributed

    if code != fingerprint.of_code(network):
        raise UserError(
            f"the worker on {socket.gethostname()} runs other code or libraries, so that its networks would differ; "
            "install the same version of this project and of its lock file there"
        )
    worker = distributed.get_worker()
    key = str(worker.get_current_task())

    def given_up() -> bool:
        # A thread cannot be interrupted: it looks whether anybody still wants the result.
        task = worker.state.tasks.get(key)
        return task is None or task.state not in {"executing", "long-running"}

    trained: Trained = in_child(_unpacked, unit, preload=PURPOSE.preload, stopped=given_up,
                                tell=lambda news: worker.log_event(key, news))
    return trained


def _unpacked(pickled: bytes, tell: Callable[[Any], None]) -> "Trained":
    unit = pickle.loads(pickled)
    if unit.memo is not None and not Path(unit.memo).is_dir():
        unit = replace(unit, memo=None)  # a folder that only the machine sees that asked
    return tasks.train_unit(unit, tell)
