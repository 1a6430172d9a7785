"""A clip's samples as the features see them: decoded, resampled, trimmed, levelled, pre-emphasised."""

import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soxr

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding
from speech_emotion.features.spectrum import frames
from speech_emotion.params.extract_mfcc import ExtractMfcc

TRIM_FRAME, TRIM_HOP = 2048, 512
"""Frame and hop length in samples over which silence is judged; librosa's defaults."""


def load(path: Path | str, settings: ExtractMfcc) -> tuple[Float32, str]:
    """Decode a file and bring it to the features' sample rate, in pieces.

    Returns
    -------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono samples at ``settings.sample_rate``. They equal
        ``librosa.resample(decoding.read(path), res_type="soxr_hq")`` (for resampler "HQ"), but the clip is never held
        at its own sample rate.
    digest : str
        `audio.digest` of the file's own samples.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.
    """
    with decoding.opened(path) as recording:
        digest = decoding.Digest(recording.sample_rate)
        samples = _resampled(digest.through(recording.blocks()), recording.sample_rate, settings)
    if not len(samples):
        raise decoding.UnreadableAudio(f"{path}: holds no samples")
    return samples, digest.hexdigest()


def resampled(samples: Float32, rate: int, settings: ExtractMfcc) -> Float32:
    """Bring samples in memory to the features' sample rate, as `load` does with a file."""
    return _resampled([samples], rate, settings)


def trimmed(samples: Float32, top_db: float | None) -> Float32:
    """Cut off leading and trailing silence; equals ``librosa.effects.trim(samples, top_db=top_db)[0]``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    top_db : float > 0 or None
        How far below the loudest frame is silence, in dB; None to keep everything.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=float32]
        A view. All of `samples` where nothing would be left.
    """
    if top_db is None:
        return samples
    framed = frames(samples, TRIM_FRAME, TRIM_HOP)
    power = np.concatenate([np.mean(np.square(framed[at : at + 256]), axis=1) for at in range(0, len(framed), 256)])
    level = 20 * np.log10(np.maximum(np.sqrt(power), np.float32(1e-5)))
    loud = np.flatnonzero(level - level.max() > -top_db)
    kept = samples[loud[0] * TRIM_HOP : (loud[-1] + 1) * TRIM_HOP]
    return kept if len(kept) else samples


def levelled(samples: Float32, sample_rate: int, method: str, target_db: float) -> Float32:
    """Multiply a signal so that its level is `target_db`.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    sample_rate : int > 0
        In Hz.
    method : {"none", "peak", "rms", "lufs"}
        What is measured: nothing (the signal stays), the largest magnitude (dBFS; for 0 dB this equals
        ``librosa.util.normalize``), the root mean square (dBFS), or the gated loudness of ITU-R BS.1770-4 (LUFS).
    target_db : float <= 0
        In dB.

    Returns
    -------
    np.ndarray [shape=(n,), dtype=float32]
        Digital silence stays as it is.
    """
    if method == "none":
        return samples
    if method == "lufs":
        from speech_emotion.features.loudness import integrated_loudness  # takes half a second to import

        level = integrated_loudness(samples, sample_rate)
    elif method == "peak":
        level = 20 * np.log10(max(float(np.abs(samples).max()), 1e-10))
    else:
        level = 10 * np.log10(max(float(np.mean(np.square(samples, dtype=np.float64))), 1e-20))
    if level <= -190:
        return samples
    return samples * np.float32(10 ** ((target_db - level) / 20))


def pre_emphasised(samples: Float32, coefficient: float) -> Float32:
    """Raise high frequencies: ``y[n] - coefficient * y[n - 1]``.

    Equals ``librosa.effects.preemphasis(samples, coef=coefficient)``, whose first sample continues the signal
    backwards on a straight line.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    coefficient : float
        Between 0 (the signal stays) and 1.

    Returns
    -------
    np.ndarray [shape=(n,), dtype=float32]
    """
    if coefficient == 0 or len(samples) < 2:
        return samples
    result = samples.copy()
    result[1:] -= np.float32(coefficient) * samples[:-1]
    result[0] += 2 * samples[0] - samples[1]  # librosa takes this as the filter's state, unscaled
    return result


def _resampled(blocks: Iterable[np.ndarray], rate: int, settings: ExtractMfcc) -> Float32:
    if rate == settings.sample_rate:
        return np.concatenate([block.copy() for block in blocks] or [np.empty(0, dtype=np.float32)])
    stream = _stream(rate, settings.sample_rate, settings.resampler)
    count, pieces = 0, []
    for block in blocks:
        count += len(block)
        pieces.append(stream.resample_chunk(np.ascontiguousarray(block)))
    pieces.append(stream.resample_chunk(np.empty(0, dtype=np.float32), last=True))
    # soxr rounds the length, librosa rounds it up and pads with zeros.
    result = np.zeros(-(-count * settings.sample_rate // rate), dtype=np.float32)
    at = 0
    for piece in pieces:
        part = result[at : at + len(piece)]
        part[:] = piece[: len(part)]
        at += len(piece)
    return result


_kept = threading.local()


def _stream(rate: int, target: int, quality: str) -> soxr.ResampleStream:
    # Designing the filter takes time, so that each thread keeps its resamplers; one serves one signal at a time.
    streams: dict[tuple[int, int, str], soxr.ResampleStream] = _kept.__dict__.setdefault("streams", {})
    key = (rate, target, quality)
    if key not in streams:
        streams[key] = soxr.ResampleStream(rate, target, 1, dtype="float32", quality=quality)
    streams[key].clear()
    return streams[key]
