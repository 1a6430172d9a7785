"""The model card: a head that hubs read, and the same numbers as everywhere."""

import dataclasses
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ruamel.yaml import YAML

from speech_emotion.ingest.summary import summary
from speech_emotion.report.card import model_card


@pytest.fixture(scope="module")
def card(run: SimpleNamespace, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("card") / "predictions.parquet"
    path.write_bytes(b"some")
    return model_card(run.evaluation, run.predictions, run.settings, corpus=summary(run.clips, run.rejected),
                      clips=run.clips, predictions_file=path)


def _head(card: str) -> dict[str, Any]:
    assert card.startswith("---\n")
    return dict(YAML(typ="safe", pure=True).load(card.split("---\n")[1]))


def test_the_head_has_what_hubs_ask_for(card: str, run: SimpleNamespace) -> None:
    head = _head(card)
    assert set(head) == {"license", "license_name", "license_link", "language", "pipeline_tag", "tags", "datasets",
                         "metrics", "model-index"}
    assert (head["license"], head["language"], head["pipeline_tag"]) == ("other", ["en"], "audio-classification")
    assert re.fullmatch("[a-z0-9-]+", head["license_name"])
    assert head["datasets"] == ["calls", "ravdess"]
    (model,) = head["model-index"]
    (result,) = model["results"]
    assert result["task"]["type"] == "audio-classification"
    # A data set's type is a name of the alphabet of hubs.
    assert re.fullmatch(r"[\w.-]+", result["dataset"]["type"])
    assert result["dataset"]["name"]
    numbers = run.evaluation.numbers
    assert {metric["name"]: metric["value"] for metric in result["metrics"]} == {
        "UAR": numbers["uar"], "accuracy": numbers["accuracy"], "macro-F1": numbers["macro_f1"]}
    assert {metric["type"] for metric in result["metrics"]} == set(head["metrics"]) == {"recall", "accuracy", "f1"}


def test_the_embedded_corpus_is_as_free_as_the_project(
    grid: Callable[..., Any], make_predictions: Callable[..., Any], run: SimpleNamespace, tmp_path: Path
) -> None:
    from speech_emotion.evaluation.run import evaluate

    clips = grid(6, corpus="synthetic")
    rows = clips.assign(fold=0, part=["validation"] * 12 + ["test"] * 24)
    made = make_predictions(rows, ("anger", "neutral", "sadness"))
    path = tmp_path / "predictions.parquet"
    path.write_bytes(b"")
    measured = evaluate(clips, made, run.evaluation.history, run.settings)
    text = model_card(measured, made, run.settings, corpus=summary(clips, run.rejected.head(0)), clips=clips,
                      predictions_file=path)
    head = _head(text)
    assert head["license"] == "mit"
    assert "language" not in head, "the manifest does not say"
    assert "synthetic" in head["tags"]
    assert text.index("Not about people") < text.index("## Data"), "first of all"


def test_the_body_has_the_numbers_and_whose_they_are(card: str, run: SimpleNamespace) -> None:
    numbers = run.evaluation.numbers
    low, high = numbers["interval"]["uar"]["low"], numbers["interval"]["uar"]["high"]
    assert f"| UAR | {numbers['uar']:.3f} | {low:.3f} to {high:.3f} |" in card
    assert "CC BY-NC-SA 4.0" in card
    for title in ("Data", "Protocol", "Scores", "Groups", "Calibration", "Limits", "Which code and data", "Parameters"):
        assert f"\n## {title}\n" in card
    assert f"| corpus: ravdess | {sum(run.evaluation.clips['corpus'] == 'ravdess')} |" in card
    assert "lr: 0.1" in card
    md5 = hashlib.md5(b"some").hexdigest()
    assert f"git log -S {md5} -- dvc.lock" in card


def test_it_says_whether_the_temperature_is_applied(card: str, run: SimpleNamespace, tmp_path: Path) -> None:
    numbers = run.evaluation.numbers
    found = numbers["calibration"]
    assert f"not applied, would give {found['ece_tempered']:.3f}." in card
    applied = dataclasses.replace(run.evaluation, numbers={**numbers, "calibration": {**found, "applied": True}})
    path = tmp_path / "predictions.parquet"
    path.write_bytes(b"some")
    text = model_card(applied, run.predictions, run.settings, corpus=summary(run.clips, run.rejected), clips=run.clips,
                      predictions_file=path)
    assert "Probabilities are those with each fold's temperature" in text
    assert f"error {found['ece_tempered']:.3f}, and {found['ece']:.3f} without it" in text
    assert "not applied" not in text


def test_tables_survive_any_name(card: str) -> None:
    rows = [line for line in card.splitlines() if line.startswith("|")]
    tables = [list(group) for group in re.findall(r"(?:^\|.*\n)+", card, re.MULTILINE)]
    assert tables
    for row in rows:
        assert row.endswith("|")
    assert "</script>" not in card
    widths = [{len(re.split(r"(?<!\\)\|", line)) for line in table.splitlines()}
              for table in re.findall(r"(?:^\|.*\n)+", card, re.MULTILINE)]
    assert all(len(width) == 1 for width in widths)
