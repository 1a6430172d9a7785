"""Fourier transforms by products with matrices of cosines and sines, as parts of a graph.

There is no operator for Fourier transforms here, since not every runtime has a quick one. A transform of
`outer * inner` points is one of `outer` points for each place within `inner` of them, and then one of `inner` points
for each frequency of the first (the factors of Cooley and Tukey), which takes a fifth of the products of one large
matrix. What a matrix holds is one period of a wave, over and over: the file holds that period, and a runtime unfolds
it when it loads the file.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from speech_emotion.export.graph import Graph
from speech_emotion.export.tensor import Tensor, concatenated


def _minus_sine(angle: np.ndarray) -> np.ndarray:
    turned: np.ndarray = -np.sin(angle)
    return turned


def wave(
    graph: Graph, kind: Callable[[np.ndarray], np.ndarray], rows: np.ndarray, columns: np.ndarray, period: int
) -> Tensor:
    """Make a matrix of cosines or sines of ``2 * pi * rows * columns / period``.

    Parameters
    ----------
    graph : Graph
        Where.
    kind : callable
        From angles to numbers.
    rows, columns : np.ndarray [dtype=int]
        Numbers that are not negative.
    period : int > 0
        See above.

    Returns
    -------
    Tensor [shape=(rows, columns), dtype=float32]
    """
    once = graph.constant(kind(2 * np.pi * np.arange(period) / period))
    place = graph.constant(rows.reshape(-1, 1) % period) * (columns.reshape(1, -1) % period)
    return once.gather(place - place // period * period)


@dataclass(frozen=True)
class Transform:
    """Power spectra of frames, and back.

    Attributes
    ----------
    length : int > 0
        Samples of a frame.
    outer, inner : int > 0
        The transform has ``outer * inner >= length`` points.
    """

    length: int
    outer: int
    inner: int

    @classmethod
    def of(cls, length: int, points: int) -> "Transform":
        """Factor a transform of so many points such that it takes the fewest products.

        Examples
        --------
        >>> Transform.of(400, 512)
        Transform(length=400, outer=32, inner=16)
        """
        factors = [cls(length, points // inner, inner) for inner in range(1, points + 1) if points % inner == 0]
        # Frames of a length that `inner` does not divide are copied, which takes as long as so many products.
        return min(factors, key=lambda each: each.residues * (length + 2 * each.inner**2)
                   + (8 * length if length % each.inner else 0))

    @property
    def points(self) -> int:
        """Length of the transform."""
        return self.outer * self.inner

    @property
    def residues(self) -> int:
        """Frequencies of the first transforms: the others are those of the same, mirrored."""
        return self.outer // 2 + 1

    @property
    def bins(self) -> np.ndarray:
        """Which bins `power` gives, of `points`; int [residues, inner]. Those beyond the middle are mirrored ones."""
        return np.arange(self.residues)[:, np.newaxis] + self.outer * np.arange(self.inner)

    def power(self, frames: Tensor) -> Tensor:
        """Compute power spectra.

        Parameters
        ----------
        frames : Tensor [shape=(length, m), dtype=float32]
            A frame in each column.

        Returns
        -------
        Tensor [shape=(residues, inner, m), dtype=float32]
            Of `bins`.
        """
        graph, rows = frames.graph, -(-self.length // self.inner)
        if spare := rows * self.inner - self.length:
            frames = frames.pad((0, spare), (0, 0))
        waves = [wave(graph, kind, np.arange(self.residues), np.arange(rows), self.outer).reshape(-1, 1, rows)
                 for kind in (np.cos, np.sin)]
        first = concatenated(waves, 1).reshape(-1, rows) @ frames.reshape(rows, -1)
        first = first.reshape(self.residues, 2 * self.inner, -1)
        real, imaginary = (concatenated([self._of_bins(graph, kind) for kind in kinds], 2) @ first
                           for kinds in ((np.cos, _minus_sine), (np.sin, np.cos)))
        return real * real + imaginary * imaginary

    def correlation(self, power: Tensor, longest: int, times: float = 1.0) -> Tensor:
        """Go back from power spectra to autocorrelations.

        Parameters
        ----------
        power : Tensor [shape=(residues, inner, m), dtype=float32]
            From `power`.
        longest : int
            Largest distance.
        times : float
            What to multiply them by.

        Returns
        -------
        Tensor [shape=(longest + 1, m), dtype=float32]
            Sums of products of samples that are 0 to `longest` apart.
        """
        graph = power.graph
        waves = [self._of_bins(graph, kind).transpose(0, 2, 1) for kind in (np.cos, np.sin)]
        within = (concatenated(waves, 1) @ power).reshape(2 * self.residues, -1)
        residues, coarse = np.arange(self.residues), np.arange(longest // self.inner + 1)
        weights = np.where((residues == 0) | (2 * residues == self.outer), 1.0, 2.0) * times / self.points
        angles = 2 * np.pi * coarse[:, np.newaxis] * residues / self.outer
        across = np.stack([np.cos(angles) * weights, -np.sin(angles) * weights], axis=2).reshape(len(coarse), -1)
        return (graph.constant(across) @ within).reshape(len(coarse) * self.inner, -1).slice(0, 0, longest + 1)

    def _of_bins(self, graph: Graph, kind: Callable[[np.ndarray], np.ndarray]) -> Tensor:
        """Make waves of each bin, of `inner` points; [residues, inner, inner]."""
        waves = wave(graph, kind, self.bins.ravel(), np.arange(self.inner), self.points)
        return waves.reshape(self.residues, self.inner, self.inner)
