"""Stage `evaluate`: predictions to metrics and plots. Never trains, never predicts."""

from pathlib import Path

from _stage import PARAMS, run
from speech_emotion import manifest, predictions
from speech_emotion.evaluation.history import read_history
from speech_emotion.evaluation.run import evaluate as measure
from speech_emotion.ingest.summary import summary
from speech_emotion.params.base import load
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.report.write import write

METRICS, PLOTS = Path("metrics"), Path("plots")


def evaluate() -> None:
    """Write `METRICS` and `PLOTS`."""
    import pandas as pd  # not before `_stage`, which lets Ctrl-C end imports

    settings = load(PARAMS, Evaluate)
    clips = manifest.read("data/manifest.parquet")
    history = read_history("data/history.csv")
    evaluation = measure(clips, predictions.read("data/predictions.parquet"), history, settings)
    corpus = summary(clips, pd.read_csv("data/rejected.csv"))
    write(evaluation, corpus, METRICS, PLOTS, dpi=settings.dpi)
    print(f"evaluate: {evaluation}")
    if evaluation.warning:
        print(f"evaluate: {evaluation.warning}")


if __name__ == "__main__":
    run(evaluate, METRICS / "*", PLOTS / "*")
