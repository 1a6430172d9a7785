"""A process of its own for one long task, which tells how far it is."""

import multiprocessing
import pickle
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import Any

from speech_emotion.parallel import start

POLL_SECONDS = 0.2
"""How long a stop may go unnoticed."""

# Starting a process, and asking whether one lives, looks at all others that this process has started.
_PROCESSES = threading.Lock()


class Died(Exception):
    """A process ended without a result.

    Parameters
    ----------
    status : int or None
        Its exit status; negative for the signal that ended it.
    """

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status

    def __str__(self) -> str:
        """Say how it ended."""
        status = self.status or 0
        return f"signal {-status}" if status < 0 else f"exit status {status}"


class Stopped(Exception):
    """A task was stopped because nobody wants its result any more."""


def in_child(
    task: Callable[[Any, Callable[[Any], None]], Any], argument: object, *, preload: Sequence[str] = (),
    tell: Callable[[Any], None] = lambda _: None, stopped: Callable[[], bool] = lambda: False,
) -> Any:
    """Do a task in a process of its own, which ends with it.

    It may be called from several threads at once. Ctrl-C does not reach the process; it ends when this one does.

    Parameters
    ----------
    task : callable
        A function of a module. It takes `argument`, and a function to tell news with.
    argument : object
        Something that can be pickled.
    preload : sequence of str
        Modules that the task needs; see `start.context`.
    tell : callable
        Called, in this thread, with what the task tells.
    stopped : callable
        Asked again and again; when it says so, the process is killed.

    Returns
    -------
    object
        What the task returns. What it raises is raised here, with the traceback from there as a note.

    Raises
    ------
    Died
        If the process ends without a result, as when the system kills it for want of memory.
    Stopped
        If `stopped` said so.
    """
    this = multiprocessing.current_process()
    if this.daemon:
        # As Dask's workers are, which may not start processes then. Ours ends with this one by itself.
        this.daemon = False
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = start.context(preload).Process(target=_main, args=(theirs, task, argument), daemon=True)
    with _PROCESSES:
        process.start()
    theirs.close()
    try:
        while not stopped():
            if not ours.poll(POLL_SECONDS):
                continue
            try:
                kind, value = ours.recv()
            except (EOFError, OSError):
                multiprocessing.connection.wait([process.sentinel])
                with _PROCESSES:
                    process.join()
                raise Died(process.exitcode) from None
            if kind == "result":
                return value
            if kind == "error":
                raise value
            tell(value)
        raise Stopped
    finally:
        with _PROCESSES:
            process.kill()
            process.join()
        ours.close()


def _main(connection: "Connection[Any, Any]", task: Callable[..., Any], argument: object) -> None:
    start.follow_parent()
    try:
        message = ("result", task(argument, lambda news: connection.send(("news", news))))
    except BaseException as error:
        message = ("error", _sendable(error))
    connection.send(message)


def _sendable(error: BaseException) -> BaseException:
    where = "".join(traceback.format_exception(error))
    error.add_note(f"In the process that did it:\n{where}")
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(where)
    return error
