"""Clips as one interactive HTML page, each with a player."""

import base64
import html
import io
import math
from pathlib import Path
from typing import Any

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.files import replacing
from speech_emotion.inspection.clips import SILENT, Look
from speech_emotion.inspection.scales import Scales, shared

_ONE_TIME_AXIS = """
const clips = [...document.querySelectorAll(".plotly-graph-div")];
let following = false;  // a change that follows another one is followed by none
for (const clip of clips) clip.on("plotly_relayout", async () => {
  if (following) return;
  following = true;
  const range = [...clip.layout.xaxis.range];
  await Promise.all(clips.filter(other => other !== clip)
                         .map(other => Plotly.relayout(other, {"xaxis.range": [...range]})));
  following = false;
});
"""
"""What zooms all clips when one is zoomed."""


def write_page(looks: list[Look], target: Path | str) -> None:
    """Write clips as one interactive HTML page, each with a player; it needs no network.

    Clips stand side by side as far as the window is wide enough, on one time axis and with the same colours.

    Parameters
    ----------
    looks : list of Look
        At least one.
    target : Path or str
        File to create or replace.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> clip = Look("noise", np.random.default_rng(0).uniform(-1, 1, 1600).astype(np.float32), sample_rate=16000,
    ...             hop_length=160, log_mel=np.zeros((11, 3), np.float32), mfcc=np.zeros((11, 2), np.float32),
    ...             band_centres=np.array([500.0, 1500.0, 3500.0]))
    >>> with TemporaryDirectory() as folder:
    ...     write_page([clip], Path(folder, "noise.html"))
    ...     "<audio controls" in Path(folder, "noise.html").read_text(encoding="utf-8")
    True
    """
    from plotly.offline import get_plotlyjs  # takes long to import, and not every run needs it

    scales = shared(looks)
    sections = [
        f"<section><h2>{html.escape(clip.title)}</h2>"
        f'<audio controls preload="metadata" src="data:audio/flac;base64,{_flac(clip)}"></audio>'
        + _figure(clip, scales).to_html(full_html=False, include_plotlyjs=False, div_id=f"clip{at}",
                                config={"responsive": True})
        + "</section>"
        for at, clip in enumerate(looks)
    ]
    # Columns whose width is known before the last clip is: each picture is drawn as soon as it is read.
    columns = "minmax(0,75em)" if len(looks) == 1 else "repeat(auto-fill,minmax(min(32em,100%),1fr))"
    document = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(looks[0].title if len(looks) == 1 else 'Clips')}</title>"
        "<style>body{font-family:sans-serif;margin:1.5em}audio{width:100%}section{min-width:0}"
        f"main{{display:grid;grid-template-columns:{columns};gap:1.5em}}</style>"
        f"<script>{get_plotlyjs()}</script></head><body><main>{''.join(sections)}</main>"
        f"<script>{_ONE_TIME_AXIS}</script></body></html>\n"
    )
    with replacing(target) as temporary:
        temporary.write_text(document, encoding="utf-8")


def _figure(clip: Look, scales: Scales) -> Any:  # plotly has no types
    from plotly import graph_objects
    from plotly.subplots import make_subplots

    heights = {"Waveform": 0.25, "Log-mel spectrogram": 0.3, **({"MFCC": 0.3} if clip.mfcc.shape[1] > 1 else {}),
               "MFCC 0": 0.06}
    rows = {name: at for at, name in enumerate(heights, start=1)}
    figure = make_subplots(rows=len(rows), cols=1, shared_xaxes=True, vertical_spacing=0.06, subplot_titles=list(rows),
                           row_heights=list(heights.values()))

    def draw(row: str, matrix: Float32, span: tuple[float, float], colours: str, hover: str, **more: Any) -> None:
        bottom, top = figure.layout["yaxis" if rows[row] == 1 else f"yaxis{rows[row]}"].domain
        ticks = {"tickvals": [math.ceil(span[0]), math.floor(span[1])]} if row == "MFCC 0" else {}
        figure.add_trace(graph_objects.Heatmap(
            x=frame_times, z=matrix, zmin=span[0], zmax=span[1], colorscale=colours, hovertemplate=hover,
            colorbar={"title": {"text": "dB", "side": "right"}, "len": top - bottom, "y": (bottom + top) / 2, "ypad": 0,
                      **ticks}, **more,
        ), row=rows[row], col=1)

    times, lowest, highest = clip.envelope()
    outline = np.column_stack([lowest, highest]).ravel()
    # Not Scattergl: browsers allow some 16 WebGL contexts a page, fewer than there may be clips.
    figure.add_trace(graph_objects.Scatter(x=np.repeat(times, 2), y=outline, mode="lines", line={"width": 1},
                                           name="amplitude", showlegend=False), row=1, col=1)
    edges = clip.frame_edges
    frame_times = (edges[:-1] + edges[1:]) / 2
    hertz = np.round(clip.band_centres)
    draw("Log-mel spectrogram", np.round(clip.drawn_log_mel, 1), scales.power, "Magma",
         "%{x:.3f} s, %{customdata:.0f} Hz: %{z} dB<extra></extra>",
         y=np.arange(len(hertz)), customdata=np.repeat(hertz[:, np.newaxis], len(frame_times), axis=1))
    coefficients = np.round(clip.drawn_mfcc, 2)
    if "MFCC" in rows:
        draw("MFCC", coefficients[1:], (-scales.mfcc, scales.mfcc), "RdBu_r",
             "%{x:.3f} s, MFCC %{y}: %{z}<extra></extra>", y=np.arange(1, len(coefficients)))
        figure.update_yaxes(title_text="MFCC index", row=rows["MFCC"], col=1)
    draw("MFCC 0", coefficients[:1], scales.level, "Viridis", "%{x:.3f} s, MFCC 0: %{z}<extra></extra>", y=[0])
    positions, labels = clip.frequency_ticks()
    figure.update_yaxes(title_text="amplitude", range=[-1.05 * scales.peak, 1.05 * scales.peak], row=1, col=1)
    figure.update_yaxes(title_text="frequency (Hz)", tickvals=positions, ticktext=labels, row=2, col=1)
    figure.update_yaxes(tickvals=[0], row=rows["MFCC 0"], col=1)
    figure.update_xaxes(range=[0, scales.seconds])
    figure.update_xaxes(title_text="time (s)", row=len(rows), col=1)
    if clip.silent:
        figure.add_annotation(text=SILENT, x=clip.duration / 2, y=0.3 * scales.peak, showarrow=False, row=1, col=1)
    figure.update_layout(height=850, margin={"t": 40, "b": 40})
    return figure


def _flac(clip: Look) -> str:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(clip.samples, -1, 1), clip.sample_rate, format="FLAC", subtype="PCM_16")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
