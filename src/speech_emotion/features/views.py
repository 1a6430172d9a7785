"""Augmented views of a clip: the same speech faster, slower, higher, lower, or in noise.

A view is computed from the clip's trimmed samples at the features' sample rate, before they are levelled. It keeps
the clip's id, so that whatever splits the data keeps it with its clip.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import soxr

from speech_emotion.arrays import Float32
from speech_emotion.audio import resampling
from speech_emotion.audio.spool import Signal, SignalT, Spool, like, pieces
from speech_emotion.features import arithmetic
from speech_emotion.features.compiled import librosa
from speech_emotion.features.loudness import mean_square

if TYPE_CHECKING:  # that schema looks the features up, in this package
    from speech_emotion.params.extract_mfcc import Views

PLAIN = ""
"""Name of the view that changes nothing."""
_SPEED = "speed-"
_PITCH = "pitch"


def names(views: "Views") -> list[str]:
    """Names of a clip's views, the plain one first; equal for equal values only.

    Examples
    --------
    >>> from speech_emotion.params.extract_mfcc import Views
    >>> names(Views(speed=(0.9,), noise_snr_db=(20.0,), pitch_steps=(-1.5, 2.0)))
    ['', 'speed-0.9', 'noise-20dB', 'pitch-1.5', 'pitch+2']
    """
    return [
        PLAIN,
        *(f"{_SPEED}{_exactly(factor)}" for factor in views.speed),
        *(f"noise-{_exactly(snr)}dB" for snr in views.noise_snr_db),
        *(f"{_PITCH}{_exactly(steps, sign=True)}" for steps in views.pitch_steps),
    ]


def at_any_speed(views: Iterable[str]) -> tuple[str, ...]:
    """Choose the plain view and those that change the speed alone, which a listener would judge alike.

    Examples
    --------
    >>> at_any_speed(["pitch+2", "speed-0.9", "", "speed-1.1"])
    ('', 'speed-0.9', 'speed-1.1')
    """
    return tuple(sorted(view for view in views if view == PLAIN or view.startswith(_SPEED)))


def rounding(view: str) -> frozenset[str]:
    """Tell which functions of `arithmetic` show in a view's samples: those of the phase vocoder, for another pitch.

    Examples
    --------
    >>> sorted(rounding("speed-0.9")), len(rounding("pitch+2")) > 10
    ([], True)
    """
    return arithmetic.EVERY if view.startswith(_PITCH) else arithmetic.NONE


def apply(view: str, samples: SignalT, sample_rate: int, digest: str) -> SignalT:
    """Compute one view.

    Parameters
    ----------
    view : str
        One of `names`. ``speed-F`` plays the clip F times as fast, which raises its pitch too: equals
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
    >>> len(apply("speed-0.9", clip, 16000, digest=""))
    10000
    """
    if view == PLAIN:
        return samples
    if view.startswith(_SPEED):
        return like(samples, _faster(samples, float(view.removeprefix(_SPEED)), sample_rate))
    if view.startswith("noise-"):
        snr_db = float(view.removeprefix("noise-").removesuffix("dB"))
        seed = int.from_bytes(hashlib.sha256(f"{digest} {view}".encode()).digest()[:16], "little")
        return like(samples, _in_noise(samples, snr_db, seed))
    steps = float(view.removeprefix(_PITCH))
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


def _exactly(value: float, *, sign: bool = False) -> str:
    # The shortest text that gives the same float again.
    return np.format_float_positional(value, trim="-", sign=sign)
