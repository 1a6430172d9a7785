"""How the branches of a model become one: the mean of their probabilities, plain or as the validation part says.

Fitted, a branch's probabilities are first softened by a temperature (`speech_emotion.temperature`), since linear models
of many columns are far too sure of themselves. The weights of the mean are then those under which the validation part
is most likely: the mixture's, by expectation and maximisation. What is most likely is not always what is most often
right: see docs/encoders.md for what both are worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import TypeAdapter

from speech_emotion.core import documents
from speech_emotion.models.blueprint import write_json
from speech_emotion.temperature import fitted, softened

DOCUMENT = "fusion.json"
"""In a fold's folder."""

_COLDEST, _HOTTEST = 1.0, 100.0
"""A branch is never made surer than it is: few validation clips, all of them right, would make it certain."""
_ROUNDS = 500
_CLIPS_FOR_EQUALITY = 20
"""Weights are what they would be if so many clips more, for each branch, had spoken for that branch alone: a validation
part of one speaker says little of who is right with others."""
_DIGITS = 4


@dataclass(frozen=True)
class Share:
    """What becomes of a branch's probabilities.

    Attributes
    ----------
    temperature : float > 0
        Above 1 it makes them less sure.
    weight : float in [0, 1]
        In the mean; the weights of all branches sum to 1, but for rounding.
    """

    temperature: float
    weight: float


@dataclass(frozen=True)
class Fusion:
    """Makes one probability of those of several branches.

    Attributes
    ----------
    shares : dict from str to Share
        By the branch's name.

    Examples
    --------
    >>> sure, unsure = np.array([[0.99, 0.01], [0.99, 0.01]]), np.array([[0.6, 0.4], [0.3, 0.7]])
    >>> Fusion.fit({"main": unsure, "sure": sure}, np.array([0, 1]), "mean").shares["sure"]
    Share(temperature=1.0, weight=0.5)
    >>> fusion = Fusion.fit({"main": unsure, "sure": sure}, np.array([0, 1]), "validation")
    >>> fusion.shares["sure"].temperature > 10
    True
    >>> fusion({"main": unsure, "sure": sure}).argmax(axis=1).tolist()
    [0, 1]
    """

    shares: dict[str, Share]

    @classmethod
    def fit(
        cls, probabilities: Mapping[str, np.ndarray], classes: np.ndarray, how: Literal["mean", "validation"]
    ) -> "Fusion":
        """Choose temperatures and weights.

        Parameters
        ----------
        probabilities : mapping from str to np.ndarray [shape=(clips, classes)]
            What each branch says of clips that it has not learnt from.
        classes : np.ndarray [shape=(clips,), dtype=int]
            Their classes, from 0.
        how : {"mean", "validation"}
            Whether all count alike as they are, or temperatures and weights are fitted.

        Returns
        -------
        Fusion
        """
        if how == "mean":
            return cls({name: Share(1.0, 1 / len(probabilities)) for name in probabilities})
        temperatures = {name: round(fitted(classes, said, coldest=_COLDEST, hottest=_HOTTEST), _DIGITS)
                        for name, said in probabilities.items()}
        rows = np.arange(len(classes))
        true = np.stack([softened(said, temperatures[name])[rows, classes] for name, said in probabilities.items()])
        shares = np.full(len(true), 1 / len(true))
        for _ in range(_ROUNDS):
            of_each = shares[:, np.newaxis] * true
            shares = (of_each / of_each.sum(axis=0)).sum(axis=1) + _CLIPS_FOR_EQUALITY
            shares /= shares.sum()
        return cls({name: Share(temperatures[name], round(float(share), _DIGITS))
                    for name, share in zip(probabilities, shares, strict=True)})

    def __call__(self, probabilities: Mapping[str, np.ndarray]) -> np.ndarray:
        """Fuse.

        Parameters
        ----------
        probabilities : mapping from str to np.ndarray [shape=(..., classes)]
            Of each branch.

        Returns
        -------
        np.ndarray [shape=(..., classes), dtype=float64]
            Each row sums to 1.
        """
        total = sum(share.weight for share in self.shares.values())
        fused: np.ndarray = np.sum([share.weight / total * softened(probabilities[name], share.temperature)
                                    for name, share in self.shares.items()], axis=0)
        return fused

    def __str__(self) -> str:
        """Say it in a line."""
        return ", ".join(f"{name} {share.weight:.2f} (temperature {share.temperature:.2g})"
                         for name, share in self.shares.items())

    def save(self, folder: Path) -> None:
        """Write it into a fold's folder."""
        write_json(folder / DOCUMENT, {name: {"temperature": share.temperature, "weight": share.weight}
                                       for name, share in self.shares.items()})

    @classmethod
    def load(cls, folder: Path) -> "Fusion":
        """Read what `save` wrote.

        Raises
        ------
        OSError, ValueError
            If it is not there, or is damaged.
        """
        shares = TypeAdapter(dict[str, Share]).validate_python(documents.parse((folder / DOCUMENT).read_bytes()))
        if not all(_COLDEST <= share.temperature <= _HOTTEST and 0 <= share.weight <= 1 for share in shares.values()):
            raise ValueError(f"{DOCUMENT}: a temperature or a weight is out of range")
        if not sum(share.weight for share in shares.values()) > 0:
            raise ValueError(f"{DOCUMENT}: no branch has a weight")
        return cls(shares)
