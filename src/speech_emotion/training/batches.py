"""Batches for training: a random window of every clip, anew in every epoch."""

from collections.abc import Callable, Sequence

import keras
import numpy as np

from speech_emotion.models.windows import pad
from speech_emotion.training.augment import Batch, Step, augment


class TrainingBatches(keras.utils.PyDataset):
    """Shuffled batches with one random window of every clip per epoch.

    A clip longer than the window is cut at a random place. A shorter one is put near the middle of zeros (which, after
    normalisation, are the mean), at most `shift_frames` off: the network flattens, so it would have to
    learn every place anew. Every random choice follows from the seed and the number of the epoch alone, so that two
    runs see the same batches.

    Parameters
    ----------
    clips : sequence of np.ndarray [shape=(frames, columns), dtype=float32]
        Features of the training clips; may be memory-mapped.
    targets : np.ndarray [shape=(clips, classes), dtype=float32]
        Class of each clip, one-hot.
    weights : np.ndarray [shape=(clips,), dtype=float32]
        Weight of each clip in the loss.
    normalise : callable
        From features to normalised features, float32 of the same shape.
    window_frames : int > 0
        Length of a window.
    batch_size : int
        Windows per batch; the last batch may be smaller.
    shift_frames : int
        How far off the middle a clip that is shorter than the window may be.
    steps : sequence of Step
        Applied to each batch; see `augment.chain`.
    seed : int
        Start of every random choice.

    Examples
    --------
    >>> clips = [np.ones((30, 2), np.float32), np.ones((50, 2), np.float32), np.ones((90, 2), np.float32)]
    >>> batches = TrainingBatches(clips, np.eye(3, dtype=np.float32), np.ones(3, np.float32), lambda clip: clip,
    ...                           window_frames=40, batch_size=2, shift_frames=5, steps=(), seed=1)
    >>> [batches[index].windows.shape for index in range(len(batches))]
    [(2, 40, 2), (1, 40, 2)]
    """

    def __init__(
        self,
        clips: Sequence[np.ndarray],
        targets: np.ndarray,
        weights: np.ndarray,
        normalise: Callable[[np.ndarray], np.ndarray],
        *,
        window_frames: int,
        batch_size: int,
        shift_frames: int,
        steps: Sequence[Step],
        seed: int,
    ) -> None:
        super().__init__()
        self._clips, self._targets, self._weights = clips, targets, weights
        self._normalise, self._window_frames, self._batch_size = normalise, window_frames, batch_size
        self._shift_frames, self._steps = shift_frames, steps
        self._seed, self._epoch = seed, 0
        self._begin_epoch()

    def __len__(self) -> int:
        """Batches per epoch."""
        return -(-len(self._clips) // self._batch_size)

    def __getitem__(self, index: int) -> Batch:
        """Make batch `index` of this epoch."""
        members = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        # Seeded by the batch, so that it does not matter who asks for which batch when.
        seed = [self._seed, self._epoch, index]
        random = np.random.default_rng(seed)
        windows = np.stack([self._window(self._clips[member], random) for member in members])
        return augment(Batch(windows, self._targets[members], self._weights[members]), self._steps, seed)

    def begin_at(self, epoch: int) -> None:
        """Go to an epoch, counted from 0."""
        self._epoch = epoch
        self._begin_epoch()

    def on_epoch_end(self) -> None:
        """Shuffle anew; Keras calls this between epochs."""
        self._epoch += 1
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._order = np.random.default_rng([self._seed, self._epoch]).permutation(len(self._clips))

    def _window(self, clip: np.ndarray, random: np.random.Generator) -> np.ndarray:
        spare = self._window_frames - len(clip)
        if spare <= 0:
            start = int(random.integers(0, 1 - spare))
            return pad(self._normalise(clip[start : start + self._window_frames]), 0, self._window_frames)
        shift = int(random.integers(-self._shift_frames, self._shift_frames + 1))
        return pad(self._normalise(clip), min(max(spare // 2 + shift, 0), spare), self._window_frames)
