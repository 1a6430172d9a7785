"""How sure a fold's model is made, as its validation part says: a temperature, and how it is stored."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speech_emotion.core import documents
from speech_emotion.models.blueprint import write_json
from speech_emotion.temperature import COLDEST, HOTTEST, fitted, softened

DOCUMENT = "calibration.json"
"""In a fold's folder; a model from before there was one has none."""


@dataclass(frozen=True)
class Calibration:
    """A fold's temperature, and whether what its model says is softened by it.

    Attributes
    ----------
    temperature : float in [0.05, 20]
        That with the lowest log loss on the fold's validation part; see `speech_emotion.temperature`.
    applied : bool
        Whether probabilities are those with it.

    Examples
    --------
    >>> truth, said = np.array([0, 0, 0, 1]), np.tile([0.9, 0.1], (4, 1))
    >>> calibration = Calibration.fit(truth, said, applied=True)
    >>> round(calibration.temperature, 4), calibration(said)[0].round(4).tolist()
    (2.0, [0.75, 0.25])
    >>> Calibration.fit(truth, said, applied=False)(said) is said
    True
    """

    temperature: float = 1.0
    applied: bool = False

    @classmethod
    def fit(cls, truth: np.ndarray, probabilities: np.ndarray, *, applied: bool) -> "Calibration":
        """Find the temperature.

        Parameters
        ----------
        truth : np.ndarray [shape=(clips,), dtype=int64]
            Numbers of the true classes, of clips that the model has not learnt from.
        probabilities : np.ndarray [shape=(clips, classes)]
            What the fold's whole model says of them.
        applied : bool
            Whether it is to be applied.
        """
        return cls(fitted(truth, probabilities), applied)

    def __call__(self, probabilities: np.ndarray) -> np.ndarray:
        """Give the fold's probabilities.

        Parameters
        ----------
        probabilities : np.ndarray [shape=(..., classes)]
            Of its whole model.

        Returns
        -------
        np.ndarray [shape=(..., classes)]
            With the temperature if that is applied; else as they are.
        """
        return softened(probabilities, self.temperature) if self.applied else probabilities

    def save(self, folder: Path) -> None:
        """Write it into a fold's folder."""
        write_json(folder / DOCUMENT, {"temperature": self.temperature, "applied": self.applied})

    @classmethod
    def load(cls, folder: Path) -> "Calibration":
        """Read what `save` wrote; where there is nothing, nothing is applied.

        Raises
        ------
        OSError, ValueError
            If it cannot be read, or is damaged.
        """
        try:
            document = documents.parse((folder / DOCUMENT).read_bytes())
        except FileNotFoundError:
            return cls()
        match document:
            case {"temperature": float() | int() as temperature, "applied": bool() as applied} if (
                    COLDEST <= temperature <= HOTTEST):
                return cls(float(temperature), applied)
        raise ValueError(f"{DOCUMENT}: needs a temperature from {COLDEST:g} to {HOTTEST:g}, and whether it is applied")
