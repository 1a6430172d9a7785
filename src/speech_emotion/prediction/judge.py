"""What judges clips: the seam between what a recording is cut into and what a model makes of each piece."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from speech_emotion.arrays import Float32


class Signal(NamedTuple):
    """How a clip reaches a model: brought to a sample rate.

    Attributes
    ----------
    sample_rate : int > 0
        In Hz.
    resampler : {"QQ", "LQ", "MQ", "HQ", "VHQ"}
        Of soxr.
    """

    sample_rate: int
    resampler: str = "HQ"


@dataclass(frozen=True)
class Judgement:
    """What a model says of one clip.

    Attributes
    ----------
    starts : np.ndarray [shape=(windows,), dtype=float64]
        Where in the clip each of the model's windows begins, in s.
    windows : np.ndarray [shape=(windows, classes), dtype=float64]
        Probabilities of each.
    clip : np.ndarray [shape=(classes,), dtype=float64]
        Of the whole clip.
    """

    starts: np.ndarray
    windows: np.ndarray
    clip: np.ndarray


class Judge(Protocol):
    """What judges clips: a `Predictor`, or an exported model (`speech_emotion.portable.Model`).

    It is shown one clip at a time, of at most `parts.LONGEST_CLIP`, and hears each by itself: its level, its limit
    `top_db` and its normalisation are the clip's own.
    """

    @property
    def labels(self) -> tuple[str, ...]:
        """The classes."""

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What it hears of a clip: mostly one; several if its branches want different sample rates."""

    @property
    def seconds(self) -> float:
        """Length of one of its windows."""

    @property
    def min_duration(self) -> float:
        """Shortest clip that it judges, in s."""

    @property
    def synthetic(self) -> bool:
        """Whether it has heard synthetic speech alone; it knows nothing of people then."""

    @property
    def transductive(self) -> bool:
        """Whether it hears a clip beside all others of its speaker; one clip alone is not judged then."""

    def judge(self, clip: Sequence[Float32]) -> Judgement:
        """Judge a clip.

        Parameters
        ----------
        clip : sequence of np.ndarray [shape=(n,), dtype=float32]
            Its mono samples in [-1, 1], at the rate of each of the `signals`.
        """
