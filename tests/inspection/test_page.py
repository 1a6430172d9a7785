"""Clips as an interactive page."""

import base64
import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speech_emotion.inspection.clips import Look
from speech_emotion.inspection.page import write_page


def test_a_page_has_a_player_and_needs_no_network(seen: Look, tone: Path, tmp_path: Path) -> None:
    write_page([dataclasses.replace(seen, title="<b>&")], tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<h2>&lt;b&gt;&amp;</h2>" in text
    assert not re.search(r"<(script|link)[^>]+(src|href)=", text)
    (encoded,) = re.findall(r'<audio controls [^>]*src="data:audio/flac;base64,([^"]+)"', text)
    heard, rate = soundfile.read(io.BytesIO(base64.b64decode(encoded)))
    assert rate == seen.sample_rate
    np.testing.assert_allclose(heard, soundfile.read(tone)[0], atol=1e-4)


def test_every_clip_has_its_own_picture_and_player(seen: Look, tmp_path: Path) -> None:
    write_page([dataclasses.replace(seen, title=title) for title in ("one", "two")], tmp_path / "page.html")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert re.findall(r"<h2>(\w+)</h2>", text) == ["one", "two"]
    assert len(re.findall(r"<audio controls", text)) == 2
    assert set(re.findall(r'Plotly\.newPlot\(\s*"(clip\d)"', text)) == {"clip0", "clip1"}


def figures(page: Path) -> list[tuple[list[dict[str, Any]], dict[str, Any]]]:
    """Data and layout of each figure, as they are given to Plotly."""
    text, found, read = page.read_text(encoding="utf-8"), [], json.JSONDecoder().raw_decode
    for start in re.finditer(r'Plotly\.newPlot\(\s*"clip\d",\s*', text):
        data, end = read(text, start.end())
        layout, _ = read(text, end + re.match(r",\s*", text[end:]).end())
        found.append((data, layout))
    return found


def test_clips_of_any_length_share_one_time_axis_and_colours(seen: Look, silent: Look, tmp_path: Path) -> None:
    write_page([seen, silent], tmp_path / "page.html")
    (first, first_layout), (second, second_layout) = figures(tmp_path / "page.html")
    for layout in (first_layout, second_layout):
        assert [layout[f"xaxis{row}"]["range"] for row in ("", 2, 3, 4)] == [[0, 2]] * 4
    spans = [[(trace["zmin"], trace["zmax"]) for trace in data if trace["type"] == "heatmap"]
             for data in (first, second)]
    assert spans[0] == spans[1]
    assert 'clip.on("plotly_relayout"' in (tmp_path / "page.html").read_text(encoding="utf-8"), "zoomed, too"


def test_the_first_mfcc_has_colours_of_its_own(seen: Look, tmp_path: Path) -> None:
    write_page([seen], tmp_path / "page.html")
    ((data, _layout),) = figures(tmp_path / "page.html")
    _power, mfcc, level = [trace for trace in data if trace["type"] == "heatmap"]
    limit = np.percentile(np.abs(seen.mfcc[:, 1:]), 99)
    assert (mfcc["zmin"], mfcc["zmax"]) == (-limit, limit)
    assert (level["zmin"], level["zmax"]) == (seen.mfcc[:, 0].min(), seen.mfcc[:, 0].max())
    assert level["z"]["shape"] == "1, 151"


def test_silence_is_dark_and_said(silent: Look, tmp_path: Path) -> None:
    write_page([silent], tmp_path / "page.html")
    ((data, layout),) = figures(tmp_path / "page.html")
    power, mfcc, _level = [trace for trace in data if trace["type"] == "heatmap"]
    assert (power["zmin"], power["zmax"]) == pytest.approx((-100, -80))
    assert (mfcc["zmin"], mfcc["zmax"]) == (-1, 1)
    assert "digital silence" in [note["text"] for note in layout["annotations"]]
