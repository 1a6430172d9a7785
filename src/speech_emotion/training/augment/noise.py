"""Noise on the features."""

from dataclasses import dataclass

import numpy as np

from speech_emotion.training.augment.batch import Batch


@dataclass(frozen=True)
class Noise:
    """White Gaussian noise on every value.

    Attributes
    ----------
    std : float
        Its standard deviation, in those of the data.

    Examples
    --------
    >>> silence = Batch(np.zeros((2, 400, 40), np.float32), np.eye(2, dtype=np.float32), np.ones(2, np.float32))
    >>> noisy = Noise(std=0.2)(silence, np.random.default_rng(1)).windows
    >>> round(float(noisy.std()), 2), noisy.dtype
    (0.2, dtype('float32'))
    """

    std: float

    def __call__(self, batch: Batch, random: np.random.Generator) -> Batch:
        """Add noise."""
        noise = random.standard_normal(batch.windows.shape, dtype=np.float32)
        return batch._replace(windows=batch.windows + noise * np.float32(self.std))
