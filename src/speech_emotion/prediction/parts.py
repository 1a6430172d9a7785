"""The rule for recordings of any length: what clips a recording is judged as, and how they become one answer.

A recording of up to `LONGEST_CLIP` is one clip. A longer one is judged in parts of equal length, as few as that bound
allows, each heard as a clip of its own: with its own level, limit `top_db` and normalisation. Parts that are silent, by
the rule for clips, are left out. The recording's probabilities are the mean over all windows of all parts that were
judged. Only one part is in memory at a time, so that a recording may have any length.

The parts are cut at exact samples after the recording was resampled as a whole, so that neither the decoder's blocks
nor the place of a cut show in the numbers.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding, resampling
from speech_emotion.audio.recording import BLOCK, Recording, UnreadableAudio
from speech_emotion.ingest import checks
from speech_emotion.ingest.probe import Content, Meter, measured
from speech_emotion.prediction import cutting
from speech_emotion.prediction.judge import Judge, Judgement, Signal
from speech_emotion.prediction.said import NotJudged, WindowProbabilities

LONGEST_CLIP = 120.0
"""Length in s up to which a recording is judged as one clip. Corpora of acted speech have clips of seconds; two minutes
of features, and of a network's layers, take some 100 MB."""

Open = Callable[[], AbstractContextManager[Recording]]
"""Opens a recording for decoding; may be called more than once."""


class Clip(NamedTuple):
    """A stretch of a recording that is judged by itself.

    Attributes
    ----------
    start : float
        Where it begins, in s.
    samples : tuple of np.ndarray [shape=(n,), dtype=float32]
        At the rate of each signal that the judge hears.
    """

    start: float
    samples: tuple[Float32, ...]


class Clips:
    """The clips that a recording is judged as, cut anew whenever one goes through them.

    Parameters
    ----------
    opened : Open
        The recording.
    content : Content
        What it holds.
    judge : Judge
        Who hears it.
    whole : Clip or None
        The recording itself, if it is one clip.
    where : str
        The file, for messages; "" for none.

    Attributes
    ----------
    flags : tuple of str
        What is to be noted of the recording; see `WindowProbabilities`.
    where : str
        As above.
    """

    def __init__(self, opened: Open, content: Content, judge: Judge, whole: Clip | None, where: str) -> None:
        self._opened = opened
        self._content = content
        self._signals = judge.signals
        self._whole = whole
        self.flags = checks.flags(content)
        self.where = where

    def __iter__(self) -> Iterator[Clip]:
        """Give the clips in their order, without those that are silent."""
        if self._whole is not None:
            yield self._whole
            return
        for clip in self._parts():
            content = measured([clip.samples[0]], self._signals[0].sample_rate)
            if content and not checks.fault(content, min_duration=0.0):
                yield clip

    def _parts(self) -> Iterator[Clip]:
        about = self._content
        number = math.ceil(about.num_samples / (LONGEST_CLIP * about.sample_rate))
        lengths = [resampling.length(about.num_samples, about.sample_rate, signal.sample_rate)
                   for signal in self._signals]
        edges = [[length * part // number for part in range(number + 1)] for length in lengths]
        with self._opened() as recording:
            streams = cutting.heard(recording.blocks(), about.sample_rate, self._signals)
            parts = (cutting.cut(stream, np.diff(places).tolist())
                     for stream, places in zip(streams, edges, strict=True))
            for first, *samples in zip(edges[0], *parts, strict=False):  # fewer if the file was cut meanwhile
                yield Clip(first / self._signals[0].sample_rate, tuple(samples))


def of_file(path: Path | str, judge: Judge) -> Clips:
    """Decode a file for the first time, and say what clips it is judged as.

    Parameters
    ----------
    path : Path or str
        Any readable audio file, of any sample rate and length.
    judge : Judge
        Who hears it.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.
    NotJudged
        If it is silent, too short, or not finite.
    """
    clips = _clips(lambda: decoding.opened(path, longest=math.inf), judge, str(path))
    if clips is None:
        raise UnreadableAudio(f"{path}: holds no samples")
    return clips


def of_samples(samples: Float32, sample_rate: int, judge: Judge) -> Clips:
    """Say what clips samples in memory are judged as.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono samples in [-1, 1].
    sample_rate : int > 0
        In Hz; any.
    judge : Judge
        Who hears them.

    Raises
    ------
    NotJudged
        If there are none, or they are silent, too short, or not finite.
    """
    clips = _clips(lambda: nullcontext(_InMemory(samples, sample_rate)), judge, "")
    if clips is None:
        raise NotJudged("empty", "holds no samples")
    return clips


def judged(clips: Clips, judge: Judge) -> WindowProbabilities:
    """Judge a recording.

    Raises
    ------
    NotJudged
        As `together` does.
    """
    said = ((clip.start, judge.judge(clip.samples)) for clip in clips)
    return together(said, judge.seconds, clips.flags, clips.where)


def together(
    said: Iterable[tuple[float, Judgement]], seconds: float, flags: tuple[str, ...] = (), where: str = ""
) -> WindowProbabilities:
    """Make one answer of what was said of a recording's clips.

    Parameters
    ----------
    said : iterable of (float, Judgement)
        Where each clip begins in s, and what was said of it.
    seconds : float
        Length of a window.
    flags : tuple of str
        What is to be noted of the recording.
    where : str
        The file, for messages; "" for none.

    Raises
    ------
    NotJudged
        If there are none, since all of the recording is silent, or the probabilities are not finite.
    """
    each = list(said)
    if not each:
        raise NotJudged("silent", f"every part is below {checks.SILENT:g} dBFS RMS", where)
    if len(each) == 1:  # as it was said, to the last bit
        (start, only), = each
        starts, windows, whole = start + only.starts, only.windows, only.clip
    else:
        starts = np.concatenate([start + one.starts for start, one in each])
        windows = np.concatenate([one.windows for _, one in each])
        whole = np.average([one.clip for _, one in each], axis=0, weights=[len(one.starts) for _, one in each])
    if not np.isfinite(whole).all():
        raise NotJudged("no-answer", "the model gives no number; train it anew", where)
    return WindowProbabilities(starts, seconds, windows, whole, flags)


def _clips(opened: Open, judge: Judge, where: str) -> Clips | None:
    # A recording of one clip is decoded once: what is resampled is measured on its way.
    first, *others = judge.signals
    with opened() as recording:
        rate = recording.sample_rate
        meter = Meter(rate, recording.channels)
        blocks = meter.through(recording.blocks())
        samples = resampling.streamed(_first(blocks, math.floor(LONGEST_CLIP * rate)), rate, *first)
        for _ in blocks:  # of a longer one, which is to be measured all the same
            pass
    content = meter.content()
    if content is None:
        return None
    long = content.num_samples > LONGEST_CLIP * rate
    fault = checks.fault(content, judge.min_duration)
    # Of a long recording that is silent as a whole, a part may not be, unless no sample is above the bound.
    if fault and not (long and fault[0] == "silent" and content.peak_dbfs >= checks.SILENT):
        raise NotJudged(*fault, where)
    whole = None if long else Clip(0.0, (samples, *(_whole(opened, signal) for signal in others)))
    return Clips(opened, content, judge, whole, where)


def _first(blocks: Iterable[np.ndarray], most: int) -> Iterator[np.ndarray]:
    """Pass a recording on until it has turned out longer than `most` samples."""
    passed = 0
    for block in blocks:
        passed += len(block)
        if passed > most:
            return
        yield block


def _whole(opened: Open, signal: Signal) -> Float32:
    with opened() as recording:
        return resampling.streamed(recording.blocks(), recording.sample_rate, *signal)


class _InMemory:
    """Samples in memory as a `Recording`."""

    channels = 1
    lossless = True
    encoding = "float"

    def __init__(self, samples: Float32, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self._samples = samples

    def blocks(self) -> Iterator[np.ndarray]:
        for at in range(0, len(self._samples), BLOCK):
            yield self._samples[at : at + BLOCK]
