"""How a process of this machine is started, and how it ends when whoever started it does."""

import multiprocessing
import multiprocessing.util
import os
import signal
import tempfile
import threading
from collections.abc import Sequence
from typing import Any

from speech_emotion.core.errors import UserError

# Not "fork": a process that has threads (TensorFlow's, Arrow's) must not be copied.
_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
MOST_LETTERS = 60
"""Of the folder for temporary files, where sockets are to have room below it: 104 letters on the meanest system."""
_SHORT = "/tmp"


def context(preload: Sequence[str]) -> Any:
    """Give what starts processes.

    Parameters
    ----------
    preload : sequence of str
        Modules that each of them needs: loaded once, not in each, where the system can.
    """
    chosen: Any = multiprocessing.get_context(_METHOD)
    if _METHOD == "forkserver":
        _keep_sockets_short()
        chosen.set_forkserver_preload(list(preload))
        _start_server()
    return chosen


def warm_up(preload: Sequence[str]) -> None:
    """Begin to load what processes need, in the background, where the system can.

    Called before this process loads libraries of its own, it hides most of the time that starting processes takes.

    Parameters
    ----------
    preload : sequence of str
        As for `context`.
    """
    if _METHOD == "forkserver":
        context(preload)


def _start_server() -> None:
    from multiprocessing import forkserver, resource_tracker

    # The server, and so each process that it forks, keeps the mask of signals of the thread that starts it: Ctrl-C does
    # not reach them, not even before `follow_parent`. The tracker comes first, since its start lets Ctrl-C in again.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def stop_server() -> None:
    """End what forks processes, if it runs: a process that it has yet to start is not started."""
    if _METHOD == "forkserver":
        from multiprocessing import forkserver

        # There is no public way, and `_stop` waits until it has loaded all that it was to load.
        pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        if pid is not None:
            os.kill(pid, signal.SIGKILL)


def _keep_sockets_short() -> None:
    # The server listens at a socket in a folder below TMPDIR, and the name of a socket is short. The folder is chosen
    # once for a process.
    if len(tempfile.gettempdir()) <= MOST_LETTERS:
        return
    before, tempfile.tempdir = tempfile.tempdir, _SHORT
    try:
        multiprocessing.util.get_temp_dir()
    except OSError as error:
        raise UserError(f"{before}: this folder for temporary files has too long a name for sockets, and {_SHORT} "
                        f"cannot be used instead ({error.strerror}); set TMPDIR to a shorter one") from error
    finally:
        tempfile.tempdir = before


def follow_parent() -> None:
    """Make this process, which another one started, leave Ctrl-C to that one, and end when that one ends."""
    # Ctrl-C reaches every process of the terminal; the first one decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    # If the first process is killed, nobody would tell this one.
    threading.Thread(target=follow, daemon=True).start()
