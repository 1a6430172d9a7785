"""Windows that overlap, each judged as a clip of its own, through sound of any length."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.ingest import checks
from speech_emotion.ingest.probe import measured
from speech_emotion.prediction import cutting
from speech_emotion.prediction.judge import Judge
from speech_emotion.prediction.parts import LONGEST_CLIP, Clip

SHORTEST_HOP = 0.01
"""In s, from one window to the next."""


@dataclass(frozen=True)
class Window:
    """What is said of a window.

    Attributes
    ----------
    start, end : float
        In s.
    probabilities : np.ndarray [shape=(classes,), dtype=float64], or None
        None if it was not judged.
    not_judged : str or None
        The rule by which it was not, such as "silent"; see `NotJudged`.
    """

    start: float
    end: float
    probabilities: np.ndarray | None
    not_judged: str | None = None


@dataclass(frozen=True)
class Span:
    """How long windows are, and how far apart.

    Attributes
    ----------
    window, hop : float > 0
        Length of a window, and from the start of one to that of the next, in s.
    """

    window: float
    hop: float

    @classmethod
    def of(cls, judge: Judge, window: float | None = None, hop: float | None = None) -> "Span":
        """Choose what is not given: windows as long as the model's, of which each overlaps the next by a half.

        Raises
        ------
        UserError
            If the judge cannot judge such windows, or they leave gaps.
        """
        window = judge.seconds if window is None else window
        hop = window / 2 if hop is None else hop
        if not judge.min_duration <= window <= LONGEST_CLIP:
            raise UserError(f"--window is {window:g} s, but must be from {judge.min_duration:g} (the shortest clip "
                            f"that this model judges) to {LONGEST_CLIP:g}")
        if not SHORTEST_HOP <= hop <= window:
            raise UserError(f"--hop is {hop:g} s, but must be from {SHORTEST_HOP:g} to the window's {window:g}")
        return cls(window, hop)


def clips(blocks: Iterable[np.ndarray], sample_rate: int, judge: Judge, span: Span) -> Iterator[Clip]:
    """Cut sound into windows, each as soon as it is complete; the last one ends with the sound.

    Parameters
    ----------
    blocks : iterable of np.ndarray [shape=(m,), dtype=float32]
        Mono samples in [-1, 1], cut in any way. One may be overwritten by the next.
    sample_rate : int > 0
        In Hz.
    judge : Judge
        Who hears it.
    span : Span
        How long windows are, and how far apart.

    Yields
    ------
    Clip
    """
    def cut(stream: Iterator[Float32], rate: int) -> Iterator[tuple[int, Float32]]:
        starts = (round(number * span.hop * rate) for number in count())
        return cutting.windows(stream, round(span.window * rate), starts)

    streams = [cut(stream, signal.sample_rate) for stream, signal in
               zip(cutting.heard(blocks, sample_rate, judge.signals), judge.signals, strict=True)]
    # Of the last window, less than a sample may be there at one rate and not at another.
    for each in zip(*streams, strict=False):
        yield Clip(each[0][0] / judge.signals[0].sample_rate, tuple(samples for _, samples in each))


def judged(clip: Clip, judge: Judge) -> Window:
    """Judge a window, if there is anything to judge."""
    samples, rate = clip.samples[0], judge.signals[0].sample_rate
    end = clip.start + len(samples) / rate
    content = measured([samples], rate)
    fault = checks.fault(content, judge.min_duration) if content else ("empty", "holds no samples")
    if fault:
        return Window(clip.start, end, None, fault[0])
    probabilities = judge.judge(clip.samples).clip
    if not np.isfinite(probabilities).all():
        return Window(clip.start, end, None, "no-answer")
    return Window(clip.start, end, probabilities)


def clock(seconds: float) -> str:
    """Write a time as people do.

    Examples
    --------
    >>> clock(75), clock(3675), clock(1.5)
    ('1:15', '1:01:15', '0:01.5')
    """
    whole, rest = divmod(round(seconds, 3), 60)
    minutes = f"{int(whole) % 60:02d}" if whole >= 60 else f"{int(whole)}"
    text = f"{minutes}:{rest:06.3f}".rstrip("0").rstrip(".") if rest % 1 else f"{minutes}:{int(rest):02d}"
    return f"{int(whole) // 60}:{text}" if whole >= 60 else text
