"""UAR of each tested speaker, as a table and a figure."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from speech_emotion.evaluation.metrics import counts_by, uar_of_counts
from speech_emotion.evaluation.slices import MIN_CLIPS
from speech_emotion.report.figures import head

_DRAWN = 60
"""Speakers in a figure; of more, the worst and the best."""


def by_speaker(clips: pd.DataFrame) -> pd.DataFrame:
    """Measure each speaker with `slices.MIN_CLIPS` test clips or more.

    Parameters
    ----------
    clips : pd.DataFrame
        Columns speaker, label, predicted.

    Returns
    -------
    pd.DataFrame
        Columns speaker, clips, labels (that this speaker has clips of, over which the UAR is) and uar, by speaker.

    Examples
    --------
    >>> clips = pd.DataFrame({"speaker": ["toy-ann"] * 20 + ["toy-bob"] * 4, "label": ["anger", "fear"] * 12,
    ...                       "predicted": "fear"})
    >>> print(by_speaker(clips).to_string(index=False))
    speaker  clips  labels  uar
    toy-ann     20       2  0.5
    """
    counts = counts_by(clips["speaker"], clips["label"], clips["predicted"])
    table = pd.DataFrame({
        "speaker": np.unique(np.asarray(clips["speaker"], dtype=str)), "clips": counts.sum(axis=(1, 2)),
        "labels": np.count_nonzero(counts.sum(axis=2), axis=1), "uar": uar_of_counts(counts)})
    return table[table["clips"] >= MIN_CLIPS].reset_index(drop=True)


def figure(table: pd.DataFrame, uar: float, title: str) -> Figure:
    """Draw the UAR of each speaker, the worst below, with that of all clips.

    Parameters
    ----------
    table : pd.DataFrame
        As `by_speaker` gives it.
    uar : float
        Of all test clips.
    title : str
        What this is, and its score.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> table = pd.DataFrame({"speaker": ["toy-ann", "toy-bob"], "clips": 20, "labels": 2, "uar": [0.5, 0.75]})
    >>> [text.get_text() for text in figure(table, 0.625, "toy, loso").axes[0].texts]
    ['0.50 (20 clips)', '0.75 (20 clips)']
    """
    rows = table.sort_values(["uar", "speaker"], ascending=[True, False])
    left_out = max(0, len(rows) - _DRAWN)
    if left_out:
        rows = pd.concat([rows.head(_DRAWN // 2), rows.tail(_DRAWN // 2)])
    drawn = Figure(figsize=(8, 1.9 + 0.24 * max(len(rows), 4)), layout="constrained")
    head(drawn, title)
    if rows.empty:
        drawn.text(0.5, 0.4, f"no speaker has {MIN_CLIPS} test clips", ha="center")
        return drawn
    axes = drawn.subplots()
    axes.plot(rows["uar"], range(len(rows)), "o", color="tab:blue")
    for at, (value, clips) in enumerate(zip(rows["uar"], rows["clips"], strict=True)):
        axes.annotate(f"{value:.2f} ({clips:,} clips)", (1, at), xycoords=("axes fraction", "data"), xytext=(6, 0),
                      textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(range(len(rows)), rows["speaker"], fontsize=8)
    axes.axvline(uar, color="black", linestyle="--", linewidth=1, label=f"UAR of all clips {uar:.3f}")
    axes.set(xlabel="UAR of the speaker" + (f" ({left_out:,} speakers in between left out)" if left_out else ""),
             xlim=(0, 1.02), ylim=(-0.7, len(rows) - 0.3))
    axes.grid(axis="y", linewidth=0.4)
    drawn.legend(loc="outside lower center", frameon=False)
    return drawn
