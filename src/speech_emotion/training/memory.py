"""Memory of a process that trains: what it gives up, it soon wants again."""

import ctypes
import sys

_M_TOP_PAD = -2
"""Number of this setting of `mallopt` in glibc's malloc.h."""
_SPARE = 64 * 2**20


def hold_on_to_freed() -> None:
    """Let glibc keep up to 64 MiB that are freed, for every thread that allocates (`mallopt`, ``M_TOP_PAD``).

    By default it returns the memory of each batch to the system, which clears it and maps it again for the next one: a
    tenth of a training's time (docs/training.md). Where there is no glibc nothing is changed.

    Examples
    --------
    >>> hold_on_to_freed()
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_M_TOP_PAD, _SPARE)
