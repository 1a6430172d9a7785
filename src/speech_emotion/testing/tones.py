"""Tones with noise, as samples and as files."""

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from speech_emotion.arrays import Float32

_VIBRATO_RATE = 3.0
"""In Hz."""


def tone(seed: int = 0, *, pitch: float = 200.0, duration: float = 0.5, sample_rate: int = 16_000,
         amplitude: float = 0.3, noise: float = 0.02, detune: float = 0.05, harmonics: int = 1, vibrato: float = 0.0,
         fade: bool = False) -> Float32:
    """Make a tone with noise, different for every seed.

    Parameters
    ----------
    seed : int >= 0
        Of pitch, phase and noise.
    pitch : float > 0
        In Hz.
    duration : float > 0
        In s.
    sample_rate : int > 0
        In Hz.
    amplitude : float >= 0
        Of the fundamental; full scale is 1.
    noise : float >= 0
        Largest magnitude of white noise.
    detune : float in [0, 1[
        By which share of itself the pitch may be off, up or down; 0 for exactly `pitch`.
    harmonics : int > 0
        Number of partials, the k-th with 1/k of the amplitude.
    vibrato : float >= 0
        By how many Hz the pitch wavers, three times a second.
    fade : bool
        Whether the tone swells and dies away, between near silence in its first and last tenth.

    Returns
    -------
    np.ndarray [shape=(round(duration * sample_rate),), dtype=float32]
        With the defaults in [-0.32, 0.32].

    Examples
    --------
    >>> tone(3, duration=1.5).shape
    (24000,)

    A pure sine:

    >>> sine = tone(pitch=997, amplitude=1.0, noise=0.0, detune=0.0, duration=1.0, sample_rate=48_000)
    >>> round(float(np.sqrt(np.mean(sine.astype(float) ** 2))), 4)
    0.7071
    """
    random = np.random.default_rng(seed)
    time = np.arange(round(duration * sample_rate)) / sample_rate
    phase = 2 * np.pi * pitch * random.uniform(1 - detune, 1 + detune) * time + random.uniform(0, 2 * np.pi)
    phase += vibrato / _VIBRATO_RATE * (1 - np.cos(2 * np.pi * _VIBRATO_RATE * time))
    wave = np.sum([np.sin(k * phase) / k for k in range(1, harmonics + 1)], axis=0)
    hiss = random.uniform(-1, 1, len(time))
    if fade:
        edge = len(time) // 10
        wave *= np.sin(np.pi * np.linspace(0, 1, len(time))) ** 2
        for samples in (wave, hiss):
            samples[:edge] *= 1e-3
            samples[len(time) - edge:] *= 1e-3
    return np.asarray(amplitude * wave + noise * hiss, np.float32)


def voice(seed: int = 0, *, duration: float = 1.0, sample_rate: int = 16_000) -> Float32:
    """Make a `tone` that features take for a voice: it wavers, swells and dies away, with near silence at both ends.

    Parameters
    ----------
    seed : int >= 0
        Of pitch, phase and noise.
    duration : float > 0
        In s.
    sample_rate : int > 0
        In Hz.

    Returns
    -------
    np.ndarray [shape=(round(duration * sample_rate),), dtype=float32]
        In [-1, 1].

    Examples
    --------
    >>> samples = voice(0, duration=0.5)
    >>> samples.shape
    (8000,)
    >>> bool(np.abs(samples[:800]).max() < 1e-3 < 0.1 < np.abs(samples).max())
    True
    """
    return tone(seed, pitch=160, detune=0.25, vibrato=20, harmonics=11, amplitude=0.1, noise=0.003, fade=True,
                duration=duration, sample_rate=sample_rate)


def write_samples(path: Path, samples: npt.ArrayLike, sample_rate: int = 16_000) -> Path:
    """Write samples in the container that the extension names, in 16 bits where it has them; folders are made.

    Parameters
    ----------
    path : Path
        The file to write or replace.
    samples : array-like [shape=(n,) or (n, channels)]
        Floating point in [-1, 1], or integers.
    sample_rate : int > 0
        In Hz.

    Returns
    -------
    Path
        `path` itself.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = write_samples(Path(folder, "Ann", "loud.flac"), 2 * tone(1))
    ...     print(soundfile.info(path).duration)
    0.5
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = path.suffix[1:].upper()
    subtype = "PCM_16" if soundfile.check_format(kind, "PCM_16") else None
    # By way of memory: soundfile waits for the disk at every file it closes.
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, sample_rate, subtype=subtype, format=kind)
    path.write_bytes(buffer.getvalue())
    return path


def write_clip(path: Path, seed: int = 0, *, pitch: float = 200.0, duration: float = 0.5, sample_rate: int = 16_000,
               channels: int = 1) -> Path:
    """Write a `tone` as `write_samples` does.

    Parameters
    ----------
    path : Path
        The file to write or replace.
    seed, pitch, duration, sample_rate
        As for `tone`.
    channels : int > 0
        All with the same samples.

    Returns
    -------
    Path
        `path` itself.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     about = soundfile.info(write_clip(Path(folder, "clip.wav"), pitch=300, channels=2))
    >>> about.channels, about.samplerate, about.subtype
    (2, 16000, 'PCM_16')
    """
    samples = tone(seed, pitch=pitch, duration=duration, sample_rate=sample_rate)
    return write_samples(path, np.repeat(samples[:, None], channels, axis=1), sample_rate)
