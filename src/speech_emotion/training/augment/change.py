"""What a step does to frames that are not normalised yet."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np
from threadpoolctl import ThreadpoolController

from speech_emotion.arrays import Float32
from speech_emotion.training.augment.bands import Bands


@dataclass(frozen=True, eq=False)
class Change:
    """What is done to the frames of each window of a batch.

    Attributes
    ----------
    matrices : np.ndarray [shape=(windows, columns, columns), dtype=float32] or None
        Every frame is multiplied by its window's; None for not at all.
    offsets : np.ndarray [shape=(windows, columns), dtype=float32]
        What is then added.
    """

    matrices: Float32 | None
    offsets: Float32

    def __call__(self, window: int, frames: Float32) -> Float32:
        """Change frames, float32 [frames, columns], of one of the windows."""
        if self.matrices is not None:
            with one_thread():
                frames = frames @ self.matrices[window].T
        changed: Float32 = frames + self.offsets[window]
        return changed


class SpectralStep(Protocol):
    """Draws a change for each window of a batch."""

    def __call__(self, bands: Sequence[Bands], columns: int, windows: int, random: np.random.Generator) -> Change:
        """Draw the changes of `windows` windows of `columns` columns."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Multiply matrices in one thread, so that any number of cores rounds alike.

    For products so small it is quicker, too: threads wait for each other longer than they work.
    """
    with _blas().limit(limits=1, user_api="blas"):
        yield


@cache
def _blas() -> ThreadpoolController:
    return ThreadpoolController()
