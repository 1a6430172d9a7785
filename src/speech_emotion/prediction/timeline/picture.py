"""A timeline as a picture: waveform, probabilities one above the other, and the label of each segment."""

import io
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING

import numpy as np

from speech_emotion.prediction.timeline.course import Timeline
from speech_emotion.prediction.timeline.segments import Segment, segments, smoothed
from speech_emotion.prediction.windows import clock

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_Colour = tuple[float, float, float, float]
_WAVE = "#3465a4"
_GAP = "0.9"
_SIZE = (11.0, 5.0)
_LETTERS = 140
"""That the width of the axes has room for."""


def as_png(timeline: Timeline, smooth: float) -> bytes:
    """Draw a timeline as PNG; the same timeline gives the same bytes.

    Parameters
    ----------
    timeline : Timeline
        Of a recording.
    smooth : float >= 0
        Over how many seconds probabilities are averaged; see `segments`.
    """
    buffer = io.BytesIO()
    # Without the library's version and the date.
    draw(timeline, smooth).savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()


def draw(timeline: Timeline, smooth: float) -> "Figure":
    """Draw a timeline.

    Returns
    -------
    matplotlib.figure.Figure
        Three axes: waveform, probabilities, segments.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.size": 9, "text.parse_math": False}):
        figure = Figure(figsize=_SIZE, layout="constrained")
        FigureCanvasAgg(figure)
        wave, course, strip = figure.subplots(3, 1, sharex=True, height_ratios=[1.0, 2.0, 0.25])
        wave.set_title(PurePath(timeline.file).name)
        _waveform(wave, timeline)
        map_of = matplotlib.colormaps["tab10" if len(timeline.labels) <= 10 else "tab20"]
        colours = {label: map_of(number % map_of.N) for number, label in enumerate(timeline.labels)}
        _probabilities(course, timeline, smooth, list(colours.values()))
        _labels(strip, segments(timeline, smooth), colours)
        strip.xaxis.set_major_formatter(lambda seconds, _position: clock(seconds))
        strip.set_xlabel("time (h:mm:ss)" if timeline.duration >= 3600 else "time (m:ss)")
        course.legend(*_legend(colours), loc="center left", bbox_to_anchor=(1.0, 0.5), reverse=True, frameon=False)
    return figure


def _waveform(axes: "Axes", timeline: Timeline) -> None:
    times, lowest, highest = timeline.envelope
    low, high = (np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=-1.0) for values in (lowest, highest))
    axes.fill_between(times, low, high, linewidth=0.5, color=_WAVE, edgecolor=_WAVE)
    peak = max(1e-6, -float(low.min()), float(high.max()))
    axes.set(ylabel="amplitude", ylim=(-1.05 * peak, 1.05 * peak), xlim=(0, timeline.duration))


def _probabilities(axes: "Axes", timeline: Timeline, smooth: float, colours: list[_Colour]) -> None:
    said = smoothed(timeline.probabilities, timeline.centres, smooth)
    edges = timeline.edges
    axes.set_facecolor(_GAP)
    known = np.isfinite(said).all(axis=1)
    changes = np.flatnonzero(np.diff(known.astype(int))) + 1
    for first, last in pairwise([0, *changes.tolist(), len(said)]):
        if known[first]:
            steps = np.concatenate([said[first:last], said[last - 1 : last]])
            axes.stackplot(edges[first : last + 1], steps.T, step="post", colors=colours, linewidth=0)
    axes.set(ylabel="probability", ylim=(0, 1))


def _labels(axes: "Axes", made: list[Segment], colours: dict[str, _Colour]) -> None:
    axes.set_facecolor(_GAP)
    judged = [one for one in made if one.label]
    axes.broken_barh([(one.start, one.end - one.start) for one in judged], (0, 1),
                     facecolors=[colours[one.label] for one in judged if one.label])
    for one in judged:  # not by colour alone, where there is room
        if one.label and (one.end - one.start) * _LETTERS > (len(one.label) + 2) * made[-1].end:
            axes.text((one.start + one.end) / 2, 0.45, one.label, color=_readable_on(colours[one.label]), ha="center",
                      va="center", fontsize=8)
    axes.set(ylabel="label", yticks=[], ylim=(0, 1))


def _readable_on(colour: _Colour) -> str:
    """Choose black or white, by the relative luminance of WCAG 2.2."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour[:3])
    return "black" if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 else "white"


def _legend(colours: dict[str, _Colour]) -> tuple[list[object], list[str]]:
    from matplotlib.patches import Patch

    return ([*(Patch(facecolor=colour) for colour in colours.values()), Patch(facecolor=_GAP)],
            [*colours, "not judged"])
