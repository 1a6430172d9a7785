"""Write metrics, plots and the data behind them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from speech_emotion.core.files import replacing
from speech_emotion.evaluation.run import Evaluation
from speech_emotion.report import by_speaker, calibration, figures


def write(evaluation: Evaluation, corpus: dict[str, Any], metrics: Path, plots: Path, *, dpi: int) -> None:
    """Write what `dvc metrics` and `dvc plots` show, and pictures. The same evaluation gives the same bytes.

    Parameters
    ----------
    evaluation : Evaluation
        What was measured.
    corpus : dict
        What was taken in and rejected; see `ingest.summary`.
    metrics : Path
        Folder for evaluate.json, corpus.json and slices.csv.
    plots : Path
        Folder for history, confusion, recall, reliability, coverage and speakers, each as CSV and PNG.
    dpi : int
        Of the PNGs, in dots per inch.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.evaluation.calibration import Calibration
    >>> numbers = {
    ...     "uar": 0.875, "corpora": "toy", "protocol": "loso", "speaker_independent": True,
    ...     "transductive": False,
    ...     "recall": {"anger": 0.75, "fear": 1.0}, "labels": {"tested": "anger, fear", "untested": ""},
    ...     "interval": {"uar": {"low": None, "high": None}, "note": "no interval: 2 test speakers, fewer than 5"},
    ...     "counts": {"test_clips": 8, "labels": 2}}
    >>> labels = ["anger", "fear"]
    >>> bins = pd.DataFrame({"low": [0.5], "high": 0.6, "clips": 8, "confidence": 0.55, "accuracy": 0.875})
    >>> curve = pd.DataFrame({"share": [1.0], "clips": 8, "accuracy": 0.875, "accuracy_tempered": 0.875})
    >>> measured = Evaluation(
    ...     numbers=numbers,
    ...     clips=pd.DataFrame({"speaker": "toy-ann", "label": ["anger", "fear"], "predicted": ["anger", "anger"]}),
    ...     confusion=pd.DataFrame([[3, 1], [0, 4]], labels, labels),
    ...     history=pd.DataFrame({"fold": [0], "network": 0, "epoch": [1], "kept": True, "loss": [0.9],
    ...                           "accuracy": [0.5], "val_loss": [0.8], "val_accuracy": [0.5]}),
    ...     calibration=Calibration({"ece": 0.325, "ece_tempered": 0.325}, {0: 1.0}, bins, bins, curve),
    ...     slices=pd.DataFrame({"dimension": ["sex"], "value": "female", "clips": 8}))
    >>> with TemporaryDirectory() as folder:
    ...     write(measured, {"clips": 8}, Path(folder, "metrics"), Path(folder, "plots"), dpi=50)
    ...     sorted(path.name for path in Path(folder, "plots").iterdir())
    ['confusion.csv', 'confusion.png', 'coverage.csv', 'coverage.png', 'history.csv', 'history.png', 'recall.csv', \
'recall.png', 'reliability.csv', 'reliability.png', 'reliability_tempered.csv', 'speakers.csv', 'speakers.png']
    """
    numbers, title = evaluation.numbers, evaluation.title
    _write_json(metrics / "evaluate.json", numbers)
    _write_json(metrics / "corpus.json", corpus)

    _write_csv(metrics / "slices.csv", evaluation.slices)

    over_folds = evaluation.history.drop(columns=["fold", "network", "kept"]).groupby("epoch").mean().reset_index()
    _write_csv(plots / "history.csv", over_folds)
    _write_csv(plots / "confusion.csv", cells(evaluation.confusion))
    recalls = pd.Series(numbers["recall"], name="recall").rename_axis("label").reset_index()
    _write_csv(plots / "recall.csv", recalls)

    _write_csv(plots / "reliability.csv", evaluation.calibration.reliability)
    _write_csv(plots / "reliability_tempered.csv", evaluation.calibration.reliability_tempered)
    _write_csv(plots / "coverage.csv", evaluation.calibration.coverage)

    speakers = by_speaker.by_speaker(evaluation.clips)
    _write_csv(plots / "speakers.csv", speakers)

    figures.save(figures.history(evaluation.history, title), plots / "history.png", dpi)
    figures.save(figures.confusion(evaluation.confusion, title), plots / "confusion.png", dpi)
    figures.save(figures.recall(evaluation.confusion, title), plots / "recall.png", dpi)
    figures.save(calibration.reliability(evaluation.calibration, title), plots / "reliability.png", dpi)
    figures.save(calibration.coverage(evaluation.calibration, title), plots / "coverage.png", dpi)
    figures.save(by_speaker.figure(speakers, numbers["uar"], title), plots / "speakers.png", dpi)


def cells(confusion: pd.DataFrame) -> pd.DataFrame:
    """Lay a confusion out in rows, one per cell, so that a plot has nothing to work out.

    Parameters
    ----------
    confusion : pd.DataFrame [shape=(labels, labels), dtype=int64]
        Rows are true labels, columns predictions.

    Returns
    -------
    pd.DataFrame
        Sorted by actual and predicted, with clips, and share: of the clips of the actual label, NaN where it has none.

    Examples
    --------
    >>> print(cells(pd.DataFrame([[3, 1], [0, 4]], ["anger", "fear"], ["anger", "fear"])).to_string(index=False))
    actual predicted  clips  share
     anger     anger      3   0.75
     anger      fear      1   0.25
      fear     anger      0   0.00
      fear      fear      4   1.00
    """
    rows = confusion.rename_axis(index="actual").reset_index().melt("actual", var_name="predicted", value_name="clips")
    rows = rows.sort_values(["actual", "predicted"], ignore_index=True)
    return rows.assign(share=rows["clips"] / rows.groupby("actual")["clips"].transform("sum"))


def _write_json(path: Path, document: object) -> None:
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
