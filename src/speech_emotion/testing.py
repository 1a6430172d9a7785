"""Small corpora on disk, for tests of this project and of what is built on it.

The clips are named as the corpora's authors name them and hold a short tone each, higher for some labels than for
others, so that a model has something to learn. The same call gives the same bytes.

`tone` makes every sound that the tests need, from a pure sine to something like a voice; `write_samples` and
`write_clip` put it into a file.
"""

import io
import zlib
from collections import Counter
from collections.abc import Collection
from itertools import product
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
import soundfile

from speech_emotion.arrays import Float32
from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import VOCABULARY, Clip, Corpus

_VIBRATO_RATE = 3.0
"""In Hz."""
_SYNTHETIC = ("01f", "02m", "03f", "04m", "05f", "06m", "07f", "08m")


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

    Something that features take for a voice:

    >>> voice = tone(0, pitch=160, detune=0.25, vibrato=20, harmonics=11, amplitude=0.1, noise=0.003, fade=True)
    >>> bool(np.abs(voice[:800]).max() < 1e-3 < 0.1 < np.abs(voice).max())
    True
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

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     files = make_corpus(Path(folder), "emodb", speakers=["03", "08"], labels=["anger", "fear"])
    ...     [file.relative_to(folder).as_posix() for file in files]
    ['wav/03a01Wa.wav', 'wav/03a04Ad.wav', 'wav/08a01Ab.wav', 'wav/08a01Wa.wav']
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
                                pitch=150 * 1.25 ** VOCABULARY.index(clip.label),
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
