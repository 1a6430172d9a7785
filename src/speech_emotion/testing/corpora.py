"""Small corpora, named as the corpora's authors name them.

Each clip is a short tone, higher for some labels than for others, so that a model has something to learn.
"""

import zlib
from collections import Counter
from collections.abc import Collection
from itertools import product
from pathlib import Path, PurePosixPath

from speech_emotion.corpora import published, registry
from speech_emotion.corpora.artificial import SYNTHETIC
from speech_emotion.corpora.base import VOCABULARY, Clip, Corpus
from speech_emotion.testing.tones import write_clip

_SYNTHETIC = ("01f", "02m", "03f", "04m", "05f", "06m", "07f", "08m")


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
    if corpus.name == SYNTHETIC:
        return [f"syn{speaker}/syn{speaker}_s{sentence:02}_{emotion}_{take}.wav"
                for speaker, emotion, take, sentence in product(_SYNTHETIC, corpus.labels, (1, 2), range(1, 5))]
    return [file.path for file in published.files(corpus)]
