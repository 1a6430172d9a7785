"""Clips side by side as a PNG file: waveform above log-mel spectrogram above MFCCs, on one time axis.

Drawn with matplotlib alone, on the axes of `Look`, which the interactive page shares. Those of `librosa.display` (0.11)
are further from the data: `specshow` draws mel bands up to one band off, on an axis where 1 kHz lies at 40 % of the
height (33 % on the mel scale up to 8 kHz), and writes 10 at 10.5 s; `waveshow` draws an envelope that is its own mirror
image, so that neither an asymmetric voice nor an offset shows.
"""

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.files import replacing
from speech_emotion.inspection.clips import SILENT, Look
from speech_emotion.inspection.scales import Scales, shared

if TYPE_CHECKING:  # takes long to import, and not every run needs it
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

_WAVE = "#3465a4"
_LETTERS_PER_INCH = 11  # of a title


def write_png(looks: list[Look], target: Path | str) -> None:
    """Draw clips side by side as a PNG file; the same clips give the same bytes.

    Parameters
    ----------
    looks : list of Look
        At least one; computed with the same settings. Their pictures share their scales.
    target : Path or str
        File to create or replace.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> clip = Look("noise", np.random.default_rng(0).uniform(-1, 1, 1600).astype(np.float32), sample_rate=16000,
    ...             hop_length=160, log_mel=np.zeros((11, 3), np.float32), mfcc=np.zeros((11, 2), np.float32),
    ...             band_centres=np.array([500.0, 1500.0, 3500.0]))
    >>> with TemporaryDirectory() as folder:
    ...     write_png([clip], Path(folder, "noise.png"))
    ...     Path(folder, "noise.png").read_bytes()[1:4]
    b'PNG'
    """
    with replacing(target) as temporary:
        # Without the library's version and the date: the same clip gives the same bytes.
        draw(looks).savefig(temporary, format="png", dpi=120, metadata={"Software": None})


def draw(looks: list[Look]) -> "Figure":
    """Draw clips side by side.

    Parameters
    ----------
    looks : list of Look
        At least one; computed with the same settings. Their pictures share their scales.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> clip = Look("noise", np.random.default_rng(0).uniform(-1, 1, 1600).astype(np.float32), sample_rate=16000,
    ...             hop_length=160, log_mel=np.zeros((11, 3), np.float32), mfcc=np.zeros((11, 2), np.float32),
    ...             band_centres=np.array([500.0, 1500.0, 3500.0]))
    >>> [axes.get_title() for axes in draw([clip, clip]).axes[:2]]
    ['noise', 'noise']
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"font.size": 8, "axes.titlesize": 9, "text.parse_math": False}):
        width = 9.0 if len(looks) == 1 else min(2.6 * len(looks) + 1.2, 40.0)
        figure = Figure(figsize=(width, 7.0), layout="constrained")
        FigureCanvasAgg(figure)
        _fill(figure, looks)
    return figure


def _fill(figure: "Figure", looks: list[Look]) -> None:
    scales = shared(looks)
    rows = {"wave": 1.0, "power": 1.3, **({"mfcc": 1.3} if looks[0].mfcc.shape[1] > 1 else {}), "level": 0.2}
    grid = figure.subplots(len(rows), len(looks), squeeze=False, sharey="row", sharex=True,
                           height_ratios=list(rows.values()))
    axes = dict(zip(rows, grid, strict=True))
    letters = int(_LETTERS_PER_INCH * figure.get_figwidth() / len(looks))
    for column, clip in enumerate(looks):
        wave = axes["wave"][column]
        _draw_waveform(wave, clip, scales)
        wave.set_title("\n".join(textwrap.wrap(clip.title, letters)))
        power = _draw_matrix(axes["power"][column], clip, clip.drawn_log_mel, scales.power, "magma")
        if "mfcc" in axes:
            mfcc = _draw_matrix(axes["mfcc"][column], clip, clip.drawn_mfcc[1:], (-scales.mfcc, scales.mfcc), "RdBu_r",
                                first=1)
        level = _draw_matrix(axes["level"][column], clip, clip.drawn_mfcc[:1], scales.level, "viridis")
        axes["level"][column].set(xlabel="time (s)", yticks=[0])
    axes["wave"][0].set_ylabel("amplitude")
    axes["power"][0].set_ylabel("frequency (Hz, mel scale)")
    axes["power"][0].set_yticks(*looks[0].frequency_ticks())
    figure.colorbar(power, ax=axes["power"].tolist(), label="power (dB)", pad=0.01)
    if "mfcc" in axes:
        axes["mfcc"][0].set_ylabel("MFCC index")
        figure.colorbar(mfcc, ax=axes["mfcc"].tolist(), label="MFCC (dB)", extend="both", pad=0.01)
    bar = figure.colorbar(level, ax=axes["level"].tolist(), label="dB", pad=0.01, aspect=3)
    bar.set_ticks([math.ceil(scales.level[0]), math.floor(scales.level[1])])


def _draw_waveform(axes: "Axes", clip: Look, scales: Scales) -> None:
    axes.fill_between(*clip.envelope(), linewidth=0.5, color=_WAVE, edgecolor=_WAVE)
    axes.set(ylim=(-1.05 * scales.peak, 1.05 * scales.peak), xlim=(0, scales.seconds))
    if clip.silent:
        axes.text(clip.duration / 2, 0.1 * scales.peak, SILENT, ha="center", va="bottom")


def _draw_matrix(axes: "Axes", clip: Look, rows: Float32, span: tuple[float, float], colours: str,
                 first: int = 0) -> "QuadMesh":
    axes.set_facecolor("0.9")  # where a clip has ended
    return axes.pcolormesh(clip.frame_edges, first + np.arange(len(rows) + 1) - 0.5, rows, vmin=span[0], vmax=span[1],
                           cmap=colours, rasterized=True)
