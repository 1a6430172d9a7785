"""Clips side by side as a PNG file: waveform above log-mel spectrogram above MFCCs.

Drawn with matplotlib alone, on the axes of `Look`, which the interactive page shares. Those of `librosa.display` (0.11)
are further from the data: `specshow` draws mel bands up to one band off, on an axis where 1 kHz lies at 40 % of the
height (33 % on the mel scale up to 8 kHz), and writes 10 at 10.5 s; `waveshow` draws an envelope that is its own mirror
image, so that neither an asymmetric voice nor an offset shows.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speech_emotion.core.files import replacing
from speech_emotion.inspection.clips import Look

if TYPE_CHECKING:  # takes long to import, and not every run needs it
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WAVE = "#3465a4"


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


def _draw(figure: "Figure", looks: list[Look]) -> None:
    axes = figure.subplots(3, len(looks), squeeze=False, sharey="row", sharex="col")
    peak = max(float(np.abs(clip.samples).max()) for clip in looks) or 1.0
    low, high = min(float(clip.log_mel.min()) for clip in looks), max(float(clip.log_mel.max()) for clip in looks)
    limit = max(clip.mfcc_limit for clip in looks)
    for (wave, spectrogram, cepstrum), clip in zip(axes.T, looks, strict=True):
        _draw_waveform(wave, clip, peak)
        edges = clip.frame_edges
        power = spectrogram.pcolormesh(edges, _row_edges(clip.log_mel), clip.drawn_log_mel, vmin=low, vmax=high,
                                       cmap="magma", rasterized=True)
        spectrogram.set_yticks(*clip.frequency_ticks())
        coefficients = cepstrum.pcolormesh(edges, _row_edges(clip.mfcc), clip.drawn_mfcc, vmin=-limit, vmax=limit,
                                           cmap="RdBu_r", rasterized=True)
        cepstrum.set_xlabel("time (s)")
    for row, label in zip(axes[:, 0], ("amplitude", "frequency (Hz, mel scale)", "MFCC index"), strict=True):
        row.set_ylabel(label)
    figure.colorbar(power, ax=axes[1, :].tolist(), label="power (dB)", pad=0.01)
    figure.colorbar(coefficients, ax=axes[2, :].tolist(), label="MFCC (dB)", extend="both", pad=0.01)


def _draw_waveform(axes: "Axes", clip: Look, peak: float) -> None:
    axes.fill_between(*clip.envelope(), linewidth=0.5, color=_WAVE, edgecolor=_WAVE)
    axes.set(title=clip.title, ylim=(-1.05 * peak, 1.05 * peak), xlim=(0, clip.duration))


def _row_edges(matrix: np.ndarray) -> np.ndarray:
    return np.arange(matrix.shape[1] + 1) - 0.5
