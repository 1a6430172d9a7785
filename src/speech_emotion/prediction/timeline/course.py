"""What a model says of a recording's windows, one after the other."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding
from speech_emotion.prediction import windows
from speech_emotion.prediction.judge import Judge
from speech_emotion.prediction.timeline.envelope import Envelope
from speech_emotion.prediction.windows import Span, Window


@dataclass(frozen=True)
class Timeline:
    """What is said of a recording's windows.

    Attributes
    ----------
    file : str
        What it is of.
    labels : tuple of str
        The classes.
    span : Span
        How long windows are, and how far apart.
    windows : sequence of Window
        In their order; at least one. The last one ends with the recording.
    envelope : tuple of np.ndarray
        The waveform; see `Envelope.points`.
    """

    file: str
    labels: tuple[str, ...]
    span: Span
    windows: Sequence[Window]
    envelope: tuple[np.ndarray, Float32, Float32]

    @property
    def duration(self) -> float:
        """Of the recording, in s."""
        return self.windows[-1].end

    @property
    def centres(self) -> np.ndarray:
        """Middle of each window in s, float64 [windows]."""
        return np.array([(window.start + window.end) / 2 for window in self.windows])

    @property
    def edges(self) -> np.ndarray:
        """Ends of the stretch that each window speaks for in s, float64 [windows + 1]: half-way between middles."""
        centres = self.centres
        return np.concatenate([[0.0], (centres[:-1] + centres[1:]) / 2, [self.duration]])

    @property
    def probabilities(self) -> np.ndarray:
        """Of each window, float64 [windows, classes]; NaN where it was not judged."""
        unknown = np.full(len(self.labels), np.nan)
        return np.stack([unknown if window.probabilities is None else window.probabilities for window in self.windows])


def of_file(
    path: Path | str, judge: Judge, span: Span, *, name: str | None = None,
    progress: Callable[[Window], object] = lambda _window: None,
) -> Timeline:
    """Judge a recording window by window, while it is decoded.

    Parameters
    ----------
    path : Path or str
        Any readable audio file, of any sample rate and length.
    judge : Judge
        What judges each window as a clip of its own. One that normalises by speaker cannot.
    span : Span
        How long windows are, and how far apart.
    name : str or None
        What to call it; None for its path.
    progress : callable
        Is told of each window.

    Returns
    -------
    Timeline

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.
    """
    said = []
    with decoding.opened(path, longest=math.inf) as recording:
        envelope = Envelope(recording.sample_rate)
        for clip in windows.clips(envelope.through(recording.blocks()), recording.sample_rate, judge, span):
            said.append(windows.judged(clip, judge))
            progress(said[-1])
    if not said:
        raise decoding.UnreadableAudio(f"{path}: holds no samples")
    return Timeline(str(path) if name is None else name, judge.labels, span, said, envelope.points())
