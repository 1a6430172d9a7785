"""How many processes work at once on this machine, and what they are for."""

import os
from dataclasses import dataclass

from speech_emotion.core.errors import UserError

VARIABLE = "SER_WORKERS"
"""Environment variable that sets how many processes work at once on this machine."""


@dataclass(frozen=True)
class Purpose:
    """What processes are for, for messages, and what each of them needs.

    Attributes
    ----------
    setting : str
        The one that says where the work is done, such as "extract_mfcc.scheduler".
    work : str
        What a process did, such as "computed features".
    kept : str
        What an error leaves behind, such as "finished clips are kept".
    preload : tuple of str
        Modules that every process needs.
    """

    setting: str
    work: str
    kept: str
    preload: tuple[str, ...]


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
