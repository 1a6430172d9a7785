"""What a predictor hears of a clip, and what it says of it or why it says nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError


@dataclass(frozen=True)
class Heard:
    """A clip as the models hear it.

    Attributes
    ----------
    views : dict from str to iterable of np.ndarray [shape=(frames, columns), dtype=float32]
        For each branch of the model the features in each of its views, the plain one first. For a branch that
        normalises by speaker a list; for others they are computed as they are asked for, once, since those of hours
        are large.
    flags : tuple of str
        What is to be noted of it; see `WindowProbabilities`.
    where : str
        The file, for messages; "" for none.
    """

    views: dict[str, Iterable[Float32]]
    flags: tuple[str, ...]
    where: str


class NotJudged(UserError):
    """Audio of which a model says nothing, because it holds nothing that the model could know.

    Parameters
    ----------
    rule, reason : str
        A key of `speech_emotion.ingest.RULES`, or "no-answer" where the model's outputs are no numbers; and what is the
        matter, for people.
    where : str
        The file, for the message; "" for none.

    Attributes
    ----------
    rule, reason : str
        As above.
    """

    def __init__(self, rule: str, reason: str, where: str = "") -> None:
        super().__init__(f"{where and f'{where}: '}not judged: {rule} ({reason})")
        self.rule = rule
        self.reason = reason


@dataclass(frozen=True)
class WindowProbabilities:
    """What a predictor says of a clip, window by window.

    Attributes
    ----------
    starts : np.ndarray [shape=(windows,), dtype=float64]
        Where in the clip each window begins, in s.
    seconds : float
        Length of a window.
    probabilities : np.ndarray [shape=(windows, classes), dtype=float64]
        Of the clip at its own speed; each row sums to 1.
    clip : np.ndarray [shape=(classes,), dtype=float64]
        Of the whole clip: the mean over the windows of each of the models' views, and over views.
    flags : tuple of str
        What is to be noted of the clip, keys of `speech_emotion.ingest.FLAGS`, such as "clipped".

    Examples
    --------
    >>> said = np.array([[0.5, 0.5], [0.0, 1.0]])
    >>> WindowProbabilities(np.array([0.0, 2.0]), 4.0, said, said.mean(axis=0)).clip
    array([0.25, 0.75])
    """

    starts: np.ndarray
    seconds: float
    probabilities: np.ndarray
    clip: np.ndarray
    flags: tuple[str, ...] = ()
