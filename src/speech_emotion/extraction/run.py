"""From a manifest to a feature store: reuse what is known, compute the rest in parallel, write in order."""

import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tqdm import tqdm

from speech_emotion.core.files import replacing
from speech_emotion.extraction import fingerprint, order, room, worker
from speech_emotion.extraction.cache import Cache, location
from speech_emotion.extraction.purpose import PURPOSE
from speech_emotion.extraction.unheard import require_unheard
from speech_emotion.extraction.worker import Batch, ClipFile
from speech_emotion.features import compute, views
from speech_emotion.parallel import cluster, pool
from speech_emotion.params.extract_mfcc import ExtractMfcc, Recipe
from speech_emotion.store import Writer

if TYPE_CHECKING:
    import pandas as pd

WORTH_PROCESSES, WORTH_SECONDS = 24, 300.0
"""Starting processes takes as long as computing so many clips, or so much audio in all views."""


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
        Processes on this machine; see `room.workers` for the default.

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
        missing = [clip for clip in clips if any(order.key(clip, view, numbers) not in known for view in names)]
        with (
            TemporaryDirectory(dir=folder, prefix=".") as large,
            _executor(missing, settings, workers) as (executor, capacity),
            Writer(folder, columns, compute.frame_rate(recipe), recipe.document()) as writer,
            tqdm(total=len(clips), desc=f"extract_mfcc {branch}".rstrip(), unit="clip", disable=None) as bar,
        ):
            asked = Batch((), recipe, fingerprint.of_code(tuple(recipe.features.chosen())), numbers,
                          None if settings.scheduler else Path(large))
            computed = set()
            for clip, view, values, was_computed in order.features(clips, asked, known, executor, capacity):
                writer.add(clip.corpus, clip.clip_id, view, values)
                if was_computed:
                    computed.add(clip.clip_id)
                if view == names[-1]:
                    bar.update()
    return Summary(len(computed), len(clips) - len(computed), time.perf_counter() - began)


def _executor(
    missing: list[ClipFile], settings: ExtractMfcc, workers: int | None
) -> AbstractContextManager[tuple[Executor, int]]:
    if not missing:
        return pool.here()
    if settings.scheduler:
        return _cluster(settings.scheduler)
    workers = workers or room.workers(missing, settings)
    num_views = len(views.names(settings.views))
    seconds = num_views * sum(clip.duration for clip in missing)
    workers = min(workers, sum(1 for _ in order.batches(missing, num_views)))
    if workers == 1 or (len(missing) <= WORTH_PROCESSES and seconds <= WORTH_SECONDS):
        return pool.here()
    return pool.processes(workers, PURPOSE)


@contextmanager
def _cluster(scheduler: str) -> Iterator[tuple[Executor, int]]:
    with cluster.connected(scheduler, PURPOSE) as client:
        # Not pure: two runs may ask for the same batch, and each waits for its own.
        yield client.get_executor(pure=False, retries=cluster.RETRIES), cluster.capacity(client)


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
