"""Masks: the network learns to do without a part of what it sees."""

from dataclasses import dataclass

import numpy as np

from speech_emotion.training.augment.batch import Batch


@dataclass(frozen=True)
class TimeMasks:
    """Stretches of time set to zero, the mean of the training data.

    Those of SpecAugment (Park et al. 2019, doi 10.21437/Interspeech.2019-2680).

    Attributes
    ----------
    count : int
        Masks per window.
    widest : int
        Largest width of a mask in frames; every width from 0 on is as likely.

    Examples
    --------
    >>> batch = Batch(np.ones((1, 10, 2), np.float32), np.ones((1, 1), np.float32), np.ones(1, np.float32))
    >>> TimeMasks(count=1, widest=4)(batch, np.random.default_rng(3)).windows[0, :, 0]
    array([0., 0., 0., 0., 1., 1., 1., 1., 1., 1.], dtype=float32)
    """

    count: int
    widest: int

    def __call__(self, batch: Batch, random: np.random.Generator) -> Batch:
        """Mask each window for itself."""
        masked = _spans(batch.windows.shape[:2], self.count, self.widest, random)
        np.copyto(batch.windows, 0, where=masked[:, :, np.newaxis])
        return batch


@dataclass(frozen=True)
class ColumnMasks:
    """Bands of columns set to zero, the mean of the training data.

    SpecAugment's frequency masks, which lie on MFCCs as well as on log-mel bands.

    Attributes
    ----------
    count : int
        Masks per window.
    widest : int
        Largest width of a mask in columns; every width from 0 on is as likely.

    Examples
    --------
    >>> batch = Batch(np.ones((1, 2, 10), np.float32), np.ones((1, 1), np.float32), np.ones(1, np.float32))
    >>> ColumnMasks(count=1, widest=4)(batch, np.random.default_rng(3)).windows[0, 0]
    array([0., 0., 0., 0., 1., 1., 1., 1., 1., 1.], dtype=float32)
    """

    count: int
    widest: int

    def __call__(self, batch: Batch, random: np.random.Generator) -> Batch:
        """Mask each window for itself."""
        masked = _spans(batch.windows.shape[::2], self.count, self.widest, random)
        np.copyto(batch.windows, 0, where=masked[:, np.newaxis, :])
        return batch


def _spans(shape: tuple[int, ...], count: int, widest: int, random: np.random.Generator) -> np.ndarray:
    """Choose `count` stretches in each row of a boolean array [rows, length], at any place, true inside."""
    rows, length = shape
    widths = random.integers(0, min(widest, length) + 1, size=(rows, count, 1))
    starts = random.integers(0, length - widths + 1)
    places = np.arange(length)
    inside = np.logical_and(places >= starts, places < starts + widths)
    return np.asarray(inside.any(axis=1))
