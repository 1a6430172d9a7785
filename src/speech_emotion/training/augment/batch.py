"""What the network is trained on at a time, and how it goes through a chain of changes.

Augmentation is a chain of steps. Each takes a batch and a source of random numbers of its own and gives a batch, so
that it may change windows, targets and weights alike (as mixing two clips does), and switching one step on or off
leaves what the others do as it is.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from speech_emotion.arrays import Float32


class Batch(NamedTuple):
    """What the network is trained on at a time.

    Attributes
    ----------
    windows : np.ndarray [shape=(batch, window_frames, columns), dtype=float32]
        Normalised features.
    targets : np.ndarray [shape=(batch, classes), dtype=float32]
        Share of each class, summing to 1.
    weights : np.ndarray [shape=(batch,), dtype=float32]
        Of each window in the loss.
    in_play : np.ndarray [shape=(batch, classes), dtype=bool] or None
        The labels that each window competes with; None for all.
    """

    windows: Float32
    targets: Float32
    weights: Float32
    in_play: np.ndarray | None = None


Step = Callable[[Batch, np.random.Generator], Batch]
"""Changes a batch, whose arrays it may overwrite."""


def augment(batch: Batch, steps: Sequence[Step], seed: Sequence[int]) -> Batch:
    """Send a batch through a chain.

    Parameters
    ----------
    batch : Batch
        May be overwritten.
    steps : sequence of Step
        See `chain`.
    seed : sequence of int
        Of this batch; each step's random numbers follow from it and the step's name.

    Returns
    -------
    Batch
        Of the same shapes.

    Examples
    --------
    A step is any function from a batch and random numbers to a batch, or an object that is called like one:

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Louder:
    ...     by: float
    ...     def __call__(self, batch, random):
    ...         return batch._replace(windows=batch.windows * self.by)
    >>> batch = Batch(np.ones((2, 4, 3), np.float32), np.eye(2, dtype=np.float32), np.ones(2, np.float32))
    >>> augment(batch, [Louder(2.0)], seed=[1, 0, 0]).windows.max()
    np.float32(2.0)
    """
    for step in steps:
        batch = step(batch, randomness(step, seed))
    return batch


def randomness(step: object, seed: Sequence[int]) -> np.random.Generator:
    """Give the random numbers of one step for one batch: by its name, so that no other step moves them.

    Examples
    --------
    >>> randomness("a step of type str", [1, 0]).integers(100) == randomness("another", [1, 0]).integers(100)
    np.True_
    """
    return np.random.default_rng([*seed, zlib.crc32(type(step).__name__.encode())])
