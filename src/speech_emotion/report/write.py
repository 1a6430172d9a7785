"""Write metrics, plots and the data behind them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from speech_emotion.core.files import replacing
from speech_emotion.evaluation.run import Evaluation
from speech_emotion.report import figures


def write(evaluation: Evaluation, corpus: dict[str, Any], metrics: Path, plots: Path, *, dpi: int) -> None:
    """Write what `dvc metrics` and `dvc plots` show, and pictures. The same evaluation gives the same bytes.

    Parameters
    ----------
    evaluation : Evaluation
        What was measured.
    corpus : dict
        What was taken in and rejected; see `ingest.summary`.
    metrics : Path
        Folder for evaluate.json and corpus.json.
    plots : Path
        Folder for history, confusion and recall, each as CSV and PNG.
    dpi : int
        Of the PNGs, in dots per inch.
    """
    numbers, title = evaluation.numbers, evaluation.title
    _write_json(metrics / "evaluate.json", numbers)
    _write_json(metrics / "corpus.json", corpus)

    over_folds = evaluation.history.drop(columns="fold").groupby("epoch").mean().reset_index()
    _write_csv(plots / "history.csv", over_folds)
    pairs = evaluation.clips[["label", "predicted"]].set_axis(["actual", "predicted"], axis=1)
    _write_csv(plots / "confusion.csv", pairs.sort_values(["actual", "predicted"]))
    recalls = pd.Series(numbers["recall"], name="recall").rename_axis("label").reset_index()
    _write_csv(plots / "recall.csv", recalls)

    figures.save(figures.history(evaluation.history, title), plots / "history.png", dpi)
    figures.save(figures.confusion(evaluation.confusion, title), plots / "confusion.png", dpi)
    figures.save(figures.recall(numbers["recall"], numbers["uar"], title), plots / "recall.png", dpi)


def _write_json(path: Path, document: object) -> None:
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")
