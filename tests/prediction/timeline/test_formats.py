"""What other programs read, beside references that were written by hand."""

import base64
import csv
import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.prediction.timeline import annotations
from speech_emotion.prediction.timeline.course import Timeline
from speech_emotion.prediction.timeline.formats import TimelineFormat, render, require_distinct, target
from speech_emotion.prediction.timeline.picture import draw
from speech_emotion.prediction.timeline.segments import Segment, segments
from speech_emotion.prediction.windows import clock

SEGMENTS = [
    Segment(0.0, 1.25, 'so "glad"\t<3', np.array([0.75, 0.25])),
    Segment(1.25, 3725.5, None, None, "silent"),
    Segment(3725.5, 3726.0004, "low & calm", np.array([0.125, 0.875])),
]


def test_audacity() -> None:
    assert annotations.as_audacity(SEGMENTS) == (
        '0.000000\t1.250000\tso "glad" <3\n'
        "3725.500000\t3726.000400\tlow & calm\n")


def test_webvtt() -> None:
    assert annotations.as_webvtt(SEGMENTS) == """WEBVTT

00:00:00.000 --> 00:00:01.250
so "glad" &lt;3 75 %

01:02:05.500 --> 01:02:06.000
low &amp; calm 88 %
"""


def test_textgrid() -> None:
    assert annotations.as_textgrid(SEGMENTS) == '''File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 3726.0004
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "emotion"
        xmin = 0
        xmax = 3726.0004
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1.25
            text = "so ""glad"" <3"
        intervals [2]:
            xmin = 1.25
            xmax = 3725.5
            text = ""
        intervals [3]:
            xmin = 3725.5
            xmax = 3726.0004
            text = "low & calm"
    item [2]:
        class = "IntervalTier"
        name = "probability"
        xmin = 0
        xmax = 3726.0004
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1.25
            text = "0.750"
        intervals [2]:
            xmin = 1.25
            xmax = 3725.5
            text = ""
        intervals [3]:
            xmin = 3725.5
            xmax = 3726.0004
            text = "0.875"
'''


ELAN = """<ANNOTATION_DOCUMENT AUTHOR="" DATE="1970-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
  <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">
    <MEDIA_DESCRIPTOR MEDIA_URL="./an%20interview.WAV" RELATIVE_MEDIA_URL="./an%20interview.WAV"
      MIME_TYPE="audio/x-wav"/>
  </HEADER>
  <TIME_ORDER>
    <TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="0"/>
    <TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="1250"/>
    <TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="3725500"/>
    <TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="3726000"/>
  </TIME_ORDER>
  <TIER TIER_ID="emotion" LINGUISTIC_TYPE_REF="emotion">
    <ANNOTATION>
      <ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
        <ANNOTATION_VALUE>so "glad" &lt;3</ANNOTATION_VALUE>
      </ALIGNABLE_ANNOTATION>
    </ANNOTATION>
    <ANNOTATION>
      <ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4">
        <ANNOTATION_VALUE>low &amp; calm</ANNOTATION_VALUE>
      </ALIGNABLE_ANNOTATION>
    </ANNOTATION>
  </TIER>
  <TIER TIER_ID="probability" LINGUISTIC_TYPE_REF="probability" PARENT_REF="emotion">
    <ANNOTATION>
      <REF_ANNOTATION ANNOTATION_ID="p1" ANNOTATION_REF="a1"><ANNOTATION_VALUE>0.750</ANNOTATION_VALUE></REF_ANNOTATION>
    </ANNOTATION>
    <ANNOTATION>
      <REF_ANNOTATION ANNOTATION_ID="p2" ANNOTATION_REF="a2"><ANNOTATION_VALUE>0.875</ANNOTATION_VALUE></REF_ANNOTATION>
    </ANNOTATION>
  </TIER>
  <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="emotion" TIME_ALIGNABLE="true" GRAPHIC_REFERENCES="false"/>
  <LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="probability" TIME_ALIGNABLE="false" GRAPHIC_REFERENCES="false"
    CONSTRAINTS="Symbolic_Association"/>
  <CONSTRAINT STEREOTYPE="Symbolic_Association" DESCRIPTION="1-1 association with a parent annotation"/>
</ANNOTATION_DOCUMENT>"""


def test_elan() -> None:
    text = annotations.as_elan(SEGMENTS, "audio/an interview.WAV")
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n')
    found, expected = (ElementTree.canonicalize(each, strip_text=True) for each in (text, ELAN))
    assert found == expected


@pytest.mark.parametrize("label", ["a\x00b", "line\nline", "\x1b[31m", "\ud800"])
def test_labels_that_are_no_text_anywhere(label: str) -> None:
    one = [Segment(0.0, 1.0, label, np.array([1.0]))]
    ElementTree.fromstring(annotations.as_elan(one, "a.wav"))
    for text in (annotations.as_elan(one, "a.wav"), annotations.as_textgrid(one), annotations.as_webvtt(one),
                 annotations.as_audacity(one)):
        text.encode()
        assert not re.search(r"[\x00-\x08\x1b]", text)
    assert annotations.as_audacity(one).count("\n") == 1


def test_csv_and_json_say_the_same(made: Timeline) -> None:
    rows = list(csv.DictReader(io.StringIO(render([made, made], made.labels, TimelineFormat.CSV, 1.0).decode())))
    documents = json.loads(render([made, made], made.labels, TimelineFormat.JSON, 1.0))
    assert list(rows[0]) == ["file", "start", "end", "label", "p_low", "p_high", "not_judged"]
    assert len(rows) == 2 * len(segments(made, 1.0)) == 6
    document = documents[1]
    assert list(document) == ["file", "duration", "window", "hop", "smooth", "labels", "segments", "windows"]
    assert (document["file"], document["duration"], document["smooth"]) == ("audio/Gespräch & more.wav", 10.25, 1.0)
    assert len(document["windows"]) == len(made.windows)
    for row, one in zip(rows[3:], document["segments"], strict=True):
        assert (float(row["start"]), float(row["end"])) == (one["start"], one["end"])
        assert (row["label"], row["not_judged"]) == (one["label"] or "", one["not_judged"] or "")
        if one["probabilities"]:
            assert float(row["p_high"]) == one["probabilities"]["high"]
        else:
            assert row["p_high"] == ""
    window = document["windows"][4]
    assert window["probabilities"]["low"] == pytest.approx(made.windows[4].probabilities[0], abs=1e-6)


def test_no_recording_gives_a_head_and_an_empty_list(made: Timeline) -> None:
    assert render([], made.labels, TimelineFormat.CSV, 1.0) == b"file,start,end,label,p_low,p_high,not_judged\n"
    assert json.loads(render([], made.labels, TimelineFormat.JSON, 1.0)) == []


def test_the_picture_shows_what_the_timeline_says(made: Timeline) -> None:
    wave, course, strip = draw(made, 1.0).axes
    assert wave.get_title() == "Gespräch & more.wav"
    assert wave.get_xlim() == (0, 10.25)
    low, high = wave.get_ylim()
    assert (low, high) == pytest.approx((-0.315, 0.315), abs=0.005)
    assert len(course.collections) == 2 * 2  # two labels before the gap and two after it
    bars, = strip.collections
    assert [path.get_extents().x0 for path in bars.get_paths()] == [0, 6.75]
    assert [text.get_text() for text in strip.texts] == ["low", "high"]
    assert [text.get_text() for text in course.get_legend().get_texts()] == ["not judged", "high", "low"]


def test_picture_and_page_are_the_same_bytes_every_time(made: Timeline) -> None:
    page = render([made], made.labels, TimelineFormat.HTML, 1.0).decode()
    picture = base64.b64decode(re.findall('src="data:image/png;base64,(.*?)"', page)[0])
    assert picture == render([made], made.labels, TimelineFormat.PNG, 1.0)
    assert picture.startswith(b"\x89PNG")
    assert "<title>Gespräch &amp; more.wav</title>" in page
    assert page.count('<td class="number">') == 9
    assert "not judged: silent" in page
    assert not re.search(r"(?:src|href)=\"(?!data:)", page), "it needs no network"


def test_times_as_people_write_them() -> None:
    assert [clock(seconds) for seconds in (0, 9.5, 60, 3599.9999, 7325.25)] == [
        "0:00", "0:09.5", "1:00", "1:00:00", "2:02:05.25"]


def test_extensions_and_names() -> None:
    for form in TimelineFormat:
        assert TimelineFormat.of(Path(f"x{form.extension.upper()}")) is form
    assert target("deep/a.b.wav", Path("out"), TimelineFormat.WEBVTT) == Path("out/a.b.vtt")
    assert target("-", Path("out"), TimelineFormat.PNG) == Path("out/stdin.png")
    require_distinct(["a.wav", "b.wav"], Path("out"), TimelineFormat.PNG)
    with pytest.raises(UserError, match=r"x/a\.wav and y/a\.flac would both be written as out/a\.png"):
        require_distinct(["x/a.wav", "y/a.flac"], Path("out"), TimelineFormat.PNG)
