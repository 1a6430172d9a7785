"""Read one audio file once and say what is in it, in bounded memory."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from speech_emotion.audio import decoding, digest
from speech_emotion.audio.recording import Implausible, NoAudioTrack, NoDecoder, UnreadableAudio, is_special
from speech_emotion.ingest.conditions import Conditions, Observer

FULL_SCALE = 0.999
"""Level from which a sample counts as at full scale."""
FLAT = 3
"""So many samples at full scale in a row are a clipped peak: a true peak is that flat at no sample rate in use."""
Undecoded = Literal["unreadable", "lfs-pointer", "no-decoder", "implausible", "undecodable", "empty"]
_LFS = b"version https://git-lfs.github.com/spec/"
_PIECE = 1 << 18
"""Bytes of a file that are hashed at a time."""

# Tuples, of which a hundred thousand take little room and are quick to send to another process.


class Content(NamedTuple):
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
    encoding: str | None = None
    """Name of the file's encoding, as its decoder has it; None of samples that are of no file."""
    conditions: Conditions | None = None
    """What room, microphone and editor left; likewise."""


class Failure(NamedTuple):
    """Why a file could not be decoded, as a rule of the audit."""

    rule: Undecoded
    """One of `rules.RULES`."""
    reason: str
    """What is the matter, for people."""


class Probe(NamedTuple):
    """A file's bytes and what they hold."""

    sha256: str | None
    """Of the file's bytes; None if the file cannot be read at all."""
    num_bytes: int
    content: Content | Failure | None
    """None if it was not to be decoded."""


def probe(path: Path, *, decode: bool = True) -> Probe:
    """Hash and decode a file.

    Parameters
    ----------
    path : Path
        Any file.
    decode : bool
        Whether to look inside, too.

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
    if is_special(path):
        return Probe(None, 0, Failure("unreadable", "a pipe, device or folder in place of a file"))
    try:
        with path.open("rb", buffering=0) as file:
            head = piece = file.read(_PIECE)
            state, size = hashlib.sha256(), 0
            while piece:
                state.update(piece)
                size += len(piece)
                piece = file.read(_PIECE)
    except OSError as error:
        return Probe(None, 0, Failure("unreadable", error.strerror or str(error)))
    sha256 = state.hexdigest()
    if not decode:
        return Probe(sha256, size, None)
    if not size:
        return Probe(sha256, size, Failure("empty", "a file of 0 bytes"))
    if head.startswith(_LFS):
        return Probe(sha256, size, Failure("lfs-pointer", "a Git LFS pointer instead of audio"))
    try:
        return Probe(sha256, size, _decode(path))
    except UnreadableAudio as error:
        return Probe(sha256, size, Failure(_rule(error), str(error).removeprefix(f"{path}: ")))
    except OSError as error:
        return Probe(sha256, size, Failure("unreadable", error.strerror or str(error)))


def probe_each(asked: Sequence[tuple[str, bool]]) -> list[Probe]:
    """Do as `probe` with some files, each beside whether to look inside: what another process is asked to do."""
    return [probe(Path(path), decode=decode) for path, decode in asked]


def _rule(error: UnreadableAudio) -> Undecoded:
    match error:
        case NoDecoder():
            return "no-decoder"
        case Implausible():
            return "implausible"
        case NoAudioTrack():
            return "empty"
    return "undecodable"


class Meter:
    """Measures a recording as its samples pass.

    Parameters
    ----------
    sample_rate : int > 0
        Of the recording, in Hz.
    channels : int > 0
        Of the recording; what passes is their mean.
    lossless : bool
        Whether the recording's encoding keeps every sample.

    Examples
    --------
    >>> meter = Meter(16_000)
    >>> for piece in meter.through([np.zeros(800, np.float32), np.zeros(40, np.float32)]):
    ...     pass  # it is used here, and measured on the way
    >>> meter.content().num_samples
    840
    """

    def __init__(self, sample_rate: int, channels: int = 1, *, lossless: bool = True) -> None:
        self._sample_rate = sample_rate
        self._channels = channels
        self._lossless = lossless
        self._digest = digest.Digest(sample_rate)
        self._num_samples = 0
        self._peak = 0.0
        self._energy = 0.0
        self._clipped = False
        self._finite = True

    def through(self, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Take in samples as they pass, float32 [n] in [-1, 1]; `n > 0` for each piece."""
        for piece in self._digest.through(pieces):
            self._measure(piece)
            yield piece

    def content(self) -> Content | None:
        """Say what has passed; None if nothing has."""
        if not self._num_samples:
            return None
        return Content(self._digest.hexdigest(), self._num_samples, self._sample_rate, self._channels,
                       self._lossless, _decibels(self._peak), _decibels(np.sqrt(self._energy / self._num_samples)),
                       self._finite, self._clipped)

    def _measure(self, piece: np.ndarray) -> None:
        self._num_samples += len(piece)
        peak = max(float(piece.max()), -float(piece.min()))  # NaN in, NaN out
        self._finite = self._finite and bool(np.isfinite(peak))
        self._peak = float(np.maximum(self._peak, peak))
        # In float64 and by numpy's own summation, not BLAS, whose order of additions differs between machines.
        self._energy += float(np.square(piece, dtype=np.float64).sum())
        if peak >= FULL_SCALE and not self._clipped:
            full = np.flatnonzero(np.abs(piece) >= FULL_SCALE)
            self._clipped = bool((full[FLAT - 1 :] - full[: 1 - FLAT] == FLAT - 1).any())


def measured(
    pieces: Iterable[np.ndarray], sample_rate: int, channels: int = 1, *, lossless: bool = True
) -> Content | None:
    """Say what a recording holds; see `Meter`.

    Parameters
    ----------
    pieces : iterable of np.ndarray [shape=(n,), dtype=float32]
        Its mono samples in [-1, 1], cut in any way, ``n > 0``.
    sample_rate : int > 0
        In Hz.
    channels : int > 0
        Of the recording; the samples are their mean.
    lossless : bool
        Whether the recording's encoding keeps every sample.

    Returns
    -------
    Content or None
        None if it holds no samples.

    Examples
    --------
    >>> content = measured([np.full(800, 0.1, np.float32), np.full(800, -0.1, np.float32)], 16_000)
    >>> content.num_samples, round(content.rms_dbfs, 3), content.clipped
    (1600, -20.0, False)
    """
    meter = Meter(sample_rate, channels, lossless=lossless)
    for _ in meter.through(pieces):
        pass
    return meter.content()


def _decode(path: Path) -> Content | Failure:
    with decoding.opened(path) as recording:
        observer = Observer(recording.sample_rate)
        content = measured(observer.through(recording.blocks()), recording.sample_rate, recording.channels,
                           lossless=recording.lossless)
    if not content:
        return Failure("empty", "holds no samples")
    return content._replace(encoding=recording.encoding, conditions=observer.conditions())


def _decibels(amplitude: float) -> float:
    with np.errstate(divide="ignore"):
        return float(20 * np.log10(amplitude))
