"""Pictures of single clips: waveform, log-mel spectrogram and MFCCs, on the axes that they belong to."""

import base64
import html
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from speech_emotion.core.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing
from speech_emotion.features import compute, signal
from speech_emotion.features.mel_scale import mel_frequencies
from speech_emotion.params.extract_mfcc import ExtractMfcc

if TYPE_CHECKING:  # seconds to import, and each picture needs one of them
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 4000
"""Points in which a waveform is drawn."""

FRAMES = 4000
"""Frames in which a spectrogram is drawn."""

TICKS_HZ = (100, 250, 500, 1000, 2000, 4000, 8000, 16000)


@dataclass(frozen=True)
class Look:
    """What there is to see of a clip."""

    title: str
    samples: Float32
    """Mono, at ``settings.sample_rate``, before trimming."""
    log_mel: Float32
    """In dB, [shape=(frames, n_mels)]."""
    mfcc: Float32
    """[shape=(frames, n_mfcc)]."""
    settings: ExtractMfcc

    @property
    def hop(self) -> float:
        """Time between frames in seconds."""
        return self.settings.hop_length / self.settings.sample_rate


def look(path: Path | str, settings: ExtractMfcc, title: str | None = None) -> Look:
    """Compute what is shown of an audio file, by the settings of the stage `extract_mfcc`.

    Its log-mel spectrogram and static MFCCs are shown whatever features are chosen. The signal is not trimmed, so that
    the three pictures share one time axis.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.
    """
    shown = settings.model_copy(update={"features": ["log_mel", "mfcc"], "deltas": 0, "trim_db": None})
    samples, _ = signal.load(path, shown)
    matrix = compute.features(compute.prepare(samples, shown), shown)
    return Look(title or Path(path).name, samples, matrix[:, : shown.n_mels], matrix[:, shown.n_mels :], shown)


def find(name: str, table: pd.DataFrame, root: Path | str) -> tuple[Path, str]:
    """Find a clip of the manifest.

    Parameters
    ----------
    name : str
        A clip's id, or how it begins.
    table : pd.DataFrame
        From `manifest.join_files`: columns clip_id, path, label, speaker.
    root : Path or str
        The folder that was ingested.

    Returns
    -------
    path : Path
    title : str
        Id, label and speaker.

    Raises
    ------
    UserError
        If no clip, or more than one, is so called.
    """
    rows = table[table["clip_id"].str.startswith(name)]
    exact = rows[rows["clip_id"] == name]
    rows = exact if len(exact) else rows
    if rows.empty:
        raise UserError(f"{name}: is neither an audio file nor the id of a clip in the manifest")
    if len(rows) > 1:
        some = ", ".join(rows["clip_id"][:3])
        raise UserError(f"{name}: {len(rows)} clips begin so, such as {some}; give more of the id")
    row = rows.iloc[0]
    return Path(root) / row["path"], f"{row['clip_id']}: {row['label']}, {row['speaker']}"


def one_of_each(corpus: str, by: str, table: pd.DataFrame, root: Path | str) -> list[tuple[Path, str]]:
    """Choose one clip for each value of a column, of one speaker as far as there is one who has them all.

    Parameters
    ----------
    corpus : str
        A corpus of the manifest.
    by : str
        A column of the manifest, such as "label", "speaker" or "intensity".
    table : pd.DataFrame
        From `manifest.join_files`.
    root : Path or str
        The folder that was ingested.

    Returns
    -------
    list of (path, title)
        In the values' order.

    Raises
    ------
    UserError
        If the corpus or the column is not there, or the column has no values or more than 24.
    """
    corpora = sorted(table["corpus"].unique())
    if corpus not in corpora:
        raise UserError(f"--corpus is '{corpus}', but the manifest has {', '.join(corpora) or 'no clips'}")
    if by not in table.columns:
        raise UserError(f"--by is '{by}', but must be a column of the manifest: {', '.join(map(str, table.columns))}")
    rows = table[(table["corpus"] == corpus) & table[by].notna()]
    values = sorted(rows[by].unique())
    if not 0 < len(values) <= 24:
        raise UserError(f"--by {by}: has {len(values)} values in {corpus}; side by side there is room for 1 to 24")
    # The speaker with most of the values (of those the first), and that speaker's first clip of each.
    variety = rows.groupby("speaker")[by].nunique()
    speaker = variety[variety == variety.max()].index.min()
    ordered = rows.assign(other=rows["speaker"] != speaker).sort_values(["other", "clip_id"])
    chosen = [ordered[ordered[by] == value].iloc[0] for value in values]
    return [(Path(root) / row["path"], f"{row[by]} ({row['speaker']})") for row in chosen]


def png(looks: list[Look], target: Path | str) -> None:
    """Draw clips side by side as a PNG file: waveform above log-mel spectrogram above MFCCs.

    Parameters
    ----------
    looks : list of Look
        At least one; computed with the same settings. Their pictures share their scales.
    target : Path or str
        File to create or replace.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.size": 8, "axes.titlesize": 9}):
        width = 9.0 if len(looks) == 1 else min(2.6 * len(looks) + 1.2, 40.0)
        figure = Figure(figsize=(width, 6.5), layout="constrained")
        FigureCanvasAgg(figure)
        _draw(figure, looks)
        with replacing(target) as temporary:
            # Without the library's version and the date: the same clip gives the same bytes.
            figure.savefig(temporary, format="png", dpi=120, metadata={"Software": None})


def page(looks: list[Look], target: Path | str) -> None:
    """Write clips as one interactive HTML page, each with a player; it needs no network.

    Clips stand side by side as far as the window is wide enough.

    Parameters
    ----------
    looks : list of Look
        At least one.
    target : Path or str
        File to create or replace.
    """
    from plotly.offline import get_plotlyjs

    parts = [
        f"<section><h2>{html.escape(clip.title)}</h2>"
        f'<audio controls preload="metadata" src="data:audio/flac;base64,{_flac(clip)}"></audio>'
        + _interactive(clip).to_html(full_html=False, include_plotlyjs=False, div_id=f"clip{at}",
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
        f"<script>{get_plotlyjs()}</script></head><body><main>{''.join(parts)}</main></body></html>\n"
    )
    with replacing(target) as temporary:
        temporary.write_text(document, encoding="utf-8")


def _draw(figure: "Figure", looks: list[Look]) -> None:
    axes = figure.subplots(3, len(looks), squeeze=False, sharey="row", sharex="col")
    peak = max(float(np.abs(clip.samples).max()) for clip in looks) or 1.0
    low, high = min(float(clip.log_mel.min()) for clip in looks), max(float(clip.log_mel.max()) for clip in looks)
    # The first coefficient is the level, ten times the others: the rest decides the colours.
    strong = max(float(np.percentile(np.abs(clip.mfcc[:, 1:] if clip.mfcc.shape[1] > 1 else clip.mfcc), 99))
                 for clip in looks) or 1.0
    for column, clip in enumerate(looks):
        wave, spectrogram, cepstrum = axes[:, column]
        _waveform(wave, clip, peak)
        edges = _time_edges(clip)
        bands = np.arange(clip.settings.n_mels + 1) - 0.5
        picture = spectrogram.pcolormesh(edges, bands, _thin(clip.log_mel).T, vmin=low, vmax=high, cmap="magma",
                                         rasterized=True)
        ticks, labels = _frequency_ticks(clip.settings)
        spectrogram.set_yticks(ticks, labels)
        coefficients = np.arange(clip.mfcc.shape[1] + 1) - 0.5
        colours = cepstrum.pcolormesh(edges, coefficients, _thin(clip.mfcc).T, vmin=-strong, vmax=strong, cmap="RdBu_r",
                                      rasterized=True)
        cepstrum.set_xlabel("time (s)")
        if column == 0:
            wave.set_ylabel("amplitude")
            spectrogram.set_ylabel("frequency (Hz, mel scale)")
            cepstrum.set_ylabel("MFCC index")
    figure.colorbar(picture, ax=axes[1, :].tolist(), label="power (dB)", pad=0.01)
    figure.colorbar(colours, ax=axes[2, :].tolist(), label="MFCC (dB)", extend="both", pad=0.01)


def _waveform(axes: "Axes", clip: Look, peak: float) -> None:
    times, lowest, highest = _envelope(clip)
    axes.fill_between(times, lowest, highest, linewidth=0.5, color="#3465a4", edgecolor="#3465a4")
    seconds = len(clip.samples) / clip.settings.sample_rate
    axes.set(title=clip.title, ylim=(-1.05 * peak, 1.05 * peak), xlim=(0, seconds))


def _interactive(clip: Look) -> Any:  # plotly has no types
    from plotly import graph_objects
    from plotly.subplots import make_subplots

    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.06,
                           subplot_titles=["Waveform", "Log-mel spectrogram", "MFCC"])
    times, lowest, highest = _envelope(clip)
    outline = np.column_stack([lowest, highest]).ravel()
    # Not Scattergl: browsers allow some 16 WebGL contexts a page, fewer than there may be clips.
    figure.add_trace(graph_objects.Scatter(x=np.repeat(times, 2), y=outline, mode="lines", line={"width": 1},
                                           name="amplitude", showlegend=False), row=1, col=1)
    edges = _time_edges(clip)
    centres = (edges[:-1] + edges[1:]) / 2
    hertz = np.round(_centres(clip.settings))
    figure.add_trace(graph_objects.Heatmap(
        x=centres, y=np.arange(len(hertz)), z=np.round(_thin(clip.log_mel).T, 1), colorscale="Magma",
        customdata=np.repeat(hertz[:, np.newaxis], len(centres), axis=1),
        hovertemplate="%{x:.3f} s, %{customdata:.0f} Hz: %{z} dB<extra></extra>",
        colorbar={"title": {"text": "dB"}, "len": 0.3, "y": 0.5},
    ), row=2, col=1)
    strong = float(np.percentile(np.abs(clip.mfcc[:, 1:] if clip.mfcc.shape[1] > 1 else clip.mfcc), 99)) or 1.0
    figure.add_trace(graph_objects.Heatmap(
        x=centres, y=np.arange(clip.mfcc.shape[1]), z=np.round(_thin(clip.mfcc).T, 2), colorscale="RdBu",
        reversescale=True, zmin=-strong, zmax=strong, hovertemplate="%{x:.3f} s, MFCC %{y}: %{z}<extra></extra>",
        colorbar={"title": {"text": "dB"}, "len": 0.3, "y": 0.13},
    ), row=3, col=1)
    ticks, labels = _frequency_ticks(clip.settings)
    figure.update_yaxes(title_text="amplitude", row=1, col=1)
    figure.update_yaxes(title_text="frequency (Hz)", tickvals=ticks, ticktext=labels, row=2, col=1)
    figure.update_yaxes(title_text="MFCC index", row=3, col=1)
    figure.update_xaxes(title_text="time (s)", row=3, col=1)
    figure.update_layout(height=800, margin={"t": 40, "b": 40})
    return figure


def _flac(clip: Look) -> str:
    import soundfile

    buffer = io.BytesIO()
    soundfile.write(buffer, np.clip(clip.samples, -1, 1), clip.settings.sample_rate, format="FLAC", subtype="PCM_16")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _envelope(clip: Look) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # Lowest and highest sample of each short stretch: thinning out would lose peaks.
    step = max(1, -(-len(clip.samples) // POINTS))
    starts = np.arange(0, len(clip.samples), step)
    return (
        starts / clip.settings.sample_rate,
        np.minimum.reduceat(clip.samples, starts),
        np.maximum.reduceat(clip.samples, starts),
    )


def _step(clip: Look) -> int:
    return max(1, -(-len(clip.log_mel) // FRAMES))


def _thin(matrix: Float32) -> Float32:
    step = max(1, -(-len(matrix) // FRAMES))
    return matrix[::step]


def _time_edges(clip: Look) -> np.ndarray:
    # A frame is centred at its time, so that its rectangle begins half a hop before.
    step = _step(clip)
    return (np.arange(len(_thin(clip.log_mel)) + 1) * step - 0.5) * clip.hop


def _centres(settings: ExtractMfcc) -> np.ndarray:
    htk = settings.mel_scale == "htk"
    return mel_frequencies(settings.n_mels + 2, fmin=settings.fmin, fmax=settings.fmax, htk=htk)[1:-1]


def _frequency_ticks(settings: ExtractMfcc) -> tuple[list[float], list[str]]:
    centres = _centres(settings)
    chosen = [hertz for hertz in TICKS_HZ if centres[0] <= hertz <= centres[-1]]
    return np.interp(chosen, centres, np.arange(len(centres))).tolist(), [str(hertz) for hertz in chosen]
