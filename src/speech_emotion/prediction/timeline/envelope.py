"""A waveform of any length as it is drawn, in bounded memory."""

from collections.abc import Iterable, Iterator

import numpy as np

from speech_emotion.arrays import Float32

MOST_POINTS = 4000
"""Stretches in which a waveform is drawn are at most twice as many."""


class Envelope:
    """Lowest and highest sample of each short stretch of a recording, measured as its samples pass.

    Parameters
    ----------
    sample_rate : int > 0
        In Hz.

    Examples
    --------
    >>> envelope = Envelope(2)
    >>> for block in envelope.through([np.float32([1, -1, 0.5])]):
    ...     pass
    >>> times, lowest, highest = envelope.points()
    >>> times, highest
    (array([0. , 0.5, 1. ]), array([ 1. , -1. ,  0.5], dtype=float32))
    """

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._step = 1
        self._points = np.empty((2, 0), np.float32)
        self._open: Float32 = np.empty((2, 0), np.float32)  # of a stretch that is not complete
        self._open_samples = 0

    def through(self, blocks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Take in samples as they pass, float32 [n]; how they are cut makes no difference."""
        for block in blocks:
            self._add(block)
            yield block

    def points(self) -> tuple[np.ndarray, Float32, Float32]:
        """Give what has passed.

        Returns
        -------
        times : np.ndarray [shape=(stretches,), dtype=float64]
            Where each stretch begins, in s.
        lowest, highest : np.ndarray [shape=(stretches,), dtype=float32]
        """
        lowest, highest = np.concatenate([self._points, self._open], axis=1)
        return np.arange(len(lowest)) * (self._step / self._rate), lowest, highest

    def _add(self, block: np.ndarray) -> None:
        first = block[: self._step - self._open_samples if self._open_samples else 0]
        self._extend(first)
        rest = block[len(first) :]
        full = len(rest) // self._step * self._step
        stretches = rest[:full].reshape(-1, self._step)
        self._points = np.concatenate([self._points, [stretches.min(axis=1), stretches.max(axis=1)]], axis=1)
        self._extend(rest[full:])
        while self._points.shape[1] >= 2 * MOST_POINTS:
            self._halve()

    def _extend(self, samples: np.ndarray) -> None:
        """Add samples to the open stretch, and close it if it is full."""
        if not len(samples):
            return
        own = np.array([[samples.min()], [samples.max()]], np.float32)
        self._open = _merged(np.concatenate([self._open, own], axis=1))
        self._open_samples += len(samples)
        if self._open_samples == self._step:
            self._points = np.concatenate([self._points, self._open], axis=1)
            self._open, self._open_samples = self._open[:, :0], 0

    def _halve(self) -> None:
        pairs = self._points.shape[1] // 2 * 2
        if odd := self._points.shape[1] - pairs:
            self._open = _merged(np.concatenate([self._points[:, -1:], self._open], axis=1))
            self._open_samples += odd * self._step
        lowest, highest = self._points[:, :pairs].reshape(2, -1, 2)
        self._points = np.stack([lowest.min(axis=1), highest.max(axis=1)])
        self._step *= 2


def _merged(points: Float32) -> Float32:
    return np.stack([points[0].min(keepdims=True), points[1].max(keepdims=True)])
