"""What a processor makes of NumPy's functions, as a hash.

NumPy chooses among instructions by the kind of processor, and with others some of its functions round otherwise: the
logarithm of float32 without AVX2 and FMA; phases, powers and most others without AVX-512. Two processors give the same
features if they agree in the functions that matter, which is found out by trying.
"""

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np

from speech_emotion.core import processor

_POINTS = np.arange(1, 4097)
_ANGLES = ((_POINTS * 2654435761) % 8191 - 4095) / 512  # scattered; exact in float32
_MAGNITUDES = ((_POINTS * 2654435761) % 8191 + 1) / 512


def _both(function: Callable[[Any], Any], points: np.ndarray) -> Callable[[], list[np.ndarray]]:
    return lambda: [function(points.astype(kind)) for kind in (np.float32, np.float64)]


def _complex(function: Callable[[Any], Any]) -> Callable[[], list[np.ndarray]]:
    points = _ANGLES + 1j * _ANGLES[::-1]
    return lambda: [function(points.astype(kind)) for kind in (np.complex64, np.complex128)]


_FUNCTIONS: dict[str, Callable[[], list[np.ndarray]]] = {
    "log of float32": lambda: [np.log(_MAGNITUDES.astype(np.float32))],
    **{f.__name__: _both(f, _MAGNITUDES)
       for f in (np.log, np.log2, np.log10, np.log1p, np.sqrt, np.cbrt, np.exp, np.exp2, np.expm1)},
    **{f.__name__: _both(f, _ANGLES) for f in (np.sin, np.cos, np.tan, np.arctan, np.arcsinh, np.tanh)},
    "arctan2": _both(lambda points: np.arctan2(points, points[::-1]), _ANGLES),
    "power": _both(lambda points: points ** points.dtype.type(1.7), _MAGNITUDES),
    "magnitude": _complex(np.abs),
    "phase": _complex(np.angle),
    "complex product": _complex(lambda points: points * points[::-1]),
    "complex exp": _complex(np.exp),
}

EVERY = frozenset(_FUNCTIONS)
"""Every function that is known to differ, and some more: what is on the safe side."""

PROCESSOR = frozenset({"kind of processor"})
"""What libraries that choose among kernels of their own are made with, such as those for networks."""

_FUNCTIONS["kind of processor"] = lambda: [np.frombuffer("\n".join(processor.kind()).encode(), np.uint8)]

LOG = frozenset({"log of float32"})
"""What the log-mel spectrum is made with."""

LOG10 = frozenset({"log10"})
"""What spectral contrast is made with."""

NONE: frozenset[str] = frozenset()
"""Sums, products, square roots, and SciPy's FFT are the same on all processors of an architecture."""


def of_processor(functions: Iterable[str]) -> str:
    """Hash of what this processor makes of some functions; 16 hexadecimal digits.

    Parameters
    ----------
    functions : iterable of str
        Of `EVERY` and `PROCESSOR`.

    Examples
    --------
    >>> of_processor(LOG) == of_processor(LOG), of_processor(LOG) == of_processor(NONE)
    (True, False)
    """
    return _of_processor(tuple(sorted(functions)))


@lru_cache(maxsize=16)
def _of_processor(functions: tuple[str, ...]) -> str:
    state = hashlib.sha256()
    for name in functions:
        for values in _FUNCTIONS[name]():
            state.update(np.ascontiguousarray(values).data.cast("B"))
    return state.hexdigest()[:16]
