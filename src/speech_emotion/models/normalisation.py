"""Zero mean and unit variance for every column. Which clips measure it: `speech_emotion.models.scales`."""

from collections.abc import Iterable, Mapping, Sequence
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
            Features, read one at a time. At least one frame in all.

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

    def document(self, columns: Sequence[str]) -> dict[str, dict[str, float]]:
        """Give it as plain data ready for JSON, which `of_document` takes back.

        Examples
        --------
        >>> Normalisation(np.float32([3]), np.float32([2])).document(["zcr"])
        {'zcr': {'mean': 3.0, 'std': 2.0}}
        """
        rows = zip(columns, self.mean, self.std, strict=True)
        return {name: {"mean": float(mean), "std": float(std)} for name, mean, std in rows}

    @classmethod
    def of_document(cls, document: Mapping[str, Mapping[str, float]], columns: Sequence[str]) -> "Normalisation":
        """Take back what `document` gave, for these columns.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none, or one of other columns.
        """
        if list(document) != list(columns):
            raise ValueError("its normalisation is of other columns")
        numbers = [[document[name][which] for name in columns] for which in ("mean", "std")]
        if not all(isinstance(number, float | int) for row in numbers for number in row):
            raise ValueError("its normalisation has values that are no numbers")
        with np.errstate(over="ignore"):
            mean, std = np.array(numbers, np.float32)
        if not (np.isfinite(mean).all() and np.isfinite(std).all() and (std > 0).all()):
            raise ValueError("its normalisation has values that are not finite, or scales that are not above 0")
        return cls(mean, std)
