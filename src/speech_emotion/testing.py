"""Small corpora on disk, for tests of this project and of what is built on it.

The clips are named as the corpora's authors name them and hold a short tone each, higher for some labels than for
others, so that a model has something to learn. The same call gives the same bytes.
"""

import io
import zlib
from collections import Counter
from collections.abc import Collection
from itertools import product
from pathlib import Path, PurePosixPath

import numpy as np
import soundfile

from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import LABELS, Clip, Corpus

_SYNTHETIC = ("01f", "02m", "03f", "04m", "05f", "06m", "07f", "08m")


def tone(seed: int, *, pitch: float = 200.0, duration: float = 0.5, sample_rate: int = 16_000) -> np.ndarray:
    """Make a tone with noise, different for every seed.

    Parameters
    ----------
    seed : int >= 0
    pitch : float > 0
        In Hz.
    duration : float > 0
        In s.
    sample_rate : int > 0
        In Hz.

    Returns
    -------
    np.ndarray [shape=(round(duration * sample_rate),), dtype=float32]
        In [-0.5, 0.5].
    """
    noise = np.random.default_rng(seed)
    time = np.arange(round(duration * sample_rate)) / sample_rate
    wave = np.sin(2 * np.pi * pitch * noise.uniform(0.95, 1.05) * time + noise.uniform(0, 2 * np.pi))
    samples: np.ndarray = 0.3 * wave + 0.02 * noise.uniform(-1, 1, len(time))
    return samples.astype(np.float32)


def write_clip(path: Path, seed: int = 0, *, pitch: float = 200.0, duration: float = 0.5, sample_rate: int = 16_000,
               channels: int = 1) -> Path:
    """Write a `tone` in the container that the extension names, in 16 bits where it has them; folders are made.

    Returns
    -------
    Path
        `path` itself.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = tone(seed, pitch=pitch, duration=duration, sample_rate=sample_rate)
    kind = path.suffix[1:].upper()
    subtype = "PCM_16" if soundfile.check_format(kind, "PCM_16") else None
    # By way of memory: soundfile waits for the disk at every file it closes.
    buffer = io.BytesIO()
    soundfile.write(buffer, np.repeat(samples[:, None], channels, axis=1), sample_rate, subtype=subtype, format=kind)
    path.write_bytes(buffer.getvalue())
    return path


def make_corpus(root: Path, corpus: str = "ravdess", *, speakers: Collection[str] | None = None,
                labels: Collection[str] | None = None, clips: int = 1, duration: float = 0.5,
                sample_rate: int | None = None) -> list[Path]:
    """Write a small corpus, named and laid out as its authors do.

    Parameters
    ----------
    root : Path
        The folder to write to.
    corpus : str
        Any corpus that is recognised by name.
    speakers : collection of str, optional
        As the corpus's module names them; by default all (of the synthetic corpus, eight).
    labels : collection of str, optional
        In the common vocabulary; by default all that the corpus has.
    clips : int > 0
        For each speaker and label, as far as the corpus has so many.
    duration : float > 0
        Of each clip, in s.
    sample_rate : int > 0, optional
        In Hz; by default the corpus's own, or 16,000.

    Returns
    -------
    list of Path
        The files, no two of which sound the same.

    Raises
    ------
    UserError
        If there is no such corpus.
    ValueError
        If nothing fits, or the corpus has no naming scheme.
    """
    about, = registry.get([corpus])
    parse = about.make_parser(root)
    count: Counter[tuple[str, str]] = Counter()
    files = []
    for name in _names(about):
        clip = parse(PurePosixPath(corpus, name))
        if not isinstance(clip, Clip):
            continue
        if (speakers is not None and clip.speaker not in speakers) or (labels is not None and clip.label not in labels):
            continue
        if count[clip.speaker, clip.label] == clips:
            continue
        count[clip.speaker, clip.label] += 1
        files.append(write_clip(root / name, zlib.crc32(f"{corpus}/{name}".encode()), duration=duration,
                                pitch=150 * 1.25 ** LABELS.index(clip.label),
                                sample_rate=sample_rate or about.sample_rate or 16_000))
    if not files:
        raise ValueError(f"{corpus} has no clip of speakers {speakers} and labels {labels}")
    return files


def _names(corpus: Corpus) -> list[str]:
    if corpus.name == "synthetic":
        return [f"syn{speaker}/syn{speaker}_s{sentence:02}_{emotion}_{take}.wav"
                for speaker, emotion, take, sentence in product(_SYNTHETIC, corpus.labels, (1, 2), range(1, 5))]
    return [file.path for file in published.files(corpus)]


def voice(seed: int, *, duration: float = 1.0, sample_rate: int = 16_000) -> np.ndarray:
    """Make harmonics of a wavering pitch that swell and fade, with some noise and near silence at both ends.

    Parameters
    ----------
    seed : int >= 0
    duration : float > 0
        In s.
    sample_rate : int > 0
        In Hz.

    Returns
    -------
    np.ndarray [shape=(int(duration * sample_rate),), dtype=float32]
        In [-1, 1].

    Examples
    --------
    >>> voice(0, duration=0.5).shape
    (8000,)
    """
    random = np.random.default_rng(seed)
    time = np.arange(int(duration * sample_rate)) / sample_rate
    pitch = 120 + 80 * random.random() + 20 * np.sin(2 * np.pi * 3 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / sample_rate
    tones = sum(np.sin(k * phase) / k for k in range(1, 12))
    loudness = np.sin(np.pi * np.linspace(0, 1, len(time))) ** 2
    samples: np.ndarray = 0.1 * loudness * tones + 0.002 * random.standard_normal(len(time))
    edge = len(time) // 10
    samples[:edge] *= 1e-3
    samples[len(time) - edge :] *= 1e-3
    return samples.astype(np.float32)
