"""Augmented views of a clip: the same speech faster, slower, higher, lower, or in noise.

A view is computed from the clip's trimmed samples at the features' sample rate, before they are levelled. It keeps
the clip's id, so that whatever splits the data keeps it with its clip.
"""

import hashlib

import numpy as np
import soxr

from speech_emotion.arrays import Float32
from speech_emotion.params.extract_mfcc import ExtractMfcc

PLAIN = ""
"""Name of the view that changes nothing."""


def names(settings: ExtractMfcc) -> list[str]:
    """Names of a clip's views, such as "", "speed-0.9", "noise-20dB", "pitch+2"; the plain one first."""
    views = settings.views
    return [
        PLAIN,
        *(f"speed-{factor:g}" for factor in views.speed),
        *(f"noise-{snr:g}dB" for snr in views.noise_snr_db),
        *(f"pitch{steps:+g}" for steps in views.pitch_steps),
    ]


def apply(view: str, samples: Float32, sample_rate: int, digest: str) -> Float32:
    """Compute one view.

    Parameters
    ----------
    view : str
        One of `names`. ``speed-F`` plays the clip F times as fast, which raises its pitch too: equals
        ``librosa.resample(samples, orig_sr=sample_rate * F, target_sr=sample_rate)``. ``noise-NdB`` adds white
        Gaussian noise at a signal-to-noise ratio of N dB over the whole clip. ``pitch+N`` raises the pitch by N
        semitones at the same speed: equals ``librosa.effects.pitch_shift(samples, sr=sample_rate, n_steps=N)``.
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono signal.
    sample_rate : int > 0
        In Hz.
    digest : str
        The clip's digest; with the view's name it seeds the noise.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=float32]
        `samples` itself for the plain view.
    """
    if view == PLAIN:
        return samples
    if view.startswith("speed-"):
        factor = float(view.removeprefix("speed-"))
        length = int(np.ceil(len(samples) / factor))
        faster = soxr.resample(samples, sample_rate * factor, sample_rate, quality="HQ")
        return faster[:length] if len(faster) >= length else np.pad(faster, (0, length - len(faster)))
    if view.startswith("noise-"):
        snr_db = float(view.removeprefix("noise-").removesuffix("dB"))
        seed = int.from_bytes(hashlib.sha256(f"{digest} {view}".encode()).digest()[:16], "little")
        noise = np.random.Generator(np.random.PCG64(seed)).standard_normal(len(samples), dtype=np.float32)
        power = np.mean(np.square(samples, dtype=np.float64))
        return samples + noise * np.float32(np.sqrt(power / 10 ** (snr_db / 10)))
    from librosa.effects import pitch_shift  # brings numba, which takes a second and only this view needs

    shifted: Float32 = pitch_shift(samples, sr=sample_rate, n_steps=float(view.removeprefix("pitch")))
    return shifted
