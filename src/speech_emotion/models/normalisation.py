"""Zero mean and unit variance for every feature column, fitted on training clips only."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from sklearn.preprocessing import StandardScaler

from speech_emotion.arrays import Float32


@dataclass(frozen=True)
class Normalisation:
    """What is taken off and divided by.

    Attributes
    ----------
    mean, std : np.ndarray [shape=(columns,), dtype=float32]
        Of each column.
    """

    mean: Float32
    std: Float32

    @classmethod
    def fit(cls, clips: Iterable[Float32]) -> "Normalisation":
        """Measure all frames of some clips; equals ``numpy.mean`` and ``numpy.std`` of them concatenated.

        Parameters
        ----------
        clips : iterable of np.ndarray [shape=(frames, columns), dtype=float32]
            Features of the training part, read one at a time. At least one frame in all.

        Returns
        -------
        Normalisation
            A column that never changes gets a standard deviation of 1.

        Examples
        --------
        >>> fitted = Normalisation.fit([np.float32([[0], [2]]), np.float32([[4], [6]])])
        >>> fitted.mean, fitted(np.float32([[3]]))
        (array([3.], dtype=float32), array([[0.]], dtype=float32))
        """
        scaler = StandardScaler()
        for clip in clips:
            scaler.partial_fit(clip.astype(np.float64))
        return cls(scaler.mean_.astype(np.float32), scaler.scale_.astype(np.float32))

    def __call__(self, clip: Float32) -> Float32:
        """Normalise features.

        Parameters
        ----------
        clip : np.ndarray [shape=(frames, columns), dtype=float32]

        Returns
        -------
        np.ndarray [shape=(frames, columns), dtype=float32]
        """
        normalised: Float32 = (clip - self.mean) / self.std
        return normalised
