"""How the command line speaks to people: progress, and errors without tracebacks."""

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from speech_emotion.core.errors import UserError

TRACEBACK_VARIABLE = "SER_TRACEBACK"
"""Environment variable that, when set, adds the traceback to every error message."""


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
    try:
        yield
    except UserError as error:
        _stop(str(error), 1)
    except KeyboardInterrupt:
        _stop("interrupted; finished work is kept, run the same command to go on", 130)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _stop(f"{where}{error.strerror or error}", 1)


def _stop(message: str, status: int) -> None:
    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exc()
    print(f"error: {message}", file=sys.stderr)
    raise SystemExit(status)
