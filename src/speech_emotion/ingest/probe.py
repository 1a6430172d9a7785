"""Read one audio file once and say what is in it, in bounded memory."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from speech_emotion.audio import decoding, digest
from speech_emotion.audio.recording import NoAudioTrack, NoDecoder, UnreadableAudio

FULL_SCALE = 0.999
"""Level from which a sample counts as at full scale."""
FLAT = 3
"""So many samples at full scale in a row are a clipped peak: a true peak is that flat at no sample rate in use."""
Undecoded = Literal["lfs-pointer", "no-decoder", "undecodable", "empty"]
_LFS = b"version https://git-lfs.github.com/spec/"


@dataclass(frozen=True)
class Content:
    """What decoded audio holds."""

    digest: str
    """Of the decoded mono samples and the sample rate; see `audio.digest.of_samples`."""
    num_samples: int
    """Per channel."""
    sample_rate: int
    """In Hz."""
    channels: int
    """Number of channels of the file; what follows is measured on their mean."""
    lossless: bool
    """Whether the file's encoding loses nothing."""
    peak_dbfs: float
    """Largest magnitude in dB relative to full scale; minus infinity for zeros, NaN if a sample is not finite."""
    rms_dbfs: float
    """Root mean square in dB relative to full scale; otherwise as `peak_dbfs`."""
    finite: bool
    """Whether no sample is NaN or infinite."""
    clipped: bool
    """Whether `FLAT` samples in a row are at `FULL_SCALE` or above."""


@dataclass(frozen=True)
class Failure:
    """Why a file could not be decoded, as a rule of the audit."""

    rule: Undecoded
    """One of `audit.RULES`."""
    reason: str
    """What is the matter, for people."""


@dataclass(frozen=True)
class Probe:
    """A file's bytes and what they hold."""

    sha256: str | None
    """Of the file's bytes; None if the file cannot be read at all."""
    num_bytes: int
    content: Content | Failure | None
    """None if it was not to be decoded."""


def probe(path: Path, *, decode: Callable[[str], bool] = lambda _sha256: True) -> Probe:
    """Hash and decode a file.

    Parameters
    ----------
    path : Path
        Any file.
    decode : callable
        From the SHA-256 of the file's bytes to whether to look inside, too; by default always.

    Returns
    -------
    Probe
        Never raises for what is wrong with the file: that is its `content`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import write_clip
    >>> with TemporaryDirectory() as folder:
    ...     content = probe(write_clip(Path(folder, "clip.wav"), duration=0.5, sample_rate=16_000)).content
    ...     broken = Path(folder, "broken.wav")
    ...     _ = broken.write_text("no audio")
    ...     failure = probe(broken).content
    >>> content.num_samples, content.sample_rate, content.channels, content.clipped
    (8000, 16000, 1, False)
    >>> failure.rule
    'undecodable'
    """
    try:
        with path.open("rb") as file:
            head = file.read(len(_LFS))
            size = file.seek(0, 2)
            file.seek(0)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return Probe(None, 0, Failure("undecodable", error.strerror or str(error)))
    if not decode(sha256):
        return Probe(sha256, size, None)
    if not size:
        return Probe(sha256, size, Failure("empty", "a file of 0 bytes"))
    if head == _LFS:
        return Probe(sha256, size, Failure("lfs-pointer", "a Git LFS pointer instead of audio"))
    try:
        return Probe(sha256, size, _decode(path))
    except UnreadableAudio as error:
        return Probe(sha256, size, Failure(_rule(error), str(error).removeprefix(f"{path}: ")))
    except OSError as error:
        return Probe(sha256, size, Failure("undecodable", error.strerror or str(error)))


def _rule(error: UnreadableAudio) -> Undecoded:
    match error:
        case NoDecoder():
            return "no-decoder"
        case NoAudioTrack():
            return "empty"
    return "undecodable"


def _decode(path: Path) -> Content | Failure:
    meter = _Meter()
    with decoding.opened(path) as recording:
        content = digest.of_samples(meter.through(recording.blocks()), recording.sample_rate)
    if not meter.num_samples:
        return Failure("empty", "holds no samples")
    return Content(content, meter.num_samples, recording.sample_rate, recording.channels, recording.lossless,
                   _decibels(meter.peak), _decibels(np.sqrt(meter.energy / meter.num_samples)), meter.finite,
                   meter.clipped)


def _decibels(amplitude: float) -> float:
    with np.errstate(divide="ignore"):
        return float(20 * np.log10(amplitude))


class _Meter:
    """Measures samples as they pass."""

    def __init__(self) -> None:
        self.num_samples = 0
        self.peak = 0.0
        self.energy = 0.0
        self.clipped = False
        self.finite = True

    def through(self, blocks: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
        for block in blocks:
            self._measure(block)
            yield block

    def _measure(self, block: np.ndarray) -> None:
        self.num_samples += len(block)
        peak = max(float(block.max()), -float(block.min()))  # NaN in, NaN out
        self.finite = self.finite and bool(np.isfinite(peak))
        self.peak = float(np.maximum(self.peak, peak))
        # In float64 and by numpy's own summation, not BLAS, whose order of additions differs between machines.
        self.energy += float(np.square(block, dtype=np.float64).sum())
        if peak >= FULL_SCALE and not self.clipped:
            full = np.abs(block) >= FULL_SCALE
            runs = np.lib.stride_tricks.sliding_window_view(full, FLAT) if len(full) >= FLAT else full[:0, None]
            self.clipped = bool(runs.all(axis=1).any())
