"""Changes made to normalised training windows on the fly, so that no epoch shows the same data twice."""

from dataclasses import dataclass

import numpy as np

from speech_emotion.params.train_cnn import Augment


@dataclass(frozen=True)
class Augmentation:
    """Noise, and masks in time and over coefficients.

    The masks are those of SpecAugment (Park et al. 2019, doi 10.21437/Interspeech.2019-2680), on MFCCs instead of
    log-mel bands: a masked stretch is set to zero, the mean of the training data.

    Parameters
    ----------
    settings : Augment
        How many masks and how wide at most; standard deviation of the noise, in standard deviations of the data.
    frames_per_second : float
        To turn the masks' seconds into frames.
    """

    settings: Augment
    frames_per_second: float

    @property
    def shift(self) -> int:
        """How far, in frames, a clip that is shorter than the window may be off its middle."""
        return round(self.settings.shift_seconds * self.frames_per_second)

    def apply(self, window: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """Change a window in place and return it.

        Parameters
        ----------
        window : np.ndarray [shape=(frames, columns), dtype=float32]
            Normalised features.
        random : np.random.Generator
            Source of every random choice.

        Returns
        -------
        np.ndarray [shape=(frames, columns), dtype=float32]
        """
        if self.settings.noise:
            window += random.standard_normal(window.shape, dtype=np.float32) * np.float32(self.settings.noise)
        widest = round(self.settings.time_mask_seconds * self.frames_per_second)
        for start, stop in _masks(self.settings.time_masks, widest, window.shape[0], random):
            window[start:stop] = 0
        for start, stop in _masks(
            self.settings.coefficient_masks, self.settings.coefficient_mask_width, window.shape[1], random
        ):
            window[:, start:stop] = 0
        return window


def _masks(count: int, widest: int, length: int, random: np.random.Generator) -> list[tuple[int, int]]:
    spans = []
    for _ in range(count):
        width = int(random.integers(0, min(widest, length) + 1))
        start = int(random.integers(0, length - width + 1))
        spans.append((start, start + width))
    return spans
