"""Audio at another sample rate: a file in pieces as it is decoded, or samples in memory."""

import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeVar

import numpy as np
import soxr

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding, spool
from speech_emotion.audio.digest import Digest


def load(path: Path | str, sample_rate: int, quality: str = "HQ") -> tuple[Float32, str]:
    """Decode a file and bring it to a sample rate, in pieces.

    Parameters
    ----------
    path : Path or str
        The audio file.
    sample_rate : int > 0
        To bring it to, in Hz.
    quality : {"QQ", "LQ", "MQ", "HQ", "VHQ"}
        Of soxr.

    Returns
    -------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono samples at `sample_rate`. They equal ``librosa.resample(decoding.read(path), res_type="soxr_hq")`` (for
        quality "HQ"), but the clip is never held at its own sample rate.
    digest : str
        `digest.of_samples` of the file's own samples.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.

    Examples
    --------
    >>> import tempfile
    >>> from speech_emotion.testing import write_clip
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     samples, digest = load(write_clip(Path(folder) / "a.wav", duration=0.5), sample_rate=8000)
    >>> samples.shape, samples.dtype, len(digest)
    ((4000,), dtype('float32'), 32)
    """
    return _loaded(path, sample_rate, quality, _in_memory)


def load_signal(path: Path | str, sample_rate: int, quality: str = "HQ") -> tuple[spool.Signal, str]:
    """Do what `load` does, and hold no more than `spool.IN_MEMORY` samples.

    Parameters
    ----------
    path, sample_rate, quality
        As for `load`.

    Returns
    -------
    signal : np.ndarray [shape=(n,), dtype=float32] or Spool
        The samples of a longer recording are on disk.
    digest : str
        `digest.of_samples` of the file's own samples.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.
    UserError
        If the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> from speech_emotion.testing import write_clip
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     signal, digest = load_signal(write_clip(Path(folder) / "a.wav", duration=0.5), sample_rate=8000)
    >>> len(signal), isinstance(signal, np.ndarray), len(digest)
    (4000, True, 32)
    """
    return _loaded(path, sample_rate, quality, _in_memory_or_on_disk)


def resampled(samples: Float32, sample_rate: int, target: int, quality: str = "HQ") -> Float32:
    """Bring samples in memory to another sample rate, as `load` does with a file.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    sample_rate, target : int > 0
        What it has and what it is brought to, in Hz.
    quality : {"QQ", "LQ", "MQ", "HQ", "VHQ"}
        Of soxr.

    Returns
    -------
    np.ndarray [shape=(ceil(n * target / sample_rate),), dtype=float32]

    Examples
    --------
    >>> resampled(np.zeros(441, dtype=np.float32), 44100, 16000).shape
    (160,)
    """
    return streamed([samples], sample_rate, target, quality)


def streamed(blocks: Iterable[np.ndarray], sample_rate: int, target: int, quality: str = "HQ") -> Float32:
    """Bring a recording to another sample rate in pieces, as they come.

    Parameters
    ----------
    blocks : iterable of np.ndarray [shape=(m,), dtype=float32]
        The recording's mono samples; how they are cut makes no difference. One may be overwritten by the next.
    sample_rate, target : int > 0
        What it has and what it is brought to, in Hz.
    quality : {"QQ", "LQ", "MQ", "HQ", "VHQ"}
        Of soxr.

    Returns
    -------
    np.ndarray [shape=(ceil(n * target / sample_rate),), dtype=float32]
        For `n` samples in all.

    Examples
    --------
    >>> streamed(iter([np.zeros(400, np.float32), np.zeros(41, np.float32)]), 44100, 16000).shape
    (160,)
    """
    return _in_memory(pieces(blocks, sample_rate, target, quality))


def pieces(
    blocks: Iterable[np.ndarray], sample_rate: float, target: int, quality: str = "HQ", num_samples: int | None = None,
) -> Iterator[Float32]:
    """Bring a recording to another sample rate, as `streamed` does, and never hold it as a whole.

    Parameters
    ----------
    blocks, sample_rate, target, quality
        As for `streamed`; `sample_rate` may be a fraction where `num_samples` is given.
    num_samples : int >= 0, optional
        To give in all; by default `length`.

    Yields
    ------
    np.ndarray [shape=(m,), dtype=float32]
        The next samples, some at a time; together they are what `streamed` gives. Overwritten by the next piece.

    Examples
    --------
    >>> [len(piece) for piece in pieces(iter([np.zeros(400, np.float32), np.zeros(41, np.float32)]), 16000, 16000)]
    [400, 41]
    """
    if sample_rate == target:
        for block in blocks:
            yield np.ascontiguousarray(block, dtype=np.float32)
        return
    # Designing the filter takes time, so that each thread keeps its resamplers; one serves one signal at a time.
    streams: dict[tuple[float, int, str], soxr.ResampleStream] = _kept.__dict__.setdefault("streams", {})
    key = (sample_rate, target, quality)
    stream = streams.pop(key, None) or soxr.ResampleStream(sample_rate, target, 1, dtype="float32", quality=quality)
    stream.clear()
    taken = given = 0
    for block in blocks:
        taken += len(block)
        piece = stream.resample_chunk(np.ascontiguousarray(block, dtype=np.float32))
        given += len(piece)
        yield piece
    # soxr rounds the length, librosa rounds it up and pads with zeros.
    wanted = length(taken, int(sample_rate), target) if num_samples is None else num_samples
    left = max(0, wanted - given)
    last = stream.resample_chunk(np.empty(0, dtype=np.float32), last=True)[:left]
    streams[key] = stream
    yield np.concatenate([last, np.zeros(left - len(last), np.float32)])


def length(num_samples: int, sample_rate: int, target: int) -> int:
    """Say how many samples a recording has at another rate, rounded up.

    Examples
    --------
    >>> length(441, 44100, 16000), length(442, 44100, 16000)
    (160, 161)
    """
    return -(-num_samples * target // sample_rate)


_kept = threading.local()
_SignalT = TypeVar("_SignalT", bound=spool.Signal)


def _loaded(
    path: Path | str, sample_rate: int, quality: str, together: Callable[[Iterator[Float32]], _SignalT]
) -> tuple[_SignalT, str]:
    with decoding.opened(path) as recording:
        digest = Digest(recording.sample_rate)
        blocks = digest.through(recording.blocks())
        samples = together(pieces(blocks, recording.sample_rate, sample_rate, quality))
    if not len(samples):
        raise decoding.UnreadableAudio(f"{path}: holds no samples")
    return samples, digest.hexdigest()


def _in_memory(parts: Iterator[Float32]) -> Float32:
    held = bytearray()  # which grows where it is: hours are never there twice
    for part in parts:
        held += part.data
    return np.frombuffer(held, dtype=np.float32)


def _in_memory_or_on_disk(parts: Iterator[Float32]) -> spool.Signal:
    held = bytearray()
    for part in parts:
        held += part.data
        if len(held) > spool.IN_MEMORY * part.itemsize:
            return spool.Spool(chain([np.frombuffer(held, dtype=np.float32)], parts))
    return np.frombuffer(held, dtype=np.float32)
