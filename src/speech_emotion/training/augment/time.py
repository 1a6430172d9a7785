"""Changes of the course of time."""

from dataclasses import dataclass

import numpy as np

from speech_emotion.training.augment.batch import Batch


@dataclass(frozen=True)
class TimeWarp:
    """Windows stretched or squeezed in time about their middle, each by another factor.

    Unlike a view at another speed it leaves pitch and spectrum as they are: the same voice speaks more slowly or
    faster. What it pulls in from beyond the window is zero, the mean of the training data.

    Attributes
    ----------
    share : float
        The factor lies between 1 - share and 1 + share; every one is as likely.

    Examples
    --------
    >>> slope = np.arange(-2, 3, dtype=np.float32).reshape(1, 5, 1)
    >>> batch = Batch(slope, np.ones((1, 1), np.float32), np.ones(1, np.float32))
    >>> TimeWarp(share=0.5)(batch, np.random.default_rng(3)).windows.ravel().round(2)
    array([ 0.  , -1.71,  0.  ,  1.71,  0.  ], dtype=float32)
    """

    share: float

    def __call__(self, batch: Batch, random: np.random.Generator) -> Batch:
        """Warp each window for itself, with linear interpolation between frames."""
        count, length, _ = batch.windows.shape
        factors = random.uniform(1 - self.share, 1 + self.share, size=(count, 1))
        middle = (length - 1) / 2
        source = middle + (np.arange(length) - middle) / factors
        inside = np.logical_and(source >= 0, source <= length - 1)
        before = np.clip(np.floor(source).astype(np.intp), 0, length - 2)
        share = (source - before).astype(np.float32)[..., np.newaxis]
        rows = np.arange(count)[:, np.newaxis]
        windows = batch.windows[rows, before] * (1 - share) + batch.windows[rows, before + 1] * share
        windows[~inside] = 0
        return batch._replace(windows=windows)
