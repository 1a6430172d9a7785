"""The unit of work that runs in another process, on this machine or in a cluster."""

import hashlib
import socket
from dataclasses import dataclass
from pathlib import Path

from speech_emotion import audio
from speech_emotion.errors import UserError
from speech_emotion.features import compute, fingerprint, signal
from speech_emotion.features.spectrum import Float32
from speech_emotion.params.extract_mfcc import ExtractMfcc


@dataclass(frozen=True)
class Clip:
    """A clip of the manifest, and where its file lies."""

    clip_id: str
    corpus: str
    digest: str
    """`audio.digest` of its samples when it was ingested."""
    path: str
    sha256: str
    """Of its file when it was ingested."""
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
        verify(clip)
        samples = signal.load(clip.path, settings)
        for view in wanted:
            prepared = compute.prepare(samples, settings, view=view, digest=clip.digest)
            results.append(compute.features(prepared, settings))
    return results


def verify(clip: Clip) -> None:
    """Check that a clip's file still holds what was ingested.

    The file's own hash is compared first, because it is several times quicker than that of the decoded samples. A
    file that was re-encoded without loss, or got other tags, passes.

    Raises
    ------
    UserError
        If it has vanished or changed.
    """
    try:
        with Path(clip.path).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == clip.sha256:
                return
    except FileNotFoundError:
        raise vanished(clip) from None
    rate, _ = audio.info(clip.path)
    if audio.digest(audio.blocks(clip.path), rate) != clip.digest:
        raise UserError(
            f"{clip.path}: the audio of clip '{clip.clip_id}' has changed since ingest; "
            "run `dvc repro`, which ingests it again"
        )


def vanished(clip: Clip) -> UserError:
    """Make the error for a clip whose file is gone."""
    return UserError(
        f"{clip.path}: the file of clip '{clip.clip_id}' has vanished since ingest; "
        "put it back, or run `dvc repro`, which ingests again without it"
    )
