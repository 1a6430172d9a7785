"""The unit of work that runs in another process, on this machine or in a cluster."""

import os
import socket
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding, digest, resampling
from speech_emotion.audio.spool import Signal
from speech_emotion.core.errors import UserError
from speech_emotion.extraction import fingerprint
from speech_emotion.features import compute
from speech_emotion.params.extract_mfcc import Recipe

LARGE_BYTES = 16 << 20
"""Features above this size, those of 17 minutes or so, are handed over in files where that is possible."""


@dataclass(frozen=True)
class ClipFile:
    """A clip of the manifest, and where its file lies."""

    clip_id: str
    corpus: str
    digest: str
    """`digest.of_samples` of its samples when it was ingested."""
    path: str
    size: int
    """Of its file when it was ingested, in bytes."""
    duration: float
    """In seconds."""

    @classmethod
    def describe(cls, path: Path | str, clip_id: str, corpus: str) -> Self:
        """Describe a file as it is now, for extraction without a manifest.

        Parameters
        ----------
        path : Path or str
            The audio file.
        clip_id, corpus : str
            How its features are to be found.

        Raises
        ------
        UnreadableAudio
            If the file is not audio, or is damaged.

        Examples
        --------
        >>> import tempfile
        >>> from speech_emotion.testing import write_clip
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     clip = ClipFile.describe(write_clip(Path(folder) / "a.wav", duration=0.5), "toy-a", "toy")
        >>> clip.clip_id, clip.duration, clip.size
        ('toy-a', 0.5, 16044)
        """
        path = Path(path).absolute()
        with decoding.opened(path) as recording:
            state = digest.Digest(recording.sample_rate)
            num_samples = sum(map(len, state.through(recording.blocks())))
        duration = num_samples / recording.sample_rate
        return cls(clip_id, corpus, state.hexdigest(), str(path), path.stat().st_size, duration)


@dataclass(frozen=True)
class Batch:
    """Clips to compute, and what to compute."""

    clips: tuple[tuple[ClipFile, tuple[str, ...]], ...]
    """Each clip with the names of the views that are wanted of it."""
    recipe: Recipe
    """What decides the numbers."""
    code: str
    """`fingerprint.of_code` of whoever wants the features."""
    numbers: Mapping[str, str]
    """`fingerprint.of_numbers` of whoever wants the features, for each view."""
    folder: Path | None = None
    """For large features, which whoever wants them finds there; None if this process sees other files."""

    def wanted(self) -> Iterator[tuple[ClipFile, str]]:
        """Give each clip and view, in order."""
        for clip, views in self.clips:
            for view in views:
                yield clip, view


def compute_batch(batch: Batch) -> list[Float32 | Path]:
    """Compute the features of a batch.

    Returns
    -------
    list of np.ndarray [shape=(frames, columns), dtype=float32] or Path
        For each clip, each wanted view, in order. Those that are large lie in an ``.npy`` file of their own, so that
        no process holds more than one.

    Raises
    ------
    UserError
        If a clip has vanished or changed since ingest, or this process runs other code than who asked, or on a
        processor that makes other numbers of it; or a disk is full.
    """
    recipe = batch.recipe
    if batch.code != fingerprint.of_code(tuple(recipe.features.chosen())):
        raise UserError(
            f"the worker on {socket.gethostname()} runs other code or libraries, so that its features would differ; "
            "install the same version of this project and of its lock file there"
        )
    for view in sorted({view for _, wanted in batch.clips for view in wanted}):
        if batch.numbers[view] != fingerprint.of_numbers(recipe, view):
            raise UserError(
                f"the worker on {socket.gethostname()} has another kind of processor, with which features"
                f"{f' of the view {view!r}' if view else ''} differ in their last digits; use workers that are like "
                "the machine on which the stage runs, or run the stage on a machine like them"
            )
    # First all of a batch is decoded, then all is computed: a fifth quicker than by turns, since what either works with
    # stays in the processor's caches. A long recording is a batch of its own.
    loaded = deque([_loaded(clip, recipe) for clip, _ in batch.clips])
    results: list[Float32 | Path] = []
    for clip, wanted in batch.clips:
        # Without names: samples are let go of before the last view, and no features are there beside the next.
        views = compute.each_view(loaded.popleft(), recipe, wanted, clip.digest)
        results += map(partial(_handed_over, folder=batch.folder), views)
    return results


def _loaded(clip: ClipFile, recipe: Recipe) -> Signal:
    with _errors_of(clip):
        samples, found = resampling.load_signal(clip.path, recipe.sample_rate, recipe.resampler)
    _compare(clip, found)
    return samples


def verify(clip: ClipFile) -> None:
    """Check that a clip's file still holds the samples that were ingested, in whatever encoding.

    Raises
    ------
    UserError
        If it has vanished or changed.
    """
    with _errors_of(clip), decoding.opened(clip.path) as recording:
        _compare(clip, digest.of_samples(recording.blocks(), recording.sample_rate))


def vanished(clip: ClipFile) -> UserError:
    """Make the error for a clip whose file is gone."""
    return UserError(
        f"{clip.path}: the file of clip '{clip.clip_id}' has vanished since ingest; "
        "put it back, or run `dvc repro`, which ingests again without it"
    )


def without_audio(clips: Sequence[ClipFile]) -> UserError:
    """Make the error for clips of which no file is there: a project without its audio, rather than so many losses."""
    folder = os.path.commonpath([Path(clip.path).parent for clip in clips])
    return UserError(
        f"{folder}: the audio is not here, none of the {len(clips)} clips that were ingested. Features that nobody has "
        "computed and shared yet need it: put it there, or `dvc pull` it. Those that somebody has, with the same "
        "settings, `dvc repro --pull --allow-missing` fetches instead"
    )


def _handed_over(values: Float32, folder: Path | None) -> Float32 | Path:
    if folder is None or values.nbytes <= LARGE_BYTES:
        return values
    path = folder / f"{uuid.uuid4().hex}.npy"
    try:
        np.save(path, values)
    except OSError as error:
        raise UserError(f"{folder.parent}: the features of a long recording cannot be written "
                        f"({error.strerror or error}); make room there, then run the same command again") from error
    return path


@contextmanager
def _errors_of(clip: ClipFile) -> Iterator[None]:
    # Audio that was readable when it was ingested.
    try:
        yield
    except decoding.UnreadableAudio as error:
        raise _changed(clip, f" ({error})") if Path(clip.path).exists() else vanished(clip) from error


def _compare(clip: ClipFile, found: str) -> None:
    if found != clip.digest:
        raise _changed(clip)


def _changed(clip: ClipFile, how: str = "") -> UserError:
    return UserError(
        f"{clip.path}: the audio of clip '{clip.clip_id}' has changed since ingest{how}; "
        "run `dvc repro`, which ingests it again"
    )
