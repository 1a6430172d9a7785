"""From a manifest to a feature store: reuse what is known, compute the rest in parallel, write in order."""

import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from speech_emotion.arrays import Float32
from speech_emotion.core.files import replacing
from speech_emotion.extraction import fingerprint, worker
from speech_emotion.extraction.cache import Cache, location
from speech_emotion.extraction.purpose import PURPOSE
from speech_emotion.extraction.unheard import require_unheard
from speech_emotion.extraction.worker import Batch, ClipFile
from speech_emotion.features import compute, views
from speech_emotion.parallel import cluster, pool
from speech_emotion.parallel.workers import local_workers
from speech_emotion.params.extract_mfcc import ExtractMfcc, Recipe
from speech_emotion.store import Writer

if TYPE_CHECKING:
    import pandas as pd

BATCH_CLIPS, BATCH_SECONDS = 16, 120.0
"""A batch ends at so many clips or so much audio: long enough to be worth sending, short enough to hold many."""

AHEAD = 3
"""Batches under way for each worker. With `BATCH_SECONDS` it bounds the memory that waiting results take."""

WORTH_PROCESSES = 24
"""Starting processes takes as long as computing so many clips."""


@dataclass(frozen=True)
class Summary:
    """What a run did."""

    computed: int
    """Clips of which at least one view was computed."""
    reused: int
    """Clips that came from the cache whole."""
    seconds: float
    """How long it took."""
    branches: Mapping[str, "Summary"] = field(default_factory=dict)
    """What it did for each further set of features."""

    def __str__(self) -> str:
        """Say it in a line for each set of features."""
        rate = (self.computed + self.reused) / max(self.seconds, 1e-9)
        return "\n".join([
            f"{self.computed} clips computed, {self.reused} clips reused in {self.seconds:.1f} s ({rate:.0f} clips/s)",
            *(f"{name}: {summary}" for name, summary in self.branches.items()),
        ])


def clip_files(table: "pd.DataFrame", root: Path | str) -> list[ClipFile]:
    """Take from the manifest what extraction needs.

    Parameters
    ----------
    table : pd.DataFrame
        From `manifest.join_files`: columns clip_id, corpus, digest, duration (s), path (relative to `root`), bytes.
    root : Path or str
        The folder that was ingested.

    Returns
    -------
    list of ClipFile
        By corpus, then by id. Paths are absolute, for workers that run elsewhere.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"clip_id": ["toy-b", "toy-a"], "corpus": "toy", "digest": ["1f", "c0"],
    ...                       "path": ["b.wav", "a.wav"], "bytes": 16044, "duration": 0.5})
    >>> [(clip.clip_id, clip.size) for clip in clip_files(table, "audio")]
    [('toy-a', 16044), ('toy-b', 16044)]
    """
    base = Path(root).absolute()
    columns = ["clip_id", "corpus", "digest", "path", "bytes", "duration"]
    rows = table.sort_values(["corpus", "clip_id"], kind="stable")[columns].itertuples(index=False)
    return [
        ClipFile(clip_id, corpus, digest, str(base / path), int(size), float(duration))
        for clip_id, corpus, digest, path, size, duration in rows
    ]


def extract(
    clips: list[ClipFile], settings: ExtractMfcc, target: Path | str, *, cache: Path | None = None,
    workers: int | None = None,
) -> Summary:
    """Compute the features of all clips into a feature store, and those of each branch into one in it.

    The store's bytes depend on the clips' samples and on `settings` alone: not on the number of workers, where they
    run, or what the cache holds.

    Parameters
    ----------
    clips : list of ClipFile
        By corpus; see `clip_files`.
    settings : ExtractMfcc
        The stage's settings. ``settings.scheduler`` says where the work is done.
    target : Path or str
        Folder to create or replace. It is replaced only when everything has succeeded.
    cache : Path, optional
        Folder of the cache; see `cache.location` for the default.
    workers : int > 0, optional
        Processes on this machine; see `local_workers` for the default.

    Returns
    -------
    Summary

    Raises
    ------
    UserError
        If the audio is not there, a clip's has vanished or changed since ingest, a process dies, the cluster fails, or
        an encoder is not there or has learnt from one of the corpora. What was computed until then is in the cache.

    Examples
    --------
    >>> import tempfile
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.testing import write_clip
    >>> settings = load("params.yaml", ExtractMfcc)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clip = ClipFile.describe(write_clip(Path(folder) / "a.wav"), "toy-a", "toy")
    ...     summary = extract([clip], settings, Path(folder) / "features", cache=Path(folder) / "cache")
    >>> summary.computed, summary.reused
    (1, 0)
    """
    _check_files(clips)
    sets = {"": settings, **{name: settings.of_branch(name) for name in sorted(settings.branches)}}
    corpora = {clip.corpus for clip in clips}
    for each in sets.values():
        require_unheard(each, corpora)
    with replacing(target, directory=True) as folder:
        done = {}
        for name, each in sets.items():
            (folder / name).mkdir(exist_ok=True)
            done[name] = _extract(clips, each, folder / name, name, cache, workers)
    return replace(done.pop(""), branches=done)


def _extract(
    clips: list[ClipFile], settings: ExtractMfcc, folder: Path, branch: str, cache: Path | None, workers: int | None
) -> Summary:
    began = time.perf_counter()
    recipe = Recipe.part_of(settings)
    names, columns = views.names(settings.views), compute.columns(recipe)
    known = Cache(cache or location(), fingerprint.of_recipe(recipe), len(columns), recipe.document())
    with known:
        numbers = {view: fingerprint.of_numbers(recipe, view) for view in names}
        missing = sum(any(_key(clip, view, numbers) not in known for view in names) for clip in clips)
        with (
            _executor(missing, settings.scheduler, workers) as (executor, capacity),
            Writer(folder, columns, compute.frame_rate(recipe), recipe.document()) as writer,
            tqdm(total=len(clips), desc=f"extract_mfcc {branch}".rstrip(), unit="clip", disable=None) as bar,
        ):
            computed = 0
            for clip, results, was_computed in _in_order(clips, numbers, recipe, known, executor, AHEAD * capacity):
                for view, values in zip(names, results, strict=True):
                    writer.add(clip.corpus, clip.clip_id, view, values)
                computed += was_computed
                bar.update()
    return Summary(computed, len(clips) - computed, time.perf_counter() - began)


@dataclass
class _Group:
    """Consecutive clips: what the cache held of them, and the rest on its way."""

    clips: list[ClipFile]
    held: dict[tuple[str, str], Float32]
    batch: Batch
    future: Future[list[Float32]] | None

    def collect(self, cache: Cache) -> None:
        """Wait for what is on its way, and keep it."""
        if self.future is None:
            return
        results = iter(self.future.result())
        for clip, lacking in self.batch.clips:
            for view in lacking:
                values = next(results)
                self.held[clip.clip_id, view] = values
                cache.add(_key(clip, view, self.batch.numbers), values)
        self.future = None


def _in_order(
    clips: list[ClipFile], numbers: dict[str, str], recipe: Recipe, cache: Cache, executor: Executor, ahead: int
) -> Iterator[tuple[ClipFile, list[Float32], bool]]:
    # Results leave in the clips' order, with a bounded number of groups ahead of the one that is waited for.
    under_way: deque[_Group] = deque()
    code = fingerprint.of_code(tuple(recipe.features.chosen()))
    names = list(numbers)

    def leave() -> Iterator[tuple[ClipFile, list[Float32], bool]]:
        group = under_way[0]
        group.collect(cache)
        under_way.popleft()
        computed = {clip.clip_id for clip, _ in group.batch.clips}
        for clip in group.clips:
            yield clip, [group.held[clip.clip_id, view] for view in names], clip.clip_id in computed

    try:
        for chunk in _chunks(clips, len(names)):
            found = {(clip.clip_id, view): cache.get(_key(clip, view, numbers)) for clip in chunk for view in names}
            held = {which: values for which, values in found.items() if values is not None}
            lacking = [(clip, tuple(view for view in names if (clip.clip_id, view) not in held)) for clip in chunk]
            wanted = [(clip, missing) for clip, missing in lacking if missing]
            batch = Batch(tuple(wanted), recipe, code, numbers)
            future = executor.submit(worker.compute_batch, batch) if wanted else None
            under_way.append(_Group(chunk, held, batch, future))
            if len(under_way) > ahead:
                yield from leave()
        while under_way:
            yield from leave()
    finally:
        # After an error or Ctrl-C: what is finished is kept.
        for group in under_way:
            if group.future and group.future.done() and not group.future.cancelled() and not group.future.exception():
                group.collect(cache)


def _chunks(clips: list[ClipFile], num_views: int) -> Iterator[list[ClipFile]]:
    chunk: list[ClipFile] = []
    seconds = 0.0
    for clip in clips:
        if chunk and (len(chunk) == BATCH_CLIPS or seconds + clip.duration * num_views > BATCH_SECONDS):
            yield chunk
            chunk, seconds = [], 0.0
        chunk.append(clip)
        seconds += clip.duration * num_views
    if chunk:
        yield chunk


def _executor(missing: int, scheduler: str, workers: int | None) -> AbstractContextManager[tuple[Executor, int]]:
    if missing and scheduler:
        return _cluster(scheduler)
    workers = workers or local_workers()
    if missing <= WORTH_PROCESSES or workers == 1:
        return pool.here()
    return pool.processes(min(workers, -(-missing // BATCH_CLIPS)), PURPOSE)


@contextmanager
def _cluster(scheduler: str) -> Iterator[tuple[Executor, int]]:
    with cluster.connected(scheduler, PURPOSE) as client:
        # Not pure: two runs may ask for the same batch, and each waits for its own.
        yield client.get_executor(pure=False, retries=cluster.RETRIES), cluster.capacity(client)


def _key(clip: ClipFile, view: str, numbers: Mapping[str, str]) -> str:
    return f"{clip.digest} {view} {numbers[view]}" if view else f"{clip.digest} {numbers[view]}"


def _check_files(clips: list[ClipFile]) -> None:
    # Also of clips that the cache holds: features of audio that is no longer there cannot be looked into.
    if clips and not any(Path(clip.path).exists() for clip in clips):
        raise worker.without_audio(clips)
    for clip in clips:
        try:
            size = Path(clip.path).stat().st_size
        except FileNotFoundError:
            raise worker.vanished(clip) from None
        if size != clip.size:
            worker.verify(clip)
