"""The samples of an augmented view: the same speech faster, slower, higher, lower, or in noise.

They are made of the clip's trimmed samples at the features' sample rate, before they are levelled.
"""

import hashlib
from collections.abc import Iterator

import numpy as np
import soxr

from speech_emotion.arrays import Float32
from speech_emotion.audio import resampling
from speech_emotion.audio.spool import Signal, SignalT, Spool, like, pieces
from speech_emotion.features.compiled import librosa
from speech_emotion.features.loudness import mean_square
from speech_emotion.features.views import DECIBEL, NOISE, PITCH, PLAIN, SPEED


def perturbed(view: str, samples: SignalT, sample_rate: int, digest: str) -> SignalT:
    """Compute one view.

    Parameters
    ----------
    view : str
        One of `views.names`. ``speed-F`` plays the clip F times as fast, which raises its pitch too: equals
        ``librosa.resample(samples, orig_sr=sample_rate * F, target_sr=sample_rate)``. ``noise-NdB`` adds white
        Gaussian noise at a signal-to-noise ratio of N dB over the whole clip. ``pitch+N`` raises the pitch by N
        semitones at the same speed: equals ``librosa.effects.pitch_shift(samples, sr=sample_rate, n_steps=N)``.
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono signal. One on disk is worked on in pieces, with the same result; for another pitch it is read whole.
    sample_rate : int > 0
        In Hz.
    digest : str
        The clip's digest; with the view's name it seeds the noise.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=float32] or Spool
        `samples` itself for the plain view.

    Examples
    --------
    >>> clip = np.zeros(9000, dtype=np.float32)
    >>> len(perturbed("speed-0.9", clip, 16000, digest=""))
    10000
    """
    if view == PLAIN:
        return samples
    if view.startswith(SPEED):
        return like(samples, _faster(samples, float(view.removeprefix(SPEED)), sample_rate))
    if view.startswith(NOISE):
        snr_db = float(view.removeprefix(NOISE).removesuffix(DECIBEL))
        seed = int.from_bytes(hashlib.sha256(f"{digest} {view}".encode()).digest()[:16], "little")
        return like(samples, _in_noise(samples, snr_db, seed))
    steps = float(view.removeprefix(PITCH))
    return like(samples, iter([librosa().effects.pitch_shift(np.asarray(samples), sr=sample_rate, n_steps=steps)]))


def _faster(samples: Signal, factor: float, sample_rate: int) -> Iterator[Float32]:
    length = int(np.ceil(len(samples) / factor))
    if isinstance(samples, Spool):
        yield from resampling.pieces(pieces(samples), sample_rate * factor, sample_rate, num_samples=length)
        return
    faster = soxr.resample(samples, sample_rate * factor, sample_rate, quality="HQ")
    yield faster[:length] if len(faster) >= length else np.pad(faster, (0, length - len(faster)))


def _in_noise(samples: Signal, snr_db: float, seed: int) -> Iterator[Float32]:
    loudness = np.float32(np.sqrt(mean_square(samples) / 10 ** (snr_db / 10)))
    generator = np.random.Generator(np.random.PCG64(seed))
    for piece in pieces(samples):
        yield piece + generator.standard_normal(len(piece), dtype=np.float32) * loudness
