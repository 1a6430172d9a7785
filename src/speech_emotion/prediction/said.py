"""What is said of a recording, or why nothing is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.ingest.rules import FLAGS


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
    """What a predictor says of a recording, window by window.

    Attributes
    ----------
    starts : np.ndarray [shape=(windows,), dtype=float64]
        Where in the recording each window begins, in s.
    seconds : float
        Length of a window.
    probabilities : np.ndarray [shape=(windows, classes), dtype=float64]
        Of the recording at its own speed; each row sums to 1.
    clip : np.ndarray [shape=(classes,), dtype=float64]
        Of all of it: the mean over the windows of each of the models' views, and over views (see `parts` for recordings
        that are no clip).
    flags : tuple of str
        What is to be noted of it, keys of `speech_emotion.ingest.FLAGS`, such as "clipped".

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


@dataclass(frozen=True)
class Predicted:
    """What is said of a file.

    Attributes
    ----------
    file : str
        Its path, as it was given or found.
    sha256 : str
        Of its bytes.
    probabilities : np.ndarray [shape=(classes,), dtype=float64], or None
        None if it was not judged.
    not_judged : str or None
        The rule by which it was not, such as "silent".
    note : str or None
        What there is to say of it, for people.
    """

    file: str
    sha256: str
    probabilities: np.ndarray | None
    not_judged: str | None = None
    note: str | None = None

    def label(self, labels: Sequence[str]) -> str | None:
        """Name the most probable of the classes, of equal ones the first; None if it was not judged."""
        return None if self.probabilities is None else labels[int(self.probabilities.argmax())]

    @classmethod
    def of(cls, file: str, sha256: str, judged: Callable[[], WindowProbabilities]) -> "Predicted":
        """Judge a file, and say it for people, too.

        Parameters
        ----------
        file, sha256 : str
            As above.
        judged : callable
            Judges it, or raises `NotJudged`.

        Examples
        --------
        >>> def silent():
        ...     raise NotJudged("silent", "digital silence")
        >>> Predicted.of("a.wav", "d2a8", silent).note
        'not judged: silent (digital silence)'
        """
        try:
            said = judged()
        except NotJudged as why:
            return cls(file, sha256, None, why.rule, f"not judged: {why.rule} ({why.reason})")
        return cls(file, sha256, said.clip, None, "; ".join(f"{flag} ({FLAGS[flag]})" for flag in said.flags) or None)
