"""Clips on their way: batches of them are computed ahead, and their features leave in the clips' order."""

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from speech_emotion.arrays import Float32, mapped
from speech_emotion.extraction import worker
from speech_emotion.extraction.cache import Cache
from speech_emotion.extraction.worker import Batch, ClipFile

BATCH_CLIPS, BATCH_SECONDS = 16, 120.0
"""A batch ends at so many clips or so much audio: long enough to be worth sending, short enough to hold many."""

AHEAD = 3
"""Batches under way for each that is computed at once. With `BATCH_SECONDS` it bounds the memory that waiting results
take, since those of a long recording wait on disk."""

HELD_BYTES = 256 << 20
"""Features from the cache that wait for those before them: no more batches are begun while it is more."""


def key(clip: ClipFile, view: str, numbers: Mapping[str, str]) -> str:
    """Name under which the cache holds a view of a clip; `numbers` are those of `Batch`."""
    return f"{clip.digest} {view} {numbers[view]}" if view else f"{clip.digest} {numbers[view]}"


def batches(clips: list[ClipFile], num_views: int) -> Iterator[list[ClipFile]]:
    """Cut a list of clips into those of batches.

    Examples
    --------
    >>> from dataclasses import replace
    >>> short = ClipFile("toy-a", "toy", "1f", "a.wav", size=160_044, duration=5.0)
    >>> long = replace(short, duration=3600.0)
    >>> [len(batch) for batch in batches([*[short] * 20, long, short], num_views=1)]
    [16, 4, 1, 1]
    """
    batch: list[ClipFile] = []
    seconds = 0.0
    for clip in clips:
        if batch and (len(batch) == BATCH_CLIPS or seconds + clip.duration * num_views > BATCH_SECONDS):
            yield batch
            batch, seconds = [], 0.0
        batch.append(clip)
        seconds += clip.duration * num_views
    if batch:
        yield batch


def features(
    clips: list[ClipFile], asked: Batch, cache: Cache, executor: Executor, capacity: int
) -> Iterator[tuple[ClipFile, str, Float32, bool]]:
    """Take features from the cache, or have them computed and put there.

    After an error, or when nobody wants the rest, the cache keeps what has been computed.

    Parameters
    ----------
    clips : list of ClipFile
        In the order in which they are to leave.
    asked : Batch
        One without clips, that says what is asked of each; the views in order are those of ``asked.numbers``.
    cache : Cache
        What is known.
    executor : Executor
        Computes batches.
    capacity : int > 0
        How many at once.

    Yields
    ------
    clip, view : ClipFile, str
        Each clip, and of each clip each view.
    values : np.ndarray [shape=(frames, columns), dtype=float32]
        Its features.
    computed : bool
        Whether they were not in the cache.
    """
    # A bounded number of groups is ahead of the one that is waited for.
    under_way: deque[_Group] = deque()
    names = list(asked.numbers)

    def leave() -> Iterator[tuple[ClipFile, str, Float32, bool]]:
        yield from under_way[0].rows(names)
        under_way.popleft()

    try:
        for chosen in batches(clips, len(names)):
            held = {(clip.clip_id, view): values for clip in chosen for view in names
                    if (values := cache.get(key(clip, view, asked.numbers))) is not None}
            lacking = [(clip, tuple(view for view in names if (clip.clip_id, view) not in held)) for clip in chosen]
            batch = replace(asked, clips=tuple((clip, missing) for clip, missing in lacking if missing))
            future = executor.submit(worker.compute_batch, batch) if batch.clips else None
            under_way.append(_Group(chosen, held, batch, future, cache))
            del held  # which the group holds until it has left
            while under_way and (len(under_way) > AHEAD * capacity or _held(under_way) > HELD_BYTES):
                yield from leave()
        while under_way:
            yield from leave()
    finally:
        for group in under_way:
            group.keep()


@dataclass
class _Group:
    # Consecutive clips: what the cache held of them, and the rest on its way.
    clips: list[ClipFile]
    held: dict[tuple[str, str], Float32]
    batch: Batch
    future: Future[list[Float32 | Path]] | None
    cache: Cache
    taken: int = 0
    wanted: list[tuple[ClipFile, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = list(self.batch.wanted())

    def rows(self, names: list[str]) -> Iterator[tuple[ClipFile, str, Float32, bool]]:
        for clip in self.clips:
            for view in names:
                if (clip.clip_id, view) in self.held:
                    yield clip, view, self.held.pop((clip.clip_id, view)), False
                else:
                    yield clip, view, self._next(), True

    def keep(self) -> None:
        # Of what is on its way, that which is finished.
        if self.future and self.future.done() and not self.future.cancelled() and not self.future.exception():
            while self.taken < len(self.wanted):
                self._next()

    def _next(self) -> Float32:
        assert self.future is not None
        result = self.future.result()[self.taken]
        values = mapped(result) if isinstance(result, Path) else result
        self.cache.add(key(*self.wanted[self.taken], self.batch.numbers), values)
        self.taken += 1
        if isinstance(result, Path):
            result.unlink()  # what is mapped stays
        return values


def _held(groups: deque[_Group]) -> int:
    return sum(values.nbytes for group in groups for values in group.held.values())
