"""The unit of work that runs in another process, on this machine or in a cluster."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding
from speech_emotion.core.errors import UserError
from speech_emotion.extraction import fingerprint
from speech_emotion.features import compute, signal
from speech_emotion.params.extract_mfcc import ExtractMfcc


@dataclass(frozen=True)
class Clip:
    """A clip of the manifest, and where its file lies."""

    clip_id: str
    corpus: str
    digest: str
    """`audio.digest` of its samples when it was ingested."""
    path: str
    size: int
    """Of its file when it was ingested, in bytes."""
    duration: float
    """In seconds."""


@dataclass(frozen=True)
class Batch:
    """Clips to compute, and what to compute."""

    clips: tuple[tuple[Clip, tuple[str, ...]], ...]
    """Each clip with the names of the views that are wanted of it."""
    settings: str
    """`ExtractMfcc` as JSON."""
    code: str
    """`fingerprint.of_code` of whoever wants the features."""


def run(batch: Batch) -> list[Float32]:
    """Compute a batch.

    Returns
    -------
    list of np.ndarray [shape=(frames, columns), dtype=float32]
        For each clip, each wanted view, in order.

    Raises
    ------
    UserError
        If a clip has vanished or changed since ingest, or this process runs other code than who asked.
    """
    if batch.code != fingerprint.of_code():
        raise UserError(
            f"the worker on {socket.gethostname()} runs other code or libraries, so that its features would differ; "
            "install the same version of this project and of its lock file there"
        )
    settings = ExtractMfcc.model_validate_json(batch.settings)
    results = []
    for clip, wanted in batch.clips:
        with _errors_of(clip):
            samples, digest = signal.load(clip.path, settings)
        _compare(clip, digest)
        for view in wanted:
            prepared = compute.prepare(samples, settings, view=view, digest=clip.digest)
            results.append(compute.features(prepared, settings))
    return results


def verify(clip: Clip) -> None:
    """Check that a clip's file still holds the samples that were ingested, in whatever encoding.

    Raises
    ------
    UserError
        If it has vanished or changed.
    """
    with _errors_of(clip), decoding.opened(clip.path) as recording:
        _compare(clip, decoding.digest(recording.blocks(), recording.sample_rate))


def vanished(clip: Clip) -> UserError:
    """Make the error for a clip whose file is gone."""
    return UserError(
        f"{clip.path}: the file of clip '{clip.clip_id}' has vanished since ingest; "
        "put it back, or run `dvc repro`, which ingests again without it"
    )


@contextmanager
def _errors_of(clip: Clip) -> Iterator[None]:
    # Audio that was readable when it was ingested.
    try:
        yield
    except decoding.UnreadableAudio as error:
        raise _changed(clip, f" ({error})") if Path(clip.path).exists() else vanished(clip) from error


def _compare(clip: Clip, digest: str) -> None:
    if digest != clip.digest:
        raise _changed(clip)


def _changed(clip: Clip, how: str = "") -> UserError:
    return UserError(
        f"{clip.path}: the audio of clip '{clip.clip_id}' has changed since ingest{how}; "
        "run `dvc repro`, which ingests it again"
    )
