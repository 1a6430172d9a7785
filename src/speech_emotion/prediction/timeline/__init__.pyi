from . import annotations, documents, segments
from .course import Timeline, of_file
from .envelope import Envelope
from .formats import TimelineFormat, render
from .segments import Segment, smoothed

__all__ = [
    "Envelope", "Segment", "Timeline", "TimelineFormat", "annotations", "documents", "of_file", "render", "segments",
    "smoothed",
]
