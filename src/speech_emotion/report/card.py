"""The model card: Markdown whose head public model hubs read."""

import hashlib
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd
import ruamel.yaml

from speech_emotion.corpora.artificial import SYNTHETIC
from speech_emotion.evaluation.run import Evaluation
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.predictions import Predictions
from speech_emotion.report import templates
from speech_emotion.report.page import words
from speech_emotion.report.page.write import parameters

_METRICS: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("uar", "UAR", "recall", {"average": "macro"}), ("accuracy", "accuracy", "accuracy", {}),
    ("macro_f1", "macro-F1", "f1", {"average": "macro"}), ("uar_speaker_mean", "UAR, mean over speakers", "", {}),
    ("top_2_accuracy", "top-2 accuracy", "", {}), ("log_loss", "log loss", "", {}), ("brier", "Brier score", "", {}))
"""By key in metrics/evaluate.json: the name for people, and what hubs call it, if they know it."""
_GROUPS = ("corpus", "language", "sex")


def model_card(
    evaluation: Evaluation, predictions: Predictions, settings: Evaluate, *, corpus: dict[str, Any],
    clips: pd.DataFrame, predictions_file: Path,
) -> str:
    """Write the card; the same predictions give the same text.

    Parameters
    ----------
    evaluation : Evaluation
        What was measured of `predictions`.
    predictions : Predictions
    settings : Evaluate
        Settings of the stage.
    corpus : dict
        What was taken in; see `ingest.summary`.
    clips : pd.DataFrame
        The manifest, for its languages.
    predictions_file : Path
        Whose hash leads to the commit that it belongs to.

    Returns
    -------
    str
        Markdown that begins with metadata as YAML.
    """
    numbers = evaluation.numbers
    names = sorted(corpus["by_corpus"])
    groups = evaluation.slices[evaluation.slices["dimension"].isin(_GROUPS)]
    return templates.fill(
        "card.md", head=_head(numbers, clips, names), names=", ".join(map(words.title_of, names)), numbers=numbers,
        origin=predictions.origin, corpus=corpus, words=words, meaning=words.meaning(evaluation),
        limits=words.limits(evaluation), metrics=[(key, name) for key, name, _, _ in _METRICS if key in numbers],
        groups=groups.astype(object).where(groups.notna(), None).to_dict("records"),
        parameters=parameters(predictions, settings),
        predictions_md5=hashlib.md5(predictions_file.read_bytes(), usedforsecurity=False).hexdigest(),
    ) + "\n"


def _head(numbers: dict[str, Any], clips: pd.DataFrame, names: list[str]) -> str:
    own = names == [SYNTHETIC]
    # Hubs know languages by their first part, such as "en".
    languages = sorted({str(tag).partition("-")[0].lower() for tag in clips["language"].dropna()})
    measured = [{"type": kind, "name": name, "value": numbers[key], **({"args": args} if args else {})}
                for key, name, kind, args in _METRICS if kind]
    tested = numbers["corpora"].split(", ")
    head = {
        **({"license": "mit"} if own else
           {"license": "other", "license_name": "as-the-training-data-allows", "license_link": "LICENSE"}),
        **({"language": languages} if languages else {}),
        "pipeline_tag": "audio-classification",
        "tags": ["audio", "speech", "speech-emotion-recognition", *(["synthetic"] if numbers["synthetic"] else [])],
        "datasets": names,
        "metrics": [kind for _, _, kind, _ in _METRICS if kind],
        "model-index": [{"name": "speech-emotion", "results": [{
            "task": {"type": "audio-classification", "name": "Speech emotion recognition"},
            "dataset": {"type": "-".join(tested), "name": ", ".join(map(words.title_of, tested)), "split": "test",
                        "args": {"protocol": numbers["protocol"],
                                 "speaker_independent": numbers["speaker_independent"]}},
            "metrics": measured}]}],
    }
    writer = ruamel.yaml.YAML()
    writer.default_flow_style = False
    writer.width = 1000
    text = StringIO()
    writer.dump(head, text)
    return text.getvalue().rstrip("\n")
