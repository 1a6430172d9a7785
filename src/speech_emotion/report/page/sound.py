"""Which clips can be heard in the report, and their audio.

MP3, because every browser plays it, the same samples give the same bytes (Ogg has random serial numbers), and it takes
a sixth of the time of Opus. Only what a corpus's licence lets others hear is taken.
"""

import base64
import io
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

from speech_emotion.arrays import Float32
from speech_emotion.audio import resampling
from speech_emotion.audio.recording import UnreadableAudio
from speech_emotion.corpora import registry
from speech_emotion.params.evaluate import Report

SAMPLE_RATE = 16_000
"""Of the audio in the page, in Hz."""
_COMPRESSION = 0.3
"""Of libsndfile, from 0 to 1: some 40 kbit/s for speech."""
_TYPE = "data:audio/mpeg;base64,"
_AT_ONCE = 8
"""Clips that are encoded side by side."""


@dataclass(frozen=True)
class Sound:
    """What can be heard.

    Attributes
    ----------
    clips : dict
        By clip_id, a data URL of type audio/mpeg.
    restricted : tuple of str
        Corpora of which nothing may be heard.
    silent : dict
        How many clips cannot be heard, by reason: "off" (`audio_mb` is 0), "restricted", "gone" (no such file),
        "changed" (a file with other samples), "full" (the page has no room).
    cut : int
        How many of `clips` end before the clip does.
    """

    clips: dict[str, str] = field(default_factory=dict)
    restricted: tuple[str, ...] = ()
    silent: dict[str, int] = field(default_factory=dict)
    cut: int = 0


def quotable(corpus: str, settings: Report) -> bool:
    """Say whether clips of a corpus may be in the page.

    Parameters
    ----------
    corpus : str
        As in the manifest.
    settings : Report

    Examples
    --------
    >>> settings = Report(audio_mb=1.0, audio_seconds=8.0, audio_also_of=("calls",))
    >>> [name for name in ("ravdess", "tess", "savee", "emodb", "calls", "mine") if quotable(name, settings)]
    ['ravdess', 'emodb', 'calls']
    """
    known = registry.CORPORA.get(corpus)
    return corpus in settings.audio_also_of or (known is not None and known.quotable)


def in_order(clips: pd.DataFrame) -> list[int]:
    """Rank clips by how much there is to learn from hearing them, so that every cell of the confusion is heard early.

    Parameters
    ----------
    clips : pd.DataFrame
        Columns clip_id, label, predicted and confidence.

    Returns
    -------
    list of int
        Positions of rows: the surest clip of each cell, the next of each, and so on; in each such round the mistakes
        first, the surest of them first.

    Examples
    --------
    >>> clips = pd.DataFrame({"clip_id": list("abcd"), "label": ["anger", "anger", "anger", "fear"],
    ...                       "predicted": ["anger", "fear", "fear", "fear"], "confidence": [0.9, 0.4, 0.6, 0.5]})
    >>> clips["clip_id"].iloc[in_order(clips)].tolist()
    ['c', 'a', 'd', 'b']
    """
    rows = clips[["clip_id", "label", "predicted", "confidence"]].reset_index(drop=True)
    rows = rows.sort_values(["confidence", "clip_id"], ascending=[False, True], kind="stable")
    rows["round"] = rows.groupby(["label", "predicted"]).cumcount()
    rows["right"] = rows["label"].astype(str) == rows["predicted"].astype(str)
    return rows.sort_values(["round", "right"], kind="stable").index.tolist()


def sounds(clips: pd.DataFrame, files: pd.DataFrame | None, root: Path, settings: Report) -> Sound:
    """Encode as many clips as there is room for.

    Parameters
    ----------
    clips : pd.DataFrame
        Columns clip_id, corpus, digest, label, predicted and confidence.
    files : pd.DataFrame or None
        Where each clip lies (`manifest.read_files`); None where nobody has told.
    root : Path
        What that is relative to.
    settings : Report

    Returns
    -------
    Sound
        The same clips and files give the same bytes.

    Examples
    --------
    >>> clips = pd.DataFrame({"clip_id": ["emodb-1"], "corpus": "emodb", "digest": "0", "label": "fear",
    ...                       "predicted": "fear", "confidence": 0.5})
    >>> sounds(clips, None, Path("nowhere"), Report(audio_mb=1.0, audio_seconds=8.0, audio_also_of=())).silent
    {'gone': 1}
    """
    if not settings.audio_mb:
        return Sound(silent={"off": len(clips)})
    permitted = {str(name): quotable(str(name), settings) for name in clips["corpus"].unique()}
    paths = {} if files is None else dict(zip(files["clip_id"], files["path"], strict=True))
    ranked = clips[["clip_id", "corpus", "digest"]].astype(str).iloc[in_order(clips)]
    silent: Counter[str] = Counter()
    there = []
    for clip_id, corpus, digest in ranked.itertuples(index=False):
        path = root / paths.get(clip_id, "")
        if permitted[corpus] and path.is_file():
            there.append((clip_id, digest, path))
        else:
            silent["gone" if permitted[corpus] else "restricted"] += 1
    found: dict[str, str] = {}
    cut, room = 0, int(settings.audio_mb * 1e6)
    for (clip_id, _, _), encoded in zip(there, _encoded(there, settings.audio_seconds), strict=False):
        if encoded is None:
            silent["changed"] += 1
            continue
        url, whole = encoded
        if len(url) > room:
            break
        room -= len(url)
        found[clip_id] = url
        cut += not whole
    silent["full"] = len(there) - silent["changed"] - len(found)
    restricted = tuple(sorted(name for name, may in permitted.items() if not may))
    return Sound(found, restricted, {reason: number for reason, number in silent.items() if number}, cut)


def _encoded(there: list[tuple[str, str, Path]], seconds: float) -> Iterator[tuple[str, bool] | None]:
    """Give each clip's audio in turn, and whether it is all of it; None where the file is another than it was."""
    def one(clip: tuple[str, str, Path]) -> tuple[str, bool] | None:
        try:
            samples, digest = resampling.load(clip[2], SAMPLE_RATE)
        except (UnreadableAudio, OSError):
            return None
        if digest != clip[1]:
            return None
        longest = round(seconds * SAMPLE_RATE)
        return encode(samples[:longest]), len(samples) <= longest

    rest = iter(there)
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        while some := list(islice(rest, _AT_ONCE)):  # no more than one batch is made in vain
            yield from pool.map(one, some)


def encode(samples: Float32) -> str:
    """Encode samples as a data URL.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        At `SAMPLE_RATE`.

    Examples
    --------
    >>> encode(np.zeros(1600, dtype=np.float32))[:30]
    'data:audio/mpeg;base64,//OIxAA'
    """
    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(samples, -1, 1), SAMPLE_RATE, format="MP3", subtype="MPEG_LAYER_III",
                    compression_level=_COMPRESSION, bitrate_mode="VARIABLE")
    return _TYPE + base64.b64encode(buffer.getvalue()).decode("ascii")
