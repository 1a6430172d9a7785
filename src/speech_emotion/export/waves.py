"""Matrices of cosines and sines, and power spectra by products with them, as parts of a graph.

There is no operator for Fourier transforms here, since not every runtime has a quick one. What a matrix holds is one
period of a wave, over and over: the file holds that period, and a runtime unfolds it when it loads the file.
"""

import numpy as np

from speech_emotion.export.graph import Graph
from speech_emotion.export.tensor import Tensor, concatenated

_SMALL = 160
"""Length from which on a transform is no longer halved."""


def wave(graph: Graph, kind: np.ufunc, rows: np.ndarray, columns: np.ndarray, period: int) -> Tensor:
    """Make a matrix of cosines or sines of ``2 * pi * rows * columns / period``.

    Parameters
    ----------
    graph : Graph
        Where.
    kind : np.ufunc
        ``np.cos`` or ``np.sin``.
    rows, columns : np.ndarray [dtype=int]
        Numbers of any sign.
    period : int > 0
        See above.

    Returns
    -------
    Tensor [shape=(rows, columns), dtype=float32]
    """
    once = graph.constant(kind(2 * np.pi * np.arange(period) / period))
    place = graph.constant(rows.reshape(-1, 1) % period) * (columns.reshape(1, -1) % period)
    return once.gather(place - place // period * period)


def power_spectrum(framed: Tensor, length: int) -> tuple[Tensor, np.ndarray]:
    """Power spectrum of frames, by halves: even bins are those of a frame folded once, which may be folded again.

    Parameters
    ----------
    framed : Tensor [shape=(m, length), dtype=float32]
        Frames.
    length : int > 0
        Of a frame; even, and a multiple of 4 above `_SMALL`.

    Returns
    -------
    power : Tensor [shape=(m, length // 2 + 1), dtype=float32]
    bins : np.ndarray [shape=(length // 2 + 1,), dtype=int]
        Which bin each column is.
    """
    half = length // 2
    if length <= _SMALL or length % 4:
        bins = np.arange(half + 1)
        return _bins(framed, length, bins, odd=False), bins
    first, second = framed.slice(1, 0, half), framed.slice(1, half)
    even, numbers = power_spectrum(first + second, half)
    odd = np.arange(1, half, 2)
    return concatenated([even, _bins(first - second, length, odd, odd=True)], 1), np.concatenate([2 * numbers, odd])


def _bins(framed: Tensor, length: int, bins: np.ndarray, *, odd: bool) -> Tensor:
    """Power of some bins of a transform of `length`, of frames of as many samples, or for odd bins of half as many.

    Time is counted from half a sample before the first one, so that samples at the same distance from both ends have
    the same cosines and sines but for their signs; power does not depend on where it is counted from.
    """
    graph, size = framed.graph, length // 2 if odd else length
    pairs = size // 2
    near, far = framed.slice(1, 0, pairs), framed.backwards(1, size - 1, pairs)
    total, difference = near + far, near - far
    times = 2 * np.arange(pairs) + 1  # in half samples
    cosines, sines = (wave(graph, kind, times, bins, 2 * length) for kind in (np.cos, np.sin))
    real = (difference if odd else total) @ cosines
    imaginary = (total if odd else difference) @ sines
    return real * real + imaginary * imaginary


def autocorrelation(framed: Tensor, length: int, longest: int) -> Tensor:
    """Autocorrelation of frames.

    Parameters
    ----------
    framed : Tensor [shape=(m, length), dtype=float32]
        Frames.
    length : int > 0
        Of a frame.
    longest : int > 0
        Largest distance.

    Returns
    -------
    Tensor [shape=(m, longest + 1), dtype=float32]
        Sums of products of samples that are 0 to `longest` apart.
    """
    size = _SMALL // 2
    while size < length + longest:
        size *= 2
    # Of the lengths that can be halved often, a short one.
    size = min(each for each in (size, size // 8 * 5, size // 8 * 6, size // 8 * 7) if each >= length + longest)
    power, bins = power_spectrum(framed.pad((0, 0), (0, size - length)), size)
    counted = np.where((bins == 0) | (bins == size // 2), 1.0, 2.0) / size
    return (power * counted) @ wave(framed.graph, np.cos, bins, np.arange(longest + 1), size)
