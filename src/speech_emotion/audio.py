"""Any readable audio file as mono float32 samples, at its own sample rate or at another."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

from speech_emotion.containers import cut_short
from speech_emotion.errors import UserError

BLOCK = 1 << 20
"""Frames decoded at a time (1 Mi frames of stereo float32 are 8 MiB), so that memory is bounded."""


class UnreadableAudio(UserError):
    """A file that is not audio, or is damaged."""


def blocks(path: Path | str) -> Iterator[np.ndarray]:
    """Decode a file piece by piece.

    Parameters
    ----------
    path : Path or str
        A WAV, FLAC, AIFF, OGG, MP3 or other file that libsndfile reads. The content decides, not the extension.

    Yields
    ------
    np.ndarray [shape=(n,), dtype=float32]
        The next `n <= BLOCK` samples in [-1, 1], the mean over channels.

    Raises
    ------
    UnreadableAudio
        If the file cannot be opened or decoded, or ends before the length its header gives.
    """
    with _open(path) as file:
        expected, decoded = file.frames, 0
        while True:
            try:
                block = file.read(BLOCK, dtype="float32", always_2d=True)
            except soundfile.LibsndfileError as error:
                raise UnreadableAudio(f"{path}: damaged audio ({error.error_string})") from error
            if not len(block):
                break
            decoded += len(block)
            yield block[:, 0] if block.shape[1] == 1 else block.mean(axis=1)
        if decoded < expected:
            raise UnreadableAudio(f"{path}: damaged audio (ends after {decoded} of {expected} samples)")


def info(path: Path | str) -> tuple[int, int]:
    """Sample rate in Hz and number of channels of a file.

    Raises
    ------
    UnreadableAudio
        If the file cannot be opened as audio.
    """
    with _open(path) as file:
        return file.samplerate, file.channels


def read(path: Path | str) -> tuple[np.ndarray, int]:
    """Decode a whole file at its own sample rate.

    Returns
    -------
    samples : np.ndarray [shape=(n,), dtype=float32]
        The mean over channels, in [-1, 1].
    sample_rate : int
        In Hz.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.
    """
    sample_rate, _ = info(path)
    pieces = list(blocks(path))
    if not pieces:
        raise UnreadableAudio(f"{path}: holds no samples")
    return (pieces[0] if len(pieces) == 1 else np.concatenate(pieces)), sample_rate


def resample(samples: np.ndarray, orig_sr: int, target_sr: int, quality: str = "HQ") -> np.ndarray:
    """Change the sample rate with the SoX resampler; equals ``librosa.resample(res_type="soxr_hq")``.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono audio.
    orig_sr, target_sr : int > 0
        Sample rates in Hz.
    quality : str
        A soxr recipe: "QQ", "LQ", "MQ", "HQ" or "VHQ".

    Returns
    -------
    np.ndarray [shape=(ceil(n * target_sr / orig_sr),), dtype=float32]
        `samples` itself when the rates are equal.
    """
    if orig_sr == target_sr:
        return samples
    length = -(-len(samples) * target_sr // orig_sr)
    resampled: np.ndarray = soxr.resample(samples, orig_sr, target_sr, quality=quality)
    # soxr rounds the length, librosa rounds it up and pads with zeros.
    if len(resampled) < length:
        return np.pad(resampled, (0, length - len(resampled)))
    return resampled[:length]


def digest(pieces: Iterator[np.ndarray] | list[np.ndarray], sample_rate: int) -> str:
    """SHA-256 of decoded mono audio: the same for a WAV and its FLAC, another after any change of a sample.

    Parameters
    ----------
    pieces : iterable of np.ndarray [shape=(n,), dtype=float32]
        Consecutive samples; how they are cut does not matter.
    sample_rate : int
        In Hz; the same samples at another rate are another recording.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    state = hashlib.sha256(sample_rate.to_bytes(4, "little"))
    for piece in pieces:
        state.update(np.ascontiguousarray(piece, dtype="<f4").data)
    return state.hexdigest()


def _open(path: Path | str) -> soundfile.SoundFile:
    try:
        file = soundfile.SoundFile(path)
    except soundfile.LibsndfileError as error:
        if not Path(path).is_file():
            raise UnreadableAudio(f"{path}: there is no such file") from error
        raise UnreadableAudio(f"{path}: not readable as audio ({error.error_string})") from error
    except TypeError as error:  # a bare .raw extension asks for a format that only the user could know
        raise UnreadableAudio(f"{path}: headerless audio; convert it to WAV or FLAC") from error
    if missing := cut_short(path):
        file.close()
        raise UnreadableAudio(f"{path}: damaged audio ({missing})")
    return file
