"""Clips to measure with: noisy harmonics of a wavering pitch, of a length usual in speech emotion corpora."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from speech_emotion.extraction.worker import ClipFile


def _numbered(at: int) -> str:
    return f"{at:06d}.wav"


def synthesize(
    folder: Path, num_clips: int, *, sample_rate: int, shortest: float, longest: float,
    name: Callable[[int], str] = _numbered,
) -> list[ClipFile]:
    """Write `num_clips` different clips as 16-bit WAV files.

    Parameters
    ----------
    folder : Path
        Existing folder.
    num_clips : int
        Each is one of eight voices with noise of its own.
    sample_rate : int > 0
        In Hz.
    shortest, longest : float
        In seconds; lengths are spread evenly between.
    name : callable
        Gives the path of each clip in the folder, from its number.

    Returns
    -------
    list of ClipFile
    """
    voices = [_voice(seed, sample_rate) for seed in range(8)]
    clips = []
    for at in range(num_clips):
        random = np.random.default_rng(at)
        length = int(sample_rate * random.uniform(shortest, longest))
        path = folder / name(at)
        path.parent.mkdir(exist_ok=True)
        voice = voices[at % len(voices)]
        # A voice's few seconds over and over: an hour is written without ever being held.
        with soundfile.SoundFile(path, "w", sample_rate, channels=1, subtype="PCM_16") as file:
            for first in range(0, length, len(voice)):
                part = voice[: length - first]
                file.write(part + np.float32(1e-3) * random.standard_normal(len(part), dtype=np.float32))
        clips.append(ClipFile.describe(path, f"bench-{at:06d}", "bench"))
    return clips


def _voice(seed: int, sample_rate: int, seconds: float = 5.0) -> np.ndarray:
    random = np.random.default_rng(1000 + seed)
    time = np.arange(int(seconds * sample_rate)) / sample_rate
    pitch = random.uniform(100, 250) * (1 + 0.15 * np.sin(2 * np.pi * random.uniform(0.5, 3) * time))
    phase = 2 * np.pi * np.cumsum(pitch) / sample_rate
    tones = np.sum([np.sin(k * phase) / k for k in range(1, 20)], axis=0)
    syllables = np.clip(np.sin(2 * np.pi * 2 * time), 0.001, 1)
    return np.asarray(0.1 * tones * syllables, dtype=np.float32)
