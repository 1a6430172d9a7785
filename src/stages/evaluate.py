"""Stage `evaluate`: predictions to metrics, plots and the report. Never trains, never predicts."""

from pathlib import Path

from _stage import PARAMS, run
from speech_emotion import manifest, predictions
from speech_emotion.core.files import replacing
from speech_emotion.evaluation.history import read_history
from speech_emotion.evaluation.run import evaluate as measure
from speech_emotion.ingest.summary import summary
from speech_emotion.params.base import load
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.params.ingest import Ingest
from speech_emotion.report.card import model_card
from speech_emotion.report.page.write import write_page
from speech_emotion.report.write import write

METRICS, PLOTS = Path("metrics"), Path("plots")
PREDICTIONS, FILES = Path("data/predictions.parquet"), Path("data/files.parquet")


def evaluate() -> None:
    """Write `METRICS` and `PLOTS`."""
    import pandas as pd  # not before `_stage`, which lets Ctrl-C end imports

    settings = load(PARAMS, Evaluate)
    clips = manifest.read("data/manifest.parquet")
    history = read_history("data/history.csv")
    said = predictions.read(PREDICTIONS)
    evaluation = measure(clips, said, history, settings)
    rejected = pd.read_csv("data/rejected.csv")
    corpus = summary(clips, rejected)
    write(evaluation, corpus, METRICS, PLOTS, dpi=settings.dpi)

    card = model_card(evaluation, said, settings, corpus=corpus, clips=clips, predictions_file=PREDICTIONS)
    with replacing(METRICS / "model_card.md") as temporary:
        temporary.write_text(card, encoding="utf-8", newline="\n")
    # Where audio lies decides no number and is no dependency: a teammate who has neither table nor audio evaluates too.
    write_page(PLOTS / "report.html", evaluation, said, settings, corpus=corpus, rejected=rejected,
               files=manifest.read_files(FILES) if FILES.exists() else None, root=Path(load(PARAMS, Ingest).root),
               card=card)
    print(f"evaluate: {evaluation}")
    if evaluation.warning:
        print(f"evaluate: {evaluation.warning}")


if __name__ == "__main__":
    run(evaluate, METRICS / "*", PLOTS / "*")
