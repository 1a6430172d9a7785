"""Processes of this machine that take one small task after another."""

import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any

from speech_emotion.core.errors import UserError
from speech_emotion.parallel import start
from speech_emotion.parallel.workers import VARIABLE, Purpose

NOTICE_SECONDS = 5.0
"""Time in which an executor that can notice the death of a process has noticed it."""


@contextmanager
def here() -> Iterator[tuple[Executor, int]]:
    """Compute in this process, at once."""
    yield _Inline(), 1


@contextmanager
def processes(workers: int, purpose: Purpose) -> Iterator[tuple[Executor, int]]:
    """Compute in some processes of this machine.

    Parameters
    ----------
    workers : int > 0
        How many.
    purpose : Purpose
        What for.

    Yields
    ------
    executor : Executor
    capacity : int
        Number of tasks that run at once.

    Raises
    ------
    UserError
        If a process dies, as when the system kills it for want of memory.
    """
    executor = ProcessPoolExecutor(workers, mp_context=start.context(purpose.preload),
                                   initializer=start.follow_parent)
    finished = threading.Event()
    watcher = threading.Thread(target=_end_what_cannot_end, args=(executor, finished), daemon=True)
    watcher.start()
    try:
        yield executor, workers
    except BrokenProcessPool as error:
        finished.set()
        watcher.join()  # it may be closing the pipe that the executor closes too
        raise UserError(
            f"a process that {purpose.work} died (perhaps the system ran out of memory); {purpose.kept}. "
            f"Run the same command again, with fewer processes if need be ({VARIABLE}=1)"
        ) from error
    except KeyboardInterrupt:
        if not executor._processes:
            start.stop_server()  # what it started now would find nothing to do, and complain
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
        finished.set()


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
