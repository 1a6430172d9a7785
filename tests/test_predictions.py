"""Predictions come back as they were written, byte for byte alike, and damage is named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.errors
import pytest

from speech_emotion.core import tables
from speech_emotion.core.errors import UserError
from speech_emotion.predictions import Predictions, probability_table, read, write

LABELS = ("anger", "neutral")
ROWS = pd.DataFrame([
    (1, "toy-b", "test", "neutral"), (0, "toy-a", "validation", "anger"), (0, "toy-c", "test", "anger"),
    (0, "toy-b", "test", "neutral"),
], columns=["fold", "clip_id", "part", "label"])


@pytest.fixture
def predictions(make_predictions: Callable[..., Predictions]) -> Predictions:
    return make_predictions(ROWS, LABELS)


def test_they_come_back_sorted(predictions: Predictions, tmp_path: Path) -> None:
    write(predictions, tmp_path / "p.parquet")
    back = read(tmp_path / "p.parquet")
    assert back.origin == predictions.origin
    assert back.table["clip_id"].tolist() == ["toy-b", "toy-c", "toy-a", "toy-b"]
    expected = predictions.table.set_index(["fold", "clip_id"])
    for row in back.table.to_dict("records"):
        one = expected.loc[(row["fold"], row["clip_id"])]
        assert row["p_anger"] == one["p_anger"]
        assert row["logit_neutral"] == one["logit_neutral"]
        np.testing.assert_array_equal(row["embedding"], one["embedding"])


def test_it_is_kept_whether_test_clips_were_looked_at(
    make_predictions: Callable[..., Predictions], tmp_path: Path
) -> None:
    for transductive in (False, True):
        write(make_predictions(ROWS, LABELS, transductive=transductive), tmp_path / "p.parquet")
        assert read(tmp_path / "p.parquet").origin.transductive is transductive


def test_those_of_before_they_were_marked_are_not_read(predictions: Predictions, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    write(predictions, path)
    table = tables.read(path)
    (key, about), = table.schema.metadata.items()
    tables.write(table, path, {key: about.replace(b'"format": 3', b'"format": 2')})
    with pytest.raises(UserError, match="holds no predictions that this version reads"):
        read(path)


def test_the_order_of_rows_changes_no_byte(predictions: Predictions, tmp_path: Path) -> None:
    write(predictions, tmp_path / "one.parquet")
    write(Predictions(predictions.table.iloc[::-1], predictions.origin), tmp_path / "other.parquet")
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "other.parquet").read_bytes()


def test_notebooks_read_it_without_this_project(predictions: Predictions, tmp_path: Path) -> None:
    write(predictions, tmp_path / "p.parquet")
    table = pd.read_parquet(tmp_path / "p.parquet")
    assert list(table) == ["fold", "clip_id", "part", "label", "logit_anger", "logit_neutral", "p_anger", "p_neutral",
                           "embedding", "baseline"]
    assert np.stack(table["embedding"]).shape == (4, 3)


def test_a_part_has_its_predictions(predictions: Predictions) -> None:
    test = predictions.part("test")
    assert set(test["clip_id"]) == {"toy-b", "toy-c"}
    right = np.where(test["p_anger"] >= test["p_neutral"], "anger", "neutral")
    assert test["predicted"].tolist() == right.tolist()


def test_a_table_of_no_clips() -> None:
    table = probability_table(LABELS, np.empty((0, 2)))
    assert list(table) == ["predicted", "p_anger", "p_neutral"]
    assert table.empty


@pytest.mark.parametrize("spoil", [
    {"part": "train"}, {"label": "joy"}, {"p_anger": 1.5}, {"fold": -1}, {"clip_id": "toy-b"},
    {"logit_anger": float("inf")}, {"p_neutral": float("nan")},
], ids=lambda change: "-".join(map(str, *change.items())))
def test_what_breaks_the_schema_is_not_written(
    spoil: dict[str, Any], predictions: Predictions, tmp_path: Path
) -> None:
    table = predictions.table.copy()
    table.loc[2, list(spoil)] = list(spoil.values())
    with pytest.raises(pandera.errors.SchemaError):
        write(Predictions(table, predictions.origin), tmp_path / "p.parquet")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", ["missing", "cut", "text", "foreign", "column"])
def test_damage_is_an_error_for_people(damage: str, predictions: Predictions, tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    write(predictions, path)
    table = tables.read(path)
    match damage:
        case "missing":
            path.unlink()
        case "cut":
            path.write_bytes(path.read_bytes()[:-100])
        case "text":
            path.write_text("fold,clip_id")
        case "foreign":
            tables.write(table, path)
        case "column":
            tables.write(table.drop_columns(["p_anger"]), path, table.schema.metadata)
    with pytest.raises(UserError, match=r"p\.parquet: .*; run: dvc repro train_cnn, or: dvc pull"):
        read(path)
