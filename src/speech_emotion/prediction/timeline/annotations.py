"""Segments as other programs read them: Audacity, Praat, ELAN, and players of video.

What was not judged is a gap in all of them. The formats are small and fixed, and are written with the standard library:
https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html (Praat), http://www.mpi.nl/tools/elan/EAFv3.0.xsd
(ELAN), https://www.w3.org/TR/webvtt1/ (WebVTT), https://manual.audacityteam.org/man/importing_and_exporting_labels.html
(Audacity).
"""

import re
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from speech_emotion.prediction.timeline.segments import Segment

_NO_TEXT = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]+")
"""What is no character in XML, or ends a line."""
_EMOTION, _PROBABILITY = "emotion", "probability"
"""The tiers."""
_LONG_AGO = "1970-01-01T00:00:00+00:00"
"""ELAN's format wants a date; the same recording is to give the same bytes."""
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"


def as_audacity(segments: Sequence[Segment]) -> str:
    r"""Write segments as a label track of Audacity.

    Parameters
    ----------
    segments : sequence of Segment
        In their order.

    Returns
    -------
    str
        A line for each: start and end in s, label; with tabs between.

    Examples
    --------
    >>> import numpy as np
    >>> as_audacity([Segment(0.0, 2.5, "fear", np.array([0.25, 0.75]))])
    '0.000000\t2.500000\tfear\n'
    """
    return "".join(f"{one.start:.6f}\t{one.end:.6f}\t{_text(label)}\n" for one, label, _ in _judged(segments))


def as_webvtt(segments: Sequence[Segment]) -> str:
    """Write segments as subtitles, WebVTT, such as "fear 75 %".

    Parameters
    ----------
    segments : sequence of Segment
        In their order.
    """
    cues = [f"{_clock(one.start)} --> {_clock(one.end)}\n{_escaped(_text(label))} {100 * probability:.0f} %"
            for one, label, probability in _judged(segments)]
    return "\n\n".join(["WEBVTT", *cues]) + "\n"


def as_textgrid(segments: Sequence[Segment]) -> str:
    """Write segments as a TextGrid of Praat, with the interval tiers emotion and probability.

    Parameters
    ----------
    segments : sequence of Segment
        From the recording's start to its end, without holes.
    """
    duration = segments[-1].end
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", f"xmax = {_number(duration)}",
             "tiers? <exists>", "size = 2", "item []:"]
    for tier, name in enumerate((_EMOTION, _PROBABILITY), start=1):
        lines += [f"    item [{tier}]:", '        class = "IntervalTier"', f'        name = "{name}"',
                  "        xmin = 0", f"        xmax = {_number(duration)}",
                  f"        intervals: size = {len(segments)}"]
        for number, one in enumerate(segments, start=1):
            said = _text(one.label or "") if name == _EMOTION else _probability(one)
            doubled = said.replace('"', '""')
            lines += [f"        intervals [{number}]:", f"            xmin = {_number(one.start)}",
                      f"            xmax = {_number(one.end)}", f'            text = "{doubled}"']
    return "\n".join(lines) + "\n"


def as_elan(segments: Sequence[Segment], media: str) -> str:
    """Write segments as a document of ELAN, with the tier emotion and, for each of its annotations, a probability.

    Parameters
    ----------
    segments : sequence of Segment
        In their order.
    media : str
        The recording, which ELAN looks for beside the document.
    """
    root = Element("ANNOTATION_DOCUMENT", {
        "AUTHOR": "", "DATE": _LONG_AGO, "FORMAT": "3.0", "VERSION": "3.0",
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "xsi:noNamespaceSchemaLocation": _SCHEMA})
    header = SubElement(root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    name = "./" + quote(PurePath(media).name)
    kind = "audio/x-wav" if PurePath(media).suffix.lower() == ".wav" else "audio/*"
    SubElement(header, "MEDIA_DESCRIPTOR", MEDIA_URL=name, RELATIVE_MEDIA_URL=name, MIME_TYPE=kind)
    order = SubElement(root, "TIME_ORDER")
    emotion = SubElement(root, "TIER", TIER_ID=_EMOTION, LINGUISTIC_TYPE_REF=_EMOTION)
    probability = SubElement(root, "TIER", TIER_ID=_PROBABILITY, LINGUISTIC_TYPE_REF=_PROBABILITY, PARENT_REF=_EMOTION)
    for number, (one, label, _) in enumerate(_judged(segments), start=1):
        slots = [f"ts{2 * number - 1}", f"ts{2 * number}"]
        for slot, time in zip(slots, (one.start, one.end), strict=True):
            SubElement(order, "TIME_SLOT", TIME_SLOT_ID=slot, TIME_VALUE=str(round(1000 * time)))
        said = SubElement(SubElement(emotion, "ANNOTATION"), "ALIGNABLE_ANNOTATION", ANNOTATION_ID=f"a{number}",
                          TIME_SLOT_REF1=slots[0], TIME_SLOT_REF2=slots[1])
        SubElement(said, "ANNOTATION_VALUE").text = _text(label)
        beside = SubElement(SubElement(probability, "ANNOTATION"), "REF_ANNOTATION", ANNOTATION_ID=f"p{number}",
                            ANNOTATION_REF=f"a{number}")
        SubElement(beside, "ANNOTATION_VALUE").text = _probability(one)
    SubElement(root, "LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID=_EMOTION, TIME_ALIGNABLE="true", GRAPHIC_REFERENCES="false")
    SubElement(root, "LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID=_PROBABILITY, TIME_ALIGNABLE="false",
               GRAPHIC_REFERENCES="false", CONSTRAINTS="Symbolic_Association")
    SubElement(root, "CONSTRAINT", STEREOTYPE="Symbolic_Association",
               DESCRIPTION="1-1 association with a parent annotation")
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _judged(segments: Sequence[Segment]) -> list[tuple[Segment, str, float]]:
    return [(one, one.label, float(one.probabilities.max())) for one in segments
            if one.label is not None and one.probabilities is not None]


def _probability(one: Segment) -> str:
    return "" if one.probabilities is None else f"{one.probabilities.max():.3f}"


def _text(text: str) -> str:
    return _NO_TEXT.sub(" ", text)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _number(seconds: float) -> str:
    return f"{seconds:.6f}".rstrip("0").rstrip(".") or "0"


def _clock(seconds: float) -> str:
    milliseconds = round(1000 * seconds)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"
