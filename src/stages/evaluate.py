"""Stage `evaluate`: models to metrics and plots. Never trains."""

import json
from pathlib import Path

import pandas as pd

from _stage import PARAMS, run
from speech_emotion import manifest
from speech_emotion.core.files import replacing
from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.result import result
from speech_emotion.ingest.summary import summary
from speech_emotion.models import backend
from speech_emotion.params.base import load
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.report import figures
from speech_emotion.store import FeatureStore

MODELS, METRICS, PLOTS = Path("models"), Path("metrics"), Path("plots")


def evaluate() -> None:
    """Write `METRICS` and `PLOTS`."""
    settings = load(PARAMS, Evaluate)
    clips = manifest.read("data/manifest.parquet")
    store = FeatureStore("data/features")
    backend.load()
    from speech_emotion.evaluation.predictions import on_test_parts

    predictions, bundle = on_test_parts(clips, store, MODELS)
    epochs = pd.read_csv(MODELS / "history.csv")
    numbers = result(predictions, epochs, bundle.training, settings)
    _write_json(METRICS / "evaluate.json", numbers)
    _write_json(METRICS / "corpus.json", summary(clips, pd.read_csv("data/rejected.csv")))

    over_folds = epochs.drop(columns="fold").groupby("epoch").mean().reset_index()
    _write_csv(PLOTS / "history.csv", over_folds)
    pairs = predictions[["label", "predicted"]].set_axis(["actual", "predicted"], axis=1)
    _write_csv(PLOTS / "confusion.csv", pairs.sort_values(["actual", "predicted"]))
    _write_csv(PLOTS / "recall.csv", pd.Series(numbers["recall"], name="recall").rename_axis("label").reset_index())

    title = f"{numbers['corpora']}, {numbers['protocol']}"
    title += "" if numbers["speaker_independent"] else " (SPEAKER-DEPENDENT)"
    counts = metrics.confusion(predictions["label"], predictions["predicted"])
    figures.save(figures.history(epochs, title), PLOTS / "history.png", settings.dpi)
    figures.save(figures.confusion(counts, title), PLOTS / "confusion.png", settings.dpi)
    figures.save(figures.recall(numbers["recall"], numbers["uar"], title), PLOTS / "recall.png", settings.dpi)
    low, high = (numbers["interval"]["uar"][end] for end in ("low", "high"))
    print(f"evaluate: {title}: UAR {numbers['uar']:.3f} ({settings.confidence:.0%} interval over speakers {low:.3f} to "
          f"{high:.3f}), accuracy {numbers['accuracy']:.3f}, macro-F1 {numbers['macro_f1']:.3f}, "
          f"chance {numbers['chance_uar']:.3f}")


def _write_json(path: Path, document: object) -> None:
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    with replacing(path) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6g", lineterminator="\n")


if __name__ == "__main__":
    run(evaluate, METRICS / "*", PLOTS / "*")
