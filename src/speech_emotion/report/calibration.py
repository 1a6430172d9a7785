"""Figures of calibration: whether probabilities can be believed, and what judging only the surest clips gives."""

import numpy as np
from matplotlib.figure import Figure

from speech_emotion.evaluation.calibration import BINS, Calibration
from speech_emotion.report.figures import head

_COLOURS = {"without temperature": "tab:blue", "with temperature": "tab:orange"}


def reliability(calibration: Calibration, title: str) -> Figure:
    """Draw accuracy over confidence, without and with the temperature; below, how many clips there are.

    Parameters
    ----------
    calibration : Calibration
        What was measured.
    title : str
        What this is, and its score.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import pandas as pd
    >>> bins = pd.DataFrame({"low": [0.5], "high": 0.6, "clips": 8, "confidence": 0.55, "accuracy": 0.875})
    >>> curve = pd.DataFrame({"share": [1.0], "clips": 8, "accuracy": 0.875, "accuracy_tempered": 0.875})
    >>> made = Calibration({"ece": 0.325, "ece_tempered": 0.25}, {0: 1.0}, bins, bins, curve)
    >>> [line.get_label() for line in reliability(made, "toy, loso").axes[0].lines[1:]]
    ['without temperature, error 0.325', 'with temperature, error 0.250']
    """
    figure = Figure(figsize=(6.5, 6.5), layout="constrained")
    head(figure, title)
    axes, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1])
    axes.plot([0, 1], [0, 1], color="grey", linestyle=":", linewidth=1)
    tables = (calibration.reliability, calibration.reliability_tempered)
    errors = (calibration.numbers["ece"], calibration.numbers["ece_tempered"])
    for which, ((name, colour), table, error) in enumerate(zip(_COLOURS.items(), tables, errors, strict=True)):
        axes.plot(table["confidence"], table["accuracy"], "o-", color=colour, label=f"{name}, error {error:.3f}")
        # Two bars side by side in each bin.
        below.bar(table["low"] + (which + 0.5) * 0.5 / BINS, table["clips"], width=0.45 / BINS, color=colour)
    axes.set(ylabel="accuracy", xlim=(0, 1), ylim=(0, 1.02))
    below.set(xlabel="confidence", ylabel="clips", xticks=np.arange(BINS + 1) / BINS)
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def coverage(calibration: Calibration, title: str) -> Figure:
    """Draw accuracy over the share of clips that are judged, the surest first.

    Parameters
    ----------
    calibration : Calibration
        What was measured.
    title : str
        What this is, and its score.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import pandas as pd
    >>> bins = pd.DataFrame({"low": [0.5], "high": 0.6, "clips": 8, "confidence": 0.55, "accuracy": 0.875})
    >>> curve = pd.DataFrame({"share": [0.5, 1.0], "clips": [4, 8], "accuracy": 0.875, "accuracy_tempered": 0.875})
    >>> made = Calibration({"ece": 0.325, "ece_tempered": 0.25}, {0: 1.0}, bins, bins, curve)
    >>> coverage(made, "toy, loso").axes[0].get_xlabel()
    'share of the clips that is judged, the surest first'
    """
    figure = Figure(figsize=(6.5, 4.5), layout="constrained")
    head(figure, title)
    axes = figure.subplots()
    for (name, colour), column in zip(_COLOURS.items(), ("accuracy", "accuracy_tempered"), strict=True):
        axes.plot(calibration.coverage["share"], calibration.coverage[column], ".-", color=colour, label=name)
    axes.set(xlabel="share of the clips that is judged, the surest first", ylabel="accuracy of these", xlim=(0, 1.02),
             ylim=(0, 1.02))
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure
