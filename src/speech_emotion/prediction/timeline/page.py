"""A timeline as one HTML file: the picture, and its segments as a table."""

import base64
from pathlib import PurePath

from jinja2 import Environment

from speech_emotion.prediction.timeline.course import Timeline
from speech_emotion.prediction.timeline.picture import as_png
from speech_emotion.prediction.timeline.segments import segments
from speech_emotion.prediction.windows import clock

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ name }}</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 72rem; padding: 0 1rem }
img { background: #fff; height: auto; max-width: 100% }
table { border-collapse: collapse }
td, th { border-bottom: 1px solid; padding: .2rem .8rem; text-align: left }
.number { font-variant-numeric: tabular-nums; text-align: right }
</style>
</head>
<body>
<main>
<h1>{{ name }}</h1>
<p>Windows of {{ window }} s, one every {{ hop }} s; probabilities averaged over {{ smooth }} s.</p>
<img src="data:image/png;base64,{{ picture }}" alt="Waveform and probabilities over time; the table says the same.">
<table>
<caption>Segments</caption>
<thead><tr><th scope="col">start</th><th scope="col">end</th><th scope="col">label</th>
<th scope="col">probability</th></tr></thead>
<tbody>
{% for start, end, said, probability in rows %}
<tr><td class="number">{{ start }}</td><td class="number">{{ end }}</td><td>{{ said }}</td>
<td class="number">{{ probability }}</td></tr>
{% endfor %}
</tbody>
</table>
</main>
</body>
</html>
"""


def as_html(timeline: Timeline, smooth: float) -> str:
    """Write a timeline as one page, which needs no network and holds no sound.

    Parameters
    ----------
    timeline : Timeline
        Of a recording.
    smooth : float >= 0
        Over how many seconds probabilities are averaged; see `segments`.
    """
    rows = [(clock(one.start), clock(one.end), one.label or f"not judged: {one.not_judged}",
             "" if one.probabilities is None else f"{100 * one.probabilities.max():.0f} %")
            for one in segments(timeline, smooth)]
    page = Environment(autoescape=True, trim_blocks=True, keep_trailing_newline=True).from_string(_PAGE)
    return page.render(name=PurePath(timeline.file).name, window=f"{timeline.span.window:g}",
                       hop=f"{timeline.span.hop:g}", smooth=f"{smooth:g}", rows=rows,
                       picture=base64.b64encode(as_png(timeline, smooth)).decode())
