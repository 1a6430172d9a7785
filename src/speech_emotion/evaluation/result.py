"""All numbers of one run, as they go into metrics/evaluate.json."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from speech_emotion.corpora.artificial import SYNTHETIC
from speech_emotion.corpora.human import HUMAN
from speech_emotion.evaluation import intervals, metrics, probabilistic
from speech_emotion.evaluation.history import kept_epochs
from speech_emotion.params.evaluate import Intervals
from speech_emotion.predictions import Origin


def result(
    predictions: pd.DataFrame, history: pd.DataFrame, origin: Origin, settings: Intervals
) -> dict[str, Any]:
    """Compute what a reader needs in order to trust and to compare a result.

    Parameters
    ----------
    predictions : pd.DataFrame
        One row per test clip of any fold: fold, speaker, corpus, label, predicted, baseline, and p_<label> for each
        label.
    history : pd.DataFrame
        Rows fold, network, epoch, kept.
    origin : Origin
        What run the predictions are of.
    settings : Intervals
        How intervals are drawn.

    Returns
    -------
    dict
        Ready for JSON; numbers rounded to six digits. What people compare comes first; metrics on top are of all folds'
        predictions pooled.

    Examples
    --------
    >>> rows = pd.DataFrame({"fold": 0, "corpus": "toy", "speaker": ["toy-ann", "toy-ann", "toy-ann", "toy-bob"],
    ...                      "label": ["anger", "anger", "fear", "fear"],
    ...                      "predicted": ["anger", "anger", "anger", "fear"],
    ...                      "baseline": ["anger", "fear", "anger", "fear"],
    ...                      "p_anger": [0.5, 0.5, 0.5, 0.0], "p_calm": 0.25, "p_fear": [0.25, 0.25, 0.25, 0.75]})
    >>> epochs = pd.DataFrame({"fold": 0, "network": 0, "epoch": [1, 2], "kept": [False, True]})
    >>> origin = Origin(("anger", "calm", "fear"), "loso", True, False, seed=1, settings={})
    >>> numbers = result(rows, epochs, origin, Intervals(resamples=1000, confidence=0.95))
    >>> numbers["uar"], numbers["uar_speaker_mean"], numbers["recall"]
    (0.75, 0.75, {'anger': 1.0, 'fear': 0.5})
    >>> numbers["baseline"]["uar"], numbers["baseline"]["uar_gain"]
    (0.5, 0.25)
    >>> numbers["brier"], numbers["top_2_accuracy"], numbers["majority"]["label"]
    (0.4375, 0.75, 'anger')
    >>> numbers["labels"]
    {'tested': 'anger, fear', 'untested': 'calm'}
    >>> numbers["interval"]["uar"], numbers["interval"]["note"]
    ({'low': None, 'high': None}, 'no interval: 2 test speakers, fewer than 5')
    >>> numbers["folds"]["0"]["best_epoch"]
    2.0
    """
    truth, predicted = predictions["label"], predictions["predicted"]
    corpora = {str(name): {**_overall(clips), **_counts(clips)} for name, clips in predictions.groupby("corpus")}
    recalls = metrics.recall(truth, predicted)
    bounds = {name: _interval(predictions, metric, settings, origin.seed) for name, metric in metrics.OF_COUNTS.items()}
    return {
        **_overall(predictions),
        "uar_speaker_mean": _rounded(_uar_by(predictions, "speaker").mean()),
        **({"uar_corpus_mean": _rounded(_uar_by(predictions, "corpus").mean())} if len(corpora) > 1 else {}),
        "chance_uar": _rounded(1 / len(recalls)),
        "interval": {
            **{name: _ends(ends) for name, ends in bounds.items()},
            "confidence": settings.confidence,
            "note": intervals.note(predictions["speaker"].nunique(), drawn=bounds["uar"] is not None),
        },
        **_of_probabilities(predictions, origin),
        "baseline": _baseline(predictions, settings, origin.seed),
        "majority": _majority(truth),
        **({"human": human} if (human := _human(corpora)) else {}),
        "protocol": origin.protocol,
        "speaker_independent": origin.speaker_independent,
        "transductive": origin.transductive,
        **({"encoders": _encoders(origin)} if origin.encoders else {}),
        "statement_independent": origin.statement_independent,
        "validation": origin.validation,
        "refit": origin.settings.get("train_cnn", {}).get("refit"),
        "corpora": ", ".join(corpora),
        "synthetic": SYNTHETIC in corpora,
        # As text: one cell each where DVC lays metrics out in columns.
        "labels": {
            "tested": ", ".join(recalls),
            "untested": ", ".join(label for label in origin.labels if label not in recalls),
        },
        "counts": {
            **_counts(predictions),
            "labels": len(recalls),
            "folds": int(predictions["fold"].nunique()),
            "by_label": {str(name): int(count) for name, count in truth.value_counts().sort_index().items()},
        },
        "recall": {name: _rounded(value) for name, value in recalls.items()},
        "precision": {name: _rounded(value) for name, value in metrics.precision(truth, predicted).items()},
        "f1": {name: _rounded(value) for name, value in metrics.f1(truth, predicted).items()},
        **({"by_corpus": corpora} if len(corpora) > 1 else {}),
        "folds": _folds(predictions, history),
    }


def _overall(clips: pd.DataFrame) -> dict[str, float]:
    return {name: _rounded(metric(clips["label"], clips["predicted"])) for name, metric in metrics.OVERALL.items()}


def _encoders(origin: Origin) -> dict[str, dict[str, Any]]:
    """Name what the branches hear through, and which of the tested corpora it has learnt emotions from."""
    return {used.branch: {
        "name": used.name, "sha256": used.sha256, "licence": used.licence, "trained_on": used.trained_on,
        "layers": ", ".join(map(str, used.layers)), "heard": ", ".join(used.heard),
    } for used in origin.encoders}


def _counts(clips: pd.DataFrame) -> dict[str, int]:
    return {"test_clips": len(clips), "test_speakers": int(clips["speaker"].nunique())}


def _uar_by(predictions: pd.DataFrame, column: str) -> np.ndarray:
    return metrics.uar_of_counts(metrics.counts_by(*(predictions[name] for name in (column, "label", "predicted"))))


def _baseline(predictions: pd.DataFrame, settings: Intervals, seed: int) -> dict[str, Any]:
    """How the baseline alone did on the same clips, and by how much the model is better."""
    numbers = _overall(predictions.assign(predicted=predictions["baseline"]))
    gain = metrics.uar(predictions["label"], predictions["predicted"]) - numbers["uar"]
    return {**numbers, "uar_gain": _rounded(gain),
            "uar_gain_interval": _ends(_interval(predictions, metrics.uar_of_counts, settings, seed, "baseline"))}


def _of_probabilities(predictions: pd.DataFrame, origin: Origin) -> dict[str, float]:
    truth, probabilities = probabilistic.of_table(predictions, origin.labels)
    precisions = metrics.precision(predictions["label"], predictions["predicted"])
    return {
        "macro_precision": _rounded(float(np.mean(list(precisions.values())))),
        **{name: _rounded(getattr(probabilistic, name)(truth, probabilities)) for name in probabilistic.METRICS},
    }


def _majority(truth: pd.Series) -> dict[str, Any]:
    """Measure what always saying the label that most test clips have gives; the first of equally frequent ones."""
    label = str(truth.astype(str).value_counts().sort_index().idxmax())
    return {"label": label, **_overall(pd.DataFrame({"label": truth, "predicted": label}))}


def _human(corpora: Iterable[str]) -> dict[str, dict[str, Any]]:
    return {name: HUMAN[name]._asdict() for name in corpora if name in HUMAN}


def _interval(
    predictions: pd.DataFrame, metric: Callable[[np.ndarray], np.ndarray], settings: Intervals, seed: int,
    against: str | None = None,
) -> tuple[float, float] | None:
    return intervals.by_speaker(predictions, metric, resamples=settings.resamples, confidence=settings.confidence,
                                seed=seed, against=against)


def _ends(bounds: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = map(_rounded, bounds) if bounds else (None, None)
    return {"low": low, "high": high}


def _folds(predictions: pd.DataFrame, history: pd.DataFrame) -> dict[str, dict[str, float]]:
    folds = {str(fold): _overall(clips) for fold, clips in predictions.groupby("fold")}
    kept = kept_epochs(history).groupby("fold")["epoch"].mean()  # over the networks of a fold
    return {
        **(_spread(pd.DataFrame(folds).T) if len(folds) > 1 else {}),
        **{fold: {**values, **({"best_epoch": _rounded(kept[int(fold)])} if int(fold) in kept else {})}
           for fold, values in folds.items()},
    }


def _spread(folds: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Mean and sample standard deviation (n - 1 degrees of freedom) over folds."""
    return {
        "mean": {str(name): _rounded(folds[name].mean()) for name in folds},
        "std": {str(name): _rounded(folds[name].std(ddof=1)) for name in folds},
    }


def _rounded(value: float) -> float:
    return round(float(value), 6) + 0.0  # no -0.0
