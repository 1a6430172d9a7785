"""Where batches are computed: in this process, in several on this machine, or on a Dask cluster."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from speech_emotion.core.errors import UserError

VARIABLE = "SER_WORKERS"
"""Environment variable that sets how many processes compute features on this machine."""

CONNECT_SECONDS = 20
"""Time in which a Dask scheduler must answer."""

NOTICE_SECONDS = 5.0
"""Time in which an executor that can notice the death of a process has noticed it."""

# Not "fork": a process that has threads (TensorFlow's, Arrow's) must not be copied.
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_PRELOADED = ["speech_emotion.extraction.worker"]


def local_workers() -> int:
    """Tell how many processes to use on this machine: `VARIABLE`, or the cores that this process may use.

    Raises
    ------
    UserError
        If the variable is not a whole number above 0.

    Examples
    --------
    >>> local_workers() >= 1
    True
    """
    text = os.environ.get(VARIABLE)
    if text:
        if not text.isdecimal() or int(text) < 1:
            raise UserError(f"the environment variable {VARIABLE} is {text!r}, but must be a whole number above 0")
        return int(text)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def warm_up() -> None:
    """Begin to load what worker processes need, in the background, where the system can.

    Called before this process loads libraries of its own, it hides most of the time that starting workers takes.
    """
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        _context()
        forkserver.ensure_running()


@contextmanager
def here() -> Iterator[tuple[Executor, int]]:
    """Compute in this process, at once."""
    yield _Inline(), 1


@contextmanager
def processes(workers: int) -> Iterator[tuple[Executor, int]]:
    """Compute in `workers` processes of this machine.

    Yields
    ------
    executor : Executor
    capacity : int
        Number of batches that run at once.

    Raises
    ------
    UserError
        If a process dies, as when the system kills it for want of memory.
    """
    executor = ProcessPoolExecutor(workers, mp_context=_context(), initializer=_start)
    finished = threading.Event()
    watcher = threading.Thread(target=_end_what_cannot_end, args=(executor, finished), daemon=True)
    watcher.start()
    try:
        yield executor, workers
    except BrokenProcessPool as error:
        finished.set()
        watcher.join()  # it may be closing the pipe that the executor closes too
        raise UserError(
            "a process that computed features died (perhaps the system ran out of memory); finished clips are kept. "
            f"Run the same command again, with fewer processes if need be ({VARIABLE}=1)"
        ) from error
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        finished.set()


@contextmanager
def dask(address: str) -> Iterator[tuple[Executor, int]]:
    """Compute on a Dask cluster whose workers see the audio under the same paths.

    Yields
    ------
    executor : Executor
    capacity : int
        Number of batches that run at once; at least 16, since a cluster may still be growing.

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
        raise UserError("extract_mfcc.scheduler needs Dask: pip install 'speech-emotion[cluster]'") from error
    try:
        connect: Any = distributed.Client
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise UserError(
            f"extract_mfcc.scheduler: no Dask scheduler answers at {address} ({error}); "
            "start it, or leave the setting empty to compute on this machine"
        ) from error
    try:
        with client:
            cores = sum(client.ncores().values())
            # Not pure: two runs may ask for the same batch, and each waits for its own.
            yield client.get_executor(pure=False, retries=3), max(16, cores)
    except (distributed.KilledWorker, CommClosedError, FutureCancelledError) as error:
        raise UserError(
            f"the Dask cluster at {address} gave up ({error}); finished clips are kept, run the same command again"
        ) from error


def _context() -> Any:
    context: Any = multiprocessing.get_context(_METHOD)
    if _METHOD == "forkserver":
        # Loaded once, not in each worker.
        context.set_forkserver_preload(_PRELOADED)
    return context


class _Inline(Executor):
    # Not ProcessPoolExecutor's interface alone: an error is raised where the work is asked for.
    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _end_what_cannot_end(executor: Any, finished: threading.Event) -> None:
    # If a process is killed while it sends a result, the executor waits for the rest of it for ever, since this process
    # itself holds the other end of the pipe open. There is no public way to close it.
    results = executor._result_queue
    workers: dict[int, Any] = {}
    while not finished.wait(1):
        workers.update(executor._processes or {})
        if all(worker.is_alive() for worker in workers.values()) or finished.wait(NOTICE_SECONDS):
            continue
        for worker in workers.values():
            worker.kill()
        results._writer.close()
        return


def _start() -> None:
    # Ctrl-C reaches every process of the terminal; the first one decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    # If the first process is killed, nobody would tell this one.
    threading.Thread(target=follow, daemon=True).start()
