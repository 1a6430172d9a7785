"""Clips as an interactive page."""

import base64
import dataclasses
import io
import re
from pathlib import Path

import numpy as np
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
