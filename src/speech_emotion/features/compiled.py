"""librosa with the functions that numba compiles, safe beside other processes."""

import importlib.util
import os
import tempfile
from functools import cache
from pathlib import Path
from types import ModuleType

from filelock import FileLock

_COMPILED_ON_IMPORT = ("librosa.core.pitch", "librosa.filters", "librosa.sequence", "librosa.effects")


def lock_file() -> Path:
    """Where the processes of one user meet: beside librosa, where numba keeps the code, if that can be written.

    Examples
    --------
    >>> lock_file().suffix
    '.lock'
    """
    spec = importlib.util.find_spec("librosa")
    beside = Path(str(spec.origin)).parent if spec else None
    folder = beside if beside and os.access(beside, os.W_OK) else Path(tempfile.gettempdir())
    return folder / f".speech-emotion-{os.getuid()}.lock"


@cache
def librosa() -> ModuleType:
    """Import librosa, one process at a time.

    Some of librosa's functions are compiled by numba when their module is imported for the first time after
    installation, and kept beside it. Two processes that do so at the same moment leave halves that do not fit, and
    every later process ends in a segmentation fault (numba's issue 10128). numba takes a second to import and few
    features need it, so this is called where it is used.

    Returns
    -------
    module
        The package `librosa`.

    Examples
    --------
    >>> round(float(librosa().note_to_hz("A4")))
    440
    """
    package = importlib.import_module("librosa")
    with FileLock(lock_file()):
        for module in _COMPILED_ON_IMPORT:
            importlib.import_module(module)
    return package
