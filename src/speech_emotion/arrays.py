"""Names for kinds of arrays, and arrays in files."""

import tokenize
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Float32 = npt.NDArray[np.float32]


def mapped(path: Path) -> npt.NDArray[Any]:
    """Open an array that lies in a ``.npy`` file; nothing of it is read yet.

    Returns
    -------
    np.ndarray
        Memory-mapped, read-only.

    Raises
    ------
    FileNotFoundError, OSError
        If it is not there, or cannot be opened.
    ValueError
        If it is none: damaged, cut, or of Python objects.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.save(Path(folder, "a.npy"), np.arange(3))
    ...     mapped(Path(folder, "a.npy")).tolist()
    [0, 1, 2]
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy warns of headers that Python 2 wrote
            array: npt.NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
            return array
    except (ValueError, EOFError, TypeError, OverflowError, MemoryError, RecursionError, SyntaxError,
            tokenize.TokenError) as error:  # a header is parsed as Python, and may say anything
        raise ValueError(str(error) or type(error).__name__) from error
