"""Batches for training: a random window of every clip that an epoch shows."""

from collections.abc import Callable, Sequence
from functools import partial

import keras
import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.models.windows import pad
from speech_emotion.training.augment.batch import Batch, Step, augment
from speech_emotion.training.augment.spectrum import Spectral
from speech_emotion.training.masking import encoded
from speech_emotion.training.sampling import Sampling


class TrainingBatches(keras.utils.PyDataset):
    """Shuffled batches with one random window of every clip that an epoch shows.

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
    normalise : sequence of callable
        For each clip what leads from the columns that are seen to normalised ones, float32 of the same shape.
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
    sampling : Sampling, optional
        Which clips an epoch shows; all of them once, if not given.
    in_play : np.ndarray [shape=(clips, classes), dtype=bool], optional
        The labels that each clip competes with, which the targets then say too; see `masking`.
    see : callable
        From features to those of the columns that the network sees.
    spectral : Spectral
        Applied to what is seen of each clip, before it is normalised; see `augment.spectral`.
    in_pairs : bool
        Whether windows come twice: as `steps` have changed them, and as they were before; see `consistency`.

    Examples
    --------
    >>> clips = [np.ones((30, 2), np.float32), np.ones((50, 2), np.float32), np.ones((90, 2), np.float32)]
    >>> batches = TrainingBatches(clips, np.eye(3, dtype=np.float32), np.ones(3, np.float32),
    ...                           [lambda clip: clip] * 3, window_frames=40, batch_size=2, shift_frames=5, steps=(),
    ...                           seed=1)
    >>> [batches[index][0].shape for index in range(len(batches))]
    [(2, 40, 2), (1, 40, 2)]
    """

    def __init__(
        self,
        clips: Sequence[np.ndarray],
        targets: np.ndarray,
        weights: np.ndarray,
        normalise: Sequence[Callable[[np.ndarray], np.ndarray]],
        *,
        window_frames: int,
        batch_size: int,
        shift_frames: int,
        steps: Sequence[Step],
        seed: int,
        sampling: Sampling | None = None,
        in_play: np.ndarray | None = None,
        see: Callable[[np.ndarray], np.ndarray] = np.asarray,
        spectral: Spectral | None = None,
        in_pairs: bool = False,
    ) -> None:
        super().__init__()
        self._clips, self._targets, self._weights = clips, targets, weights
        self._normalise, self._window_frames, self._batch_size = normalise, window_frames, batch_size
        self._shift_frames, self._steps, self._see, self._spectral = shift_frames, steps, see, spectral
        self._seed, self._epoch = seed, 0
        self._sampling, self._in_play = sampling or Sampling.plain(len(clips)), in_play
        self._in_pairs = in_pairs
        self._begin_epoch()

    @property
    def masked(self) -> bool:
        """Whether the targets say which labels are out of play."""
        return self._in_play is not None

    def __len__(self) -> int:
        """Batches per epoch."""
        return -(-len(self._sampling) // self._batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray | tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
        """Make batch `index` of this epoch: windows, targets and weights."""
        members = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        # Seeded by the batch, so that it does not matter who asks for which batch when.
        seed = [self._seed, self._epoch, index]
        random = np.random.default_rng(seed)
        changes = self._spectral.draw(len(members), seed) if self._spectral else ()
        windows = np.stack([self._window(member, random, [partial(change, at) for change in changes])
                            for at, member in enumerate(members)])
        in_play = None if self._in_play is None else self._in_play[members]
        batch = Batch(windows, self._targets[members], self._weights[members], in_play)
        unchanged = windows.copy() if self._in_pairs else windows
        batch = augment(batch, self._steps, seed)
        targets = batch.targets if batch.in_play is None else encoded(batch.targets, batch.in_play)
        return (batch.windows, unchanged) if self._in_pairs else batch.windows, targets, batch.weights

    def begin_at(self, epoch: int) -> None:
        """Go to an epoch, counted from 0."""
        self._epoch = epoch
        self._begin_epoch()

    def on_epoch_end(self) -> None:
        """Shuffle anew; Keras calls this between epochs."""
        self._epoch += 1
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        self._order = self._sampling.order([self._seed, self._epoch], self._epoch)

    def _window(self, member: int, random: np.random.Generator, changes: Sequence[Callable[..., Float32]]) -> Float32:
        clip = self._clips[member]
        spare = self._window_frames - len(clip)
        if spare <= 0:
            start, offset = int(random.integers(0, 1 - spare)), 0
            clip = clip[start : start + self._window_frames]
        else:
            shift = int(random.integers(-self._shift_frames, self._shift_frames + 1))
            offset = min(max(spare // 2 + shift, 0), spare)
        frames = self._see(clip)
        for change in changes:
            frames = change(frames)
        return pad(self._normalise[member](frames), offset, self._window_frames)
