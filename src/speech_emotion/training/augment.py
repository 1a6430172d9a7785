"""Changes made to training batches on the fly, so that no epoch shows the same data twice.

Augmentation is a chain of steps. Each takes a batch and a source of random numbers of its own and gives a batch, so
that it may change windows, targets and weights alike (as mixing two clips does), and switching one step on or off
leaves what the others do as it is.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.params.train_cnn import Augment


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


def chain(settings: Augment, frame_rate: float) -> tuple[Step, ...]:
    """Make the steps that are switched on, in the order in which they act.

    Parameters
    ----------
    settings : Augment
        How far time is warped, how many masks there are and how wide at most, and the noise's standard deviation.
    frame_rate : float
        Frames per second, to turn the masks' seconds into frames.

    Examples
    --------
    >>> chain(Augment(shift_seconds=0.1, time_warp=0.1, time_masks=1, time_mask_seconds=0.4, coefficient_masks=0,
    ...               coefficient_mask_width=6, noise=0.2), frame_rate=100.0)
    (TimeWarp(share=0.1), Noise(std=0.2), TimeMasks(count=1, widest=40))
    """
    steps: list[Step] = []
    if settings.time_warp:
        steps.append(TimeWarp(settings.time_warp))
    if settings.noise:
        steps.append(Noise(settings.noise))
    if settings.time_masks:
        steps.append(TimeMasks(settings.time_masks, round(settings.time_mask_seconds * frame_rate)))
    if settings.coefficient_masks:
        steps.append(ColumnMasks(settings.coefficient_masks, settings.coefficient_mask_width))
    return tuple(steps)


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
        name = zlib.crc32(type(step).__name__.encode())
        batch = step(batch, np.random.default_rng([*seed, name]))
    return batch


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
