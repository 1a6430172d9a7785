"""The same comparison in every format."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from speech_emotion.comparison.alignment import contender
from speech_emotion.comparison.differences import compare
from speech_emotion.comparison.formats import Format
from speech_emotion.comparison.sources import Run
from speech_emotion.comparison.tables import changed, numbers, text
from speech_emotion.core.errors import UserError
from speech_emotion.predictions import Predictions


@pytest.fixture(scope="module")
def comparison(clips: pd.DataFrame, make_run: Callable[..., Predictions]) -> dict[str, Any]:
    runs = {"a|b": make_run(0.4), "x_1&": make_run(0.9, settings={"train_cnn": {"lr": 0.5}}), "c": make_run(0.5)}
    return compare([contender(Run(name, made, clips)) for name, made in runs.items()],
                   clips.set_index("clip_id")["speaker"], resamples=300, confidence=0.9, seed=1)


def test_json_is_all_of_it(comparison: dict[str, Any]) -> None:
    assert json.loads(text(comparison, Format.json)) == comparison


def test_csv_has_every_number(comparison: dict[str, Any]) -> None:
    table = pd.read_csv(io.StringIO(text(comparison, Format.csv)))
    assert table["run"].tolist() == ["a|b", "x_1&", "c"]
    for row, run in zip(table.to_dict("records"), comparison["runs"], strict=True):
        assert row["clips"] == 72
        for metric in ("uar", "accuracy", "macro_f1"):
            assert (row[metric], row[f"{metric}_low"]) == (run[metric]["value"], run[metric]["low"])
    second = table.iloc[1]
    assert second["uar_difference"] == comparison["runs"][1]["difference"]["uar"]["value"]
    assert second["right_now"] == comparison["runs"][1]["sides"]["right now"]
    assert table.iloc[0][["uar_difference", "uar_difference_p", "right_now"]].isna().all()
    assert numbers(comparison)["right_now"].dtype == "Int64"


def test_a_table_for_people(comparison: dict[str, Any]) -> None:
    head, *rows = text(comparison, Format.table).splitlines()
    assert head.split() == ["run", "UAR", "difference", "p", "(Holm)", "accuracy", "macro-F1", "right", "now", "wrong",
                            "now"]
    uar = comparison["runs"][1]["uar"]
    assert f"{uar['value']:.3f} [{uar['low']:.3f}, {uar['high']:.3f}]" in rows[1]
    assert f"{comparison['runs'][1]['difference']['uar']['value']:+.3f} [" in rows[1]
    assert "72 clips, 3 labels; differences to a|b; 90% intervals over speakers (12 test speakers)" in rows
    assert "x_1& has other settings: train_cnn.lr 0.5" in rows


def test_another_split_is_marked_in_every_format(comparison: dict[str, Any]) -> None:
    other = {**comparison, "same_split": False, "split": ["c tests clips in other folds"]}
    for kind in (Format.table, Format.markdown, Format.latex):
        assert "NOT THE SAME SPLIT, so differences need not be of the models: c tests" in text(other, kind)
        assert "NOT THE SAME" not in text(comparison, kind)
    assert not pd.read_csv(io.StringIO(text(other, Format.csv)))["same_split"].any()
    assert json.loads(text(other, Format.json))["same_split"] is False


def test_markdown_and_latex_escape_names(comparison: dict[str, Any]) -> None:
    lines = text(comparison, Format.markdown).splitlines()
    assert lines[1] == "|" + "---|" * 8
    assert lines[2].startswith("| a\\|b | 0.")
    assert all(line.replace("\\|", "").count("|") == 9 for line in lines[:5])
    latex = text(comparison, Format.latex)
    assert "  x\\_1\\& & 0." in latex
    rows = [line for line in latex.splitlines() if line.endswith("\\\\")]
    assert [line.replace("\\&", "").count("&") for line in rows] == [7] * 4
    assert all(line.startswith("%") for line in latex.splitlines() if "clips, 3 labels" in line)


def test_the_list_of_clips(comparison: dict[str, Any]) -> None:
    listed = changed(comparison)
    assert len(listed) == sum(len(run["changed"]) for run in comparison["runs"][1:]) > 0
    assert set(listed["run"]) == {"x_1&", "c"}


def test_formats_by_extension() -> None:
    assert [Format.of(Path(name)).value for name in ("a.JSON", "a.csv", "a.md", "a.tex", "a.txt")] == [
        "json", "csv", "markdown", "latex", "table"]
    with pytest.raises(UserError, match="must end in one of"):
        Format.of(Path("a.xls"))
