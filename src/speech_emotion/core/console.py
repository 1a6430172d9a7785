"""How the command line speaks to people: progress, and errors without tracebacks."""

import _thread
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from speech_emotion.core.errors import UserError

TRACEBACK_VARIABLE = "SER_TRACEBACK"
"""Environment variable that, when set, adds the traceback to every error message."""
_INTERRUPTED = "interrupted; finished work is kept, run the same command to go on"


def end_on_interrupt() -> None:
    """Let Ctrl-C end the process at once, with one message, until `errors_for_people` takes over.

    For the seconds in which libraries are imported: some catch an exception there, and others print it.
    """
    # Not where somebody has decided otherwise: a shell does for what it runs in the background.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def _end(_signal: int, _frame: object) -> None:
    os.write(2, f"error: {_INTERRUPTED}\n".encode())
    os._exit(130)


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Turn what a user can put right into one message on standard error and a non-zero exit status.

    Covers `UserError`, failures of the operating system (missing file, no permission, full disk) and
    Ctrl-C. Any other exception is a defect of this program and keeps its traceback.

    Raises
    ------
    SystemExit
        With status 1, or 130 after Ctrl-C.

    Examples
    --------
    >>> from contextlib import redirect_stderr
    >>> try:
    ...     with redirect_stderr(sys.stdout), errors_for_people():
    ...         raise UserError("params.yaml: has no section ingest")
    ... except SystemExit as stop:
    ...     print(f"exit status {stop.code}")
    error: params.yaml: has no section ingest
    exit status 1
    """
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with _interrupts_heard():
            yield
    except UserError as error:
        _stop(str(error), 1)
    except KeyboardInterrupt:
        _stop(_INTERRUPTED, 130)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _stop(f"{where}{error.strerror or error}", 1)
    except Exception as error:
        # Interrupted while it builds a validator, Pydantic's core raises an error of its own; its text says so.
        if KeyboardInterrupt.__name__ not in str(error):
            raise
        _stop(_INTERRUPTED, 130)


@contextmanager
def _interrupts_heard() -> Iterator[None]:
    # Ctrl-C that comes while Python clears something away is printed there and forgotten: it is to come once more, a
    # little later, when that is done.
    before = sys.unraisablehook
    again: list[threading.Timer] = []

    def unraisable(about: "sys.UnraisableHookArgs") -> None:
        if about.exc_type is KeyboardInterrupt:
            again.append(threading.Timer(0.01, _thread.interrupt_main))
            again[-1].start()
        else:
            before(about)

    sys.unraisablehook = unraisable
    try:
        yield
    finally:
        sys.unraisablehook = before
        for timer in again:
            timer.cancel()


def _stop(message: str, status: int) -> None:
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exc()
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(status)
