"""Zero mean and unit variance for every feature column, fitted on training clips only."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Normalisation:
    """Mean and standard deviation of each column: float32 [columns] each."""

    mean: np.ndarray
    std: np.ndarray

    @classmethod
    def fit(cls, clips: Iterable[np.ndarray]) -> "Normalisation":
        """Measure all frames of some clips; equals ``numpy.mean`` and ``numpy.std`` of them concatenated.

        Parameters
        ----------
        clips : iterable of np.ndarray [shape=(frames, columns), dtype=float32]
            Features of the training part, read one at a time. At least one frame in all.

        Returns
        -------
        Normalisation
            A column that never changes gets a standard deviation of 1.
        """
        count, mean, squares = 0, np.float64(0), np.float64(0)
        for clip in clips:
            # Merging of partial moments: Chan, Golub & LeVeque (1983), doi 10.1080/00031305.1983.10483115.
            n, clip_mean = len(clip), clip.mean(axis=0, dtype=np.float64)
            delta = clip_mean - mean
            squares = squares + ((clip - clip_mean) ** 2).sum(axis=0) + delta**2 * (count * n / (count + n))
            mean = mean + delta * (n / (count + n))
            count += n
        std = np.sqrt(squares / count)
        # Rounding leaves a constant column with a tiny spread.
        std = np.where(std > 1e-6 * np.maximum(np.abs(mean), 1), std, 1)
        return cls(np.asarray(mean, np.float32), np.asarray(std, np.float32))

    def __call__(self, clip: np.ndarray) -> np.ndarray:
        """Normalise features, float32 [frames, columns]."""
        normalised: np.ndarray = (clip - self.mean) / self.std
        return normalised
