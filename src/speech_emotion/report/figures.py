"""Figures of a run, drawn with matplotlib; the same numbers give the same bytes."""

import textwrap
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from speech_emotion.core.files import replacing
from speech_emotion.evaluation.history import kept_epochs
from speech_emotion.evaluation.metrics import uar_of_counts

mpl.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10,
                     "text.parse_math": False})  # labels and names of corpora are what users write: $ is a dollar

_LETTER_INCHES = 0.085
"""Width of a letter of a title, a little more than most have."""


def history(epochs: pd.DataFrame, title: str) -> Figure:
    """Draw loss and accuracy over epochs: thin lines for folds, thick ones for their mean, a mark at each epoch kept.

    Parameters
    ----------
    epochs : pd.DataFrame
        Rows fold, network, epoch, kept, loss, val_loss, accuracy, val_accuracy; none where no network was trained.
    title : str
        What this is, and its score.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> epochs = pd.DataFrame({"fold": 0, "network": 0, "epoch": [1, 2], "kept": [False, True], "loss": [0.9, 0.6],
    ...                        "val_loss": [0.9, 0.7], "accuracy": [0.5, 0.75], "val_accuracy": [0.5, 0.5]})
    >>> [axes.get_ylabel() for axes in history(epochs, "toy, loso").axes]
    ['loss', 'accuracy']
    """
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    head(figure, title)
    if epochs.empty:
        figure.text(0.5, 0.4, "no network was trained (train_cnn.num_networks is 0)", ha="center")
        return figure
    chosen = kept_epochs(epochs)
    kept = f"epoch kept: {chosen['epoch'].iloc[0]}" if len(chosen) == 1 else "epoch kept, of each network"
    for axes, measure in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for column, name, colour in ((measure, "training", "tab:blue"), (f"val_{measure}", "validation", "tab:orange")):
            curves = epochs.pivot_table(index="epoch", columns=["fold", "network"], values=column)
            if curves.shape[1] > 1:
                axes.plot(curves.index, curves, color=colour, alpha=0.35, linewidth=0.8)
            # A single epoch has no line to see.
            axes.plot(curves.index, curves.mean(axis=1), color=colour, linewidth=2, label=name,
                      marker="." if len(curves) == 1 else "")
        axes.plot(chosen["epoch"], chosen[f"val_{measure}"], "o", markersize=8 if len(chosen) == 1 else 5,
                  markerfacecolor="none", markeredgecolor="black", label=kept)
        axes.set(xlabel="epoch", ylabel=measure, xlim=(0.5, epochs["epoch"].max() + 0.5))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
    handles, names = axes.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=3, frameon=False)
    return figure


def confusion(counts: pd.DataFrame, title: str) -> Figure:
    r"""Draw a confusion matrix, normalised by actual class, with counts.

    Parameters
    ----------
    counts : pd.DataFrame [shape=(labels, labels), dtype=int64]
        Rows are true labels, columns predictions. A label without clips keeps an empty row.
    title : str
        What this is, and its score.

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
    head(figure, title)
    axes = figure.subplots()
    numbers = counts.to_numpy()
    shares = np.divide(numbers, numbers.sum(axis=1, keepdims=True), where=numbers.sum(axis=1, keepdims=True) > 0,
                       out=np.full(numbers.shape, np.nan))
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    axes.set_facecolor("0.93")
    axes.set(xlabel="predicted", ylabel="actual")
    axes.set_xticks(range(len(counts)), counts.columns, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(counts)), counts.index)
    for row, column in np.argwhere(~np.isnan(shares)):
        axes.text(column, row, f"{shares[row, column]:.0%}\n{numbers[row, column]}", ha="center", va="center",
                  fontsize=8, color="white" if shares[row, column] > 0.55 else "black")
    for row in np.flatnonzero(np.isnan(shares[:, 0])).tolist():
        axes.text((len(counts) - 1) / 2, row, "never tested", ha="center", va="center", fontsize=8)
    figure.colorbar(image, ax=axes, label="share of the actual class", shrink=0.8)
    return figure


def recall(counts: pd.DataFrame, title: str) -> Figure:
    """Draw the recall of each label, with UAR and chance for comparison.

    Parameters
    ----------
    counts : pd.DataFrame [shape=(labels, labels), dtype=int64]
        Rows are true labels, columns predictions.
    title : str
        What this is, and its score.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> counts = pd.DataFrame([[3, 1], [0, 4]], ["anger", "fear"], ["anger", "fear"])
    >>> [text.get_text() for text in recall(counts, "toy, loso").axes[0].texts]
    ['0.75 (3 of 4)', '1.00 (4 of 4)']
    """
    figure = Figure(figsize=(8, 1.9 + 0.4 * len(counts)), layout="constrained")
    head(figure, title)
    axes = figure.subplots()
    right, clips = np.diagonal(counts), counts.sum(axis=1).to_numpy()
    recalls = right / np.maximum(clips, 1)
    axes.barh(counts.index, recalls, color="tab:blue")
    # In a column of their own, beside the axes, where no line is.
    for row in range(len(counts)):
        said = f"{recalls[row]:.2f} ({right[row]:,} of {clips[row]:,})" if clips[row] else "never tested"
        axes.annotate(said, (1, row), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
                      va="center")
    uar, chance = float(uar_of_counts(counts.to_numpy())), 1 / np.count_nonzero(clips)
    axes.axvline(uar, color="black", linestyle="--", linewidth=1, label=f"UAR {uar:.3f}")
    axes.axvline(chance, color="grey", linestyle=":", linewidth=1, label=f"chance {chance:.3f}")
    axes.set(xlabel="recall", xlim=(0, 1))
    axes.invert_yaxis()
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def head(figure: Figure, title: str) -> None:
    """Write a title above a figure, in as many lines as its width asks for.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    title : str
        What this is, and its score.

    Examples
    --------
    >>> figure = Figure(figsize=(4, 3))
    >>> head(figure, "toy, loso")
    >>> figure.get_suptitle()
    'toy, loso'
    """
    letters = int(figure.get_figwidth() / _LETTER_INCHES)
    figure.suptitle("\n".join(textwrap.fill(line, letters) for line in title.splitlines()), fontsize=10)


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
    >>> counts = pd.DataFrame([[3, 1], [0, 4]], ["anger", "fear"], ["anger", "fear"])
    >>> with TemporaryDirectory() as folder:
    ...     save(recall(counts, "toy, loso"), Path(folder, "recall.png"), dpi=100)
    ...     Path(folder, "recall.png").read_bytes()[1:4]
    b'PNG'
    """
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=dpi, metadata={"Software": None})
