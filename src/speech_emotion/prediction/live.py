"""Judge sound while it comes in, window by window."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.prediction import windows
from speech_emotion.prediction.judge import Judge
from speech_emotion.prediction.sources import Source
from speech_emotion.prediction.windows import Span, Window, clock

OVERRUN = "overrun"
"""Why a window is not judged that was complete while more than a window of later sound already waited."""


def listen(source: Source, judge: Judge, span: Span) -> Iterator[Window]:
    """Judge a source's windows, each as soon as it is complete.

    What comes in meanwhile waits. Where judging does not keep up, windows are left out, and none of the sound: the next
    that is judged is one that has just been heard, at its right time.

    Parameters
    ----------
    source : Source
        Where sound comes from.
    judge : Judge
        What judges each window as a clip of its own. One that normalises by speaker cannot.
    span : Span
        How long windows are, and how far apart.

    Yields
    ------
    Window
        One that was left out is not judged by the rule `OVERRUN`.
    """
    for clip in windows.clips(source.blocks(), source.sample_rate, judge, span):
        if source.behind > span.window:
            end = clip.start + len(clip.samples[0]) / judge.signals[0].sample_rate
            yield Window(clip.start, end, None, OVERRUN)
        else:
            yield windows.judged(clip, judge)


def warm_up(judge: Judge, span: Span) -> None:
    """Judge a window of noise, since the first takes longer than those that follow."""
    noise = np.random.default_rng(0)
    clip: list[Float32] = [noise.normal(0, 0.1, round(span.window * signal.sample_rate)).astype(np.float32)
                           for signal in judge.signals]
    judge.judge(clip)


def line(window: Window, labels: Sequence[str]) -> str:
    """Write a window for people: the label, and what else is likely.

    Examples
    --------
    >>> line(Window(2.0, 6.0, np.array([0.2, 0.1, 0.7])), ["anger", "fear", "sadness"])
    '0:02 - 0:06  sadness 70 %  (anger 20 %, fear 10 %)'
    >>> line(Window(2.0, 6.0, None, "silent"), ["anger", "fear", "sadness"])
    '0:02 - 0:06  -  (silent)'
    """
    when = f"{clock(window.start)} - {clock(window.end)}"
    if window.probabilities is None:
        return f"{when}  -  ({window.not_judged})"
    first, *others = (f"{labels[at]} {100 * window.probabilities[at]:.0f} %"
                      for at in np.argsort(-window.probabilities, kind="stable")[:3])
    return f"{when}  {first}" + (f"  ({', '.join(others)})" if others else "")


class Summary:
    """What was said in all.

    Parameters
    ----------
    labels : sequence of str
        The classes.

    Examples
    --------
    >>> summary = Summary(["anger", "fear"])
    >>> for window in (Window(0.0, 4.0, np.array([0.2, 0.8])), Window(2.0, 6.0, None, "silent")):
    ...     summary.add(window)
    >>> str(summary)
    'heard 0:06 in 2 windows: fear 1; not judged 1 (silent 1)'
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = labels
        self._said: Counter[str] = Counter()
        self._not_judged: Counter[str] = Counter()
        self._end = 0.0

    def add(self, window: Window) -> None:
        """Count a window."""
        self._end = window.end
        if window.probabilities is None:
            self._not_judged[window.not_judged or ""] += 1
        else:
            self._said[self._labels[int(window.probabilities.argmax())]] += 1

    @property
    def overruns(self) -> int:
        """How many windows were left out."""
        return self._not_judged[OVERRUN]

    def __str__(self) -> str:
        """Say it in a line."""
        number = self._said.total() + self._not_judged.total()
        said = [f"{label} {count}" for label, count in self._said.most_common()]
        if self._not_judged:
            reasons = ", ".join(f"{rule} {count}" for rule, count in self._not_judged.most_common())
            said = [f"{', '.join(said)}; " if said else "", f"not judged {self._not_judged.total()} ({reasons})"]
            return f"heard {clock(self._end)} in {number} windows: {''.join(said)}"
        return f"heard {clock(self._end)} in {number} windows: {', '.join(said) or 'nothing'}"
