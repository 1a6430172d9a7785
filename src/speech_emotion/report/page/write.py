"""Write plots/report.html: one file that needs no network."""

import base64
import json
import math
from collections.abc import Hashable
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import ruamel.yaml

from speech_emotion.core.files import replacing
from speech_emotion.evaluation import probabilistic
from speech_emotion.evaluation.run import Evaluation
from speech_emotion.evaluation.slices import MIN_CLIPS
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.predictions import Predictions
from speech_emotion.report import templates
from speech_emotion.report.page import words
from speech_emotion.report.page.columns import columns
from speech_emotion.report.page.places import places
from speech_emotion.report.page.sound import Sound, sounds

_MODULES = "ser/"
"""What the page's modules call each other by."""
_REJECTED = 200
"""Rejected files that are named in the page."""


def write_page(
    path: Path, evaluation: Evaluation, predictions: Predictions, settings: Evaluate, *, corpus: dict[str, Any],
    rejected: pd.DataFrame, files: pd.DataFrame | None, root: Path, card: str,
) -> Sound:
    """Write the report; the same predictions, files and settings give the same bytes.

    Parameters
    ----------
    path : Path
        The file to write or replace.
    evaluation : Evaluation
        What was measured of `predictions`.
    predictions : Predictions
        For where clips lie on the map, and what run this is.
    settings : Evaluate
        Settings of the stage.
    corpus : dict
        What was taken in and rejected; see `ingest.summary`.
    rejected : pd.DataFrame
        Columns corpus, path, rule, reason, what_to_do.
    files : pd.DataFrame or None
        Where each clip lies; None where that is not known, and nothing can be heard.
    root : Path
        What `files` is relative to.
    card : str
        The model card.

    Returns
    -------
    Sound
        What can be heard in it.
    """
    labels = predictions.origin.labels
    test = evaluation.clips
    test = test.assign(confidence=probabilistic.of_table(test, labels)[1].max(axis=1))
    embeddings = predictions.part("test").set_index("clip_id")["embedding"].reindex(test["clip_id"])
    found = places(test, labels, embeddings.tolist())
    heard = sounds(test, files, root, settings.report)
    data = {
        "labels": labels, "clips": columns(test, labels, found), "explained": found.explained,
        "history": _columns(evaluation.history), "reliability": _columns(evaluation.calibration.reliability),
        "reliability_tempered": _columns(evaluation.calibration.reliability_tempered),
        "coverage": _columns(evaluation.calibration.coverage),
        "applied": evaluation.calibration.numbers["applied"], "restricted": heard.restricted,
    }
    document = templates.fill(
        "page.html", evaluation=evaluation, numbers=evaluation.numbers, origin=predictions.origin, corpus=corpus,
        meaning=words.meaning(evaluation), limits=words.limits(evaluation), words=words, heard=heard,
        settings=settings, slices=_by_dimension(evaluation.slices), min_clips=MIN_CLIPS,
        rejected=rejected.fillna("").head(_REJECTED).to_dict("records"), num_rejected=len(rejected),
        parameters=parameters(predictions, settings), card=card, style=_read("style.css"),
        modules=templates.for_script({"imports": _modules()}), data=templates.for_script(data),
        audio=templates.for_script(heard.clips), main=f"{_MODULES}main.js",
        bars=_bars(evaluation.numbers),
    )
    with replacing(path) as temporary:
        temporary.write_text(document + "\n", encoding="utf-8", newline="\n")
    return heard


def parameters(predictions: Predictions, settings: Evaluate) -> str:
    """Write all parameters that decided a run, as YAML.

    Parameters
    ----------
    predictions : Predictions
        Whose origin says what decided them.
    settings : Evaluate
        Settings of the stage.

    Examples
    --------
    >>> from speech_emotion.params.evaluate import Report
    >>> from speech_emotion.predictions import Origin
    >>> origin = Origin(("anger", "fear"), "loso", True, False, 1, {"train_cnn": {"lr": 0.1}})
    >>> made = Predictions(pd.DataFrame(), origin)
    >>> report = Report(audio_mb=0.0, audio_seconds=8.0, audio_also_of=())
    >>> print(parameters(made, Evaluate(resamples=100, confidence=0.9, dpi=50, report=report)))
    train_cnn:
      lr: 0.1
    evaluate:
      resamples: 100
      confidence: 0.9
      dpi: 50
      report:
        audio_mb: 0.0
        audio_seconds: 8.0
        audio_also_of: []
    """
    writer = ruamel.yaml.YAML()
    writer.default_flow_style = False
    writer.width = 100
    text = StringIO()
    # Through JSON, which knows no tuples.
    known = json.loads(json.dumps({**predictions.origin.settings, "evaluate": settings.model_dump(mode="json")}))
    writer.dump(known, text)
    return text.getvalue().rstrip("\n")


def _read(name: str) -> str:
    return (templates.WEB / name).read_text(encoding="utf-8")


def _modules() -> dict[str, str]:
    """Give each module as an address that holds it, so that modules import one another as they do from files."""
    return {f"{_MODULES}{path.name}": "data:text/javascript;base64," + base64.b64encode(path.read_bytes()).decode()
            for path in sorted(templates.WEB.glob("*.js"))}


def _columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): [_finite(value) for value in table[name].tolist()] for name in table}


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5) if math.isfinite(value) else None
    return value


def _by_dimension(slices: pd.DataFrame) -> dict[str, list[dict[Hashable, Any]]]:
    rows = slices.astype(object).where(slices.notna(), None)
    return {str(name): group.drop(columns="dimension").to_dict("records")
            for name, group in rows.groupby("dimension", sort=False)}


def _bars(numbers: dict[str, Any]) -> list[dict[str, Any]]:
    """List what the headline is to be compared with."""
    interval = numbers["interval"]["uar"]
    bars = [{"name": "this model", "value": numbers["uar"], "low": interval["low"], "high": interval["high"],
             "kind": "model"},
            {"name": "without a network", "value": numbers["baseline"]["uar"], "kind": "other"}]
    bars += [{"name": f"people, {words.title_of(name)} (accuracy)", "value": human["accuracy"], "kind": "people"}
             for name, human in numbers.get("human", {}).items()]
    guesses = [("always the commonest label", numbers["majority"]["uar"]), ("guessing", numbers["chance_uar"])]
    bars += [{"name": name, "value": value, "kind": "guess"} for name, value in guesses]
    return [{"low": None, "high": None, **bar} for bar in bars if np.isfinite(bar["value"])]
