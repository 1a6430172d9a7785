"""Clips as one interactive HTML page, each with a player."""

import base64
import html
import io
from pathlib import Path
from typing import Any

import numpy as np

from speech_emotion.core.files import replacing
from speech_emotion.inspection.clips import Look


def write_page(looks: list[Look], target: Path | str) -> None:
    """Write clips as one interactive HTML page, each with a player; it needs no network.

    Clips stand side by side as far as the window is wide enough.

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

    sections = [
        f"<section><h2>{html.escape(clip.title)}</h2>"
        f'<audio controls preload="metadata" src="data:audio/flac;base64,{_flac(clip)}"></audio>'
        + _figure(clip).to_html(full_html=False, include_plotlyjs=False, div_id=f"clip{at}",
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
        f"<script>{get_plotlyjs()}</script></head><body><main>{''.join(sections)}</main></body></html>\n"
    )
    with replacing(target) as temporary:
        temporary.write_text(document, encoding="utf-8")


def _figure(clip: Look) -> Any:  # plotly has no types
    from plotly import graph_objects
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.06,
                           subplot_titles=["Waveform", "Log-mel spectrogram", "MFCC"])
    times, lowest, highest = clip.envelope()
    outline = np.column_stack([lowest, highest]).ravel()
    # Not Scattergl: browsers allow some 16 WebGL contexts a page, fewer than there may be clips.
    figure.add_trace(graph_objects.Scatter(x=np.repeat(times, 2), y=outline, mode="lines", line={"width": 1},
                                           name="amplitude", showlegend=False), row=1, col=1)
    edges = clip.frame_edges
    frame_times = (edges[:-1] + edges[1:]) / 2
    hertz = np.round(clip.band_centres)
    figure.add_trace(graph_objects.Heatmap(
        x=frame_times, y=np.arange(len(hertz)), z=np.round(clip.drawn_log_mel, 1), colorscale="Magma",
        customdata=np.repeat(hertz[:, np.newaxis], len(frame_times), axis=1),
        hovertemplate="%{x:.3f} s, %{customdata:.0f} Hz: %{z} dB<extra></extra>",
        colorbar={"title": {"text": "dB"}, "len": 0.3, "y": 0.5},
    ), row=2, col=1)
    limit = clip.mfcc_limit
    figure.add_trace(graph_objects.Heatmap(
        x=frame_times, y=np.arange(clip.mfcc.shape[1]), z=np.round(clip.drawn_mfcc, 2), colorscale="RdBu",
        reversescale=True, zmin=-limit, zmax=limit, hovertemplate="%{x:.3f} s, MFCC %{y}: %{z}<extra></extra>",
        colorbar={"title": {"text": "dB"}, "len": 0.3, "y": 0.13},
    ), row=3, col=1)
    positions, labels = clip.frequency_ticks()
    figure.update_yaxes(title_text="amplitude", row=1, col=1)
    figure.update_yaxes(title_text="frequency (Hz)", tickvals=positions, ticktext=labels, row=2, col=1)
    figure.update_yaxes(title_text="MFCC index", row=3, col=1)
    figure.update_xaxes(title_text="time (s)", row=3, col=1)
    figure.update_layout(height=800, margin={"t": 40, "b": 40})
    return figure


def _flac(clip: Look) -> str:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(clip.samples, -1, 1), clip.sample_rate, format="FLAC", subtype="PCM_16")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
