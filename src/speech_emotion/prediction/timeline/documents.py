"""Timelines for programs: CSV of all segments, JSON of segments and windows."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from speech_emotion.prediction.timeline.course import Timeline
from speech_emotion.prediction.timeline.segments import Segment, segments
from speech_emotion.prediction.windows import Window

_DIGITS = 6
_MILLISECONDS = 3


def as_csv(timelines: Sequence[Timeline], labels: Sequence[str], smooth: float) -> str:
    """Write the segments of recordings as CSV.

    Parameters
    ----------
    timelines : sequence of Timeline
        All by the same model.
    labels : sequence of str
        Its classes.
    smooth : float >= 0
        See `segments`.

    Returns
    -------
    str
        Columns file, start, end (in s), label, p_<label> for each label, not_judged; nothing in place of what is
        missing.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["file", "start", "end", "label", *(f"p_{label}" for label in labels), "not_judged"])
    for timeline in timelines:
        for one in segments(timeline, smooth):
            said = one.probabilities
            numbers = [""] * len(labels) if said is None else [f"{number:.{_DIGITS}f}" for number in said]
            table.writerow([timeline.file, f"{one.start:.{_MILLISECONDS}f}", f"{one.end:.{_MILLISECONDS}f}",
                            one.label or "", *numbers, one.not_judged or ""])
    return text.getvalue()


def as_json(timelines: Sequence[Timeline], smooth: float) -> str:
    """Write recordings as a JSON list of `document`."""
    return json.dumps([document(timeline, smooth) for timeline in timelines], indent=1, ensure_ascii=False,
                      allow_nan=False) + "\n"


def document(timeline: Timeline, smooth: float) -> dict[str, Any]:
    """Give a recording as plain data ready for JSON.

    Returns
    -------
    dict
        Keys file, duration, window, hop, smooth (in s), labels, segments and windows. Each segment and window has
        start, end, label, probabilities (by label) and not_judged, with None in place of what is missing. Those of
        windows are as the model gave them, those of segments are smoothed.
    """
    return {
        "file": timeline.file, "duration": round(timeline.duration, _DIGITS), "window": timeline.span.window,
        "hop": timeline.span.hop, "smooth": smooth, "labels": list(timeline.labels),
        "segments": [row(one, timeline.labels) for one in segments(timeline, smooth)],
        "windows": [of_window(window, timeline.labels) for window in timeline.windows],
    }


def row(one: Segment, labels: Sequence[str]) -> dict[str, Any]:
    """Give a segment as plain data ready for JSON.

    Examples
    --------
    >>> import numpy as np
    >>> row(Segment(0.0, 2.0, "fear", np.array([0.25, 0.75])), ["anger", "fear"])["probabilities"]
    {'anger': 0.25, 'fear': 0.75}
    """
    numbers = None if one.probabilities is None else {
        label: round(float(p), _DIGITS) for label, p in zip(labels, one.probabilities, strict=True)}
    return {"start": round(one.start, _DIGITS), "end": round(one.end, _DIGITS), "label": one.label,
            "probabilities": numbers, "not_judged": one.not_judged}


def of_window(window: Window, labels: Sequence[str]) -> dict[str, Any]:
    """Give a window as plain data ready for JSON, as `row` does with a segment."""
    said = window.probabilities
    label = None if said is None else labels[int(said.argmax())]
    return row(Segment(window.start, window.end, label, said, window.not_judged), labels)
