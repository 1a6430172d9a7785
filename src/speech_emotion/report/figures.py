"""Figures of a run, drawn with matplotlib; the same numbers give the same bytes."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from speech_emotion.core.files import replacing

mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10})


def history(epochs: pd.DataFrame, title: str) -> Figure:
    """Draw loss and accuracy over epochs: thin lines for folds, thick ones for their mean.

    Parameters
    ----------
    epochs : pd.DataFrame
        Rows fold, epoch, loss, val_loss, accuracy, val_accuracy.
    title : str
        What data and protocol this is.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> epochs = pd.DataFrame({"fold": [0, 0], "epoch": [1, 2], "loss": [0.9, 0.6], "val_loss": [0.9, 0.7],
    ...                        "accuracy": [0.5, 0.75], "val_accuracy": [0.5, 0.5]})
    >>> [axes.get_ylabel() for axes in history(epochs, "toy, loso").axes]
    ['loss', 'accuracy']
    """
    figure = Figure(figsize=(10, 4), layout="constrained")
    figure.suptitle(title)
    for axes, measure in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for column, name, colour in ((measure, "training", "tab:blue"), (f"val_{measure}", "validation", "tab:orange")):
            curves = epochs.pivot_table(index="epoch", columns="fold", values=column)
            if curves.shape[1] > 1:
                axes.plot(curves.index, curves, color=colour, alpha=0.35, linewidth=0.8)
            axes.plot(curves.index, curves.mean(axis=1), color=colour, linewidth=2, label=name)
        axes.set(xlabel="epoch", ylabel=measure)
        axes.legend(frameon=False)
    return figure


def confusion(counts: pd.DataFrame, title: str) -> Figure:
    r"""Draw a confusion matrix, normalised by actual class, with counts.

    Parameters
    ----------
    counts : pd.DataFrame [shape=(labels, labels), dtype=int64]
        Rows are true labels, columns predictions.
    title : str
        What data and protocol this is.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> counts = pd.DataFrame([[3, 1], [0, 4]], ["anger", "fear"], ["anger", "fear"])
    >>> [text.get_text() for text in confusion(counts, "toy, loso").axes[0].texts]
    ['75%\n3', '25%\n1', '0%\n0', '100%\n4']
    """
    size = 2.5 + 0.75 * len(counts)
    figure = Figure(figsize=(size + 0.8, size), layout="constrained")
    axes = figure.subplots()
    numbers = counts.to_numpy()
    shares = numbers / np.maximum(numbers.sum(axis=1, keepdims=True), 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set(title=title, xlabel="predicted", ylabel="actual")
    axes.set_xticks(range(len(counts)), counts.columns, rotation=45, ha="right")
    axes.set_yticks(range(len(counts)), counts.index)
    for row, column in np.ndindex(shares.shape):
        axes.text(column, row, f"{shares[row, column]:.0%}\n{numbers[row, column]}", ha="center", va="center",
                  fontsize=8, color="white" if shares[row, column] > 0.55 else "black")
    figure.colorbar(image, ax=axes, label="share of the actual class", shrink=0.8)
    return figure


def recall(recalls: Mapping[str, float], uar: float, title: str) -> Figure:
    """Draw the recall of each label, with UAR and chance for comparison.

    Parameters
    ----------
    recalls : mapping of str to float
        From label to recall, in [0, 1].
    uar : float
        Their mean.
    title : str
        What data and protocol this is.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> [text.get_text() for text in recall({"anger": 0.75, "fear": 1.0}, 0.875, "toy, loso").axes[0].texts]
    ['0.75', '1.00']
    """
    figure = Figure(figsize=(7, 1.5 + 0.4 * len(recalls)), layout="constrained")
    axes = figure.subplots()
    bars = axes.barh(list(recalls), list(recalls.values()), color="tab:blue")
    axes.bar_label(bars, fmt="%.2f", padding=3)
    axes.axvline(uar, color="black", linestyle="--", linewidth=1, label=f"UAR {uar:.3f}")
    axes.axvline(1 / len(recalls), color="grey", linestyle=":", linewidth=1, label=f"chance {1 / len(recalls):.3f}")
    axes.set(title=title, xlabel="recall", xlim=(0, 1.05))
    axes.invert_yaxis()
    axes.legend(frameon=False, loc="lower right")
    return figure


def save(figure: Figure, path: Path, dpi: int) -> None:
    """Write a figure as PNG, without the version of matplotlib that it would name.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        What to draw.
    path : Path
        The file to write or replace.
    dpi : int
        Dots per inch.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     save(recall({"anger": 0.75, "fear": 1.0}, 0.875, "toy, loso"), Path(folder, "recall.png"), dpi=100)
    ...     Path(folder, "recall.png").read_bytes()[1:4]
    b'PNG'
    """
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=dpi, metadata={"Software": None})
