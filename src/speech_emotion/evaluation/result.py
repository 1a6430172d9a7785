"""All numbers of one run, as they go into metrics/evaluate.json."""

from typing import Any

import pandas as pd

from speech_emotion.evaluation import intervals, metrics
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.predictions import Origin

SYNTHETIC = "synthetic"
"""Name of the embedded corpus: its numbers say nothing about people."""


def result(
    predictions: pd.DataFrame, history: pd.DataFrame, origin: Origin, settings: Evaluate
) -> dict[str, Any]:
    """Compute what a reader needs in order to trust and to compare a result.

    Parameters
    ----------
    predictions : pd.DataFrame
        One row per test clip of any fold: fold, speaker, corpus, label, predicted.
    history : pd.DataFrame
        Rows fold, epoch, val_loss.
    origin : Origin
        What run the predictions are of.
    settings : Evaluate
        Settings of the stage.

    Returns
    -------
    dict
        Ready for JSON; numbers rounded to six digits. Metrics on top are of all folds' predictions pooled.

    Examples
    --------
    >>> rows = pd.DataFrame({"fold": 0, "corpus": "toy", "speaker": ["toy-ann", "toy-ann", "toy-bob", "toy-bob"],
    ...                      "label": ["anger", "fear"] * 2, "predicted": ["anger", "anger", "anger", "fear"]})
    >>> epochs = pd.DataFrame({"fold": [0, 0], "epoch": [1, 2], "val_loss": [0.9, 0.7]})
    >>> origin = Origin(("anger", "fear"), "loso", True, False, seed=1, settings={})
    >>> numbers = result(rows, epochs, origin, Evaluate(resamples=1000, confidence=0.95, dpi=100))
    >>> numbers["uar"], numbers["interval"]["uar"], numbers["recall"]
    (0.75, {'low': 0.5, 'high': 1.0}, {'anger': 1.0, 'fear': 0.5})
    >>> numbers["folds"]["0"]["best_epoch"]
    2
    """
    truth, predicted = predictions["label"], predictions["predicted"]
    folds = {
        str(fold): {
            name: _rounded(metric(group["label"], group["predicted"])) for name, metric in metrics.OVERALL.items()
        }
        for fold, group in predictions.groupby("fold")
    }
    table = pd.DataFrame(folds).T
    best = history.loc[history.groupby("fold")["val_loss"].idxmin()].set_index("fold")["epoch"]
    return {
        "protocol": origin.protocol,
        "speaker_independent": origin.speaker_independent,
        "statement_independent": origin.statement_independent,
        "validation": origin.validation,
        "corpora": ", ".join(sorted(predictions["corpus"].unique())),
        "synthetic": bool((predictions["corpus"] == SYNTHETIC).any()),
        **{name: _rounded(metric(truth, predicted)) for name, metric in metrics.OVERALL.items()},
        "interval": {
            "confidence": settings.confidence,
            **{
                name: dict(zip(("low", "high"), map(_rounded, intervals.by_speaker(
                    predictions, metric, resamples=settings.resamples, confidence=settings.confidence,
                    seed=origin.seed,
                )), strict=True))
                for name, metric in (("accuracy", metrics.accuracy_of_counts), ("uar", metrics.uar_of_counts))
            },
        },
        "chance_uar": _rounded(1 / truth.nunique()),
        "recall": {name: _rounded(value) for name, value in metrics.recall(truth, predicted).items()},
        "precision": {name: _rounded(value) for name, value in metrics.precision(truth, predicted).items()},
        "folds": {
            **(_spread(table) if len(table) > 1 else {}),
            **{fold: {**values, "best_epoch": int(best[int(fold)])} for fold, values in folds.items()},
        },
        "counts": {
            "test_clips": len(predictions),
            "test_speakers": int(predictions["speaker"].nunique()),
            "labels": int(truth.nunique()),
            "folds": len(folds),
            "by_label": {str(name): int(count) for name, count in truth.value_counts().sort_index().items()},
        },
    }


def _spread(folds: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Mean and sample standard deviation (n - 1 degrees of freedom) over folds."""
    return {
        "mean": {str(name): _rounded(folds[name].mean()) for name in folds},
        "std": {str(name): _rounded(folds[name].std(ddof=1)) for name in folds},
    }


def _rounded(value: float) -> float:
    return round(float(value), 6)
