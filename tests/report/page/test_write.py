"""The page: one file that says what was measured, whatever it is called."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.sharing import holds_audio


def _script(text: str, name: str) -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', text, re.DOTALL)
    return json.loads(found)


@pytest.fixture(scope="module")
def page(write: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / "report.html"
    write(path)
    return path.read_text("utf-8")


def test_the_same_run_gives_the_same_bytes(
    write: Callable[..., Any], run: SimpleNamespace, page: str, tmp_path: Path
) -> None:
    write(tmp_path / "again.html", files=run.files.sample(frac=1, random_state=1))
    assert (tmp_path / "again.html").read_text("utf-8") == page


def test_nothing_is_fetched(page: str) -> None:
    assert re.findall(r"""(?:src|href|url|import|from)\s*[=(]?\s*["']?https?:""", page) == []
    assert "default-src 'none'" in page


def test_its_probabilities_are_the_predictions_to_three_digits(page: str, run: SimpleNamespace) -> None:
    data = _script(page, "data")
    labels = run.predictions.origin.labels
    clips, test = data["clips"], run.evaluation.clips
    assert tuple(data["labels"]) == labels
    assert clips["id"] == test["clip_id"].tolist()
    shown = np.reshape(clips["p"], (-1, len(labels))) / 1000
    assert shown == pytest.approx(test[[f"p_{label}" for label in labels]].to_numpy(dtype=float), abs=0.0005)
    for key, column in (("actual", "label"), ("predicted", "predicted"), ("baseline", "baseline")):
        assert [labels[code] for code in clips[key]] == test[column].tolist()
    for name, column in clips["named"].items():
        assert [column["values"][code] for code in column["codes"]] == test[name].fillna("not known").tolist()
    assert [";".join(clips["flags"]["values"][code] for code in codes) for codes in clips["flags"]["codes"]] == (
        test["audit_flags"].tolist())


def test_no_name_becomes_markup(page: str) -> None:
    assert "<b>" not in page
    assert "<i>" not in page
    assert "&lt;/script&gt;&lt;b&gt;&amp;&#39;&#34;" in page
    # The elements that the template has, and no others.
    assert len(re.findall("<script", page)) == len(re.findall("</script", page)) == 4
    assert "a &lt;fast&gt; one" in page


def test_it_is_known_to_hold_audio(page: str, write: Callable[..., Any], report_settings: Callable[..., Any],
                                   tmp_path: Path) -> None:
    (tmp_path / "loud.html").write_text(page, "utf-8")
    write(tmp_path / "mute.html", settings=report_settings(audio_mb=0.0))
    assert holds_audio(tmp_path / "loud.html")
    assert not holds_audio(tmp_path / "mute.html")
    assert "Audio is switched off" in (tmp_path / "mute.html").read_text("utf-8")


def test_it_says_what_cannot_be_heard(page: str, write: Callable[..., Any], tmp_path: Path) -> None:
    assert "12 clips are of calls (the user&#39;s own)" in page
    assert "Livingstone" in page, "who is heard is named"
    write(tmp_path / "gone.html", files=None)
    text = (tmp_path / "gone.html").read_text("utf-8")
    assert "The audio of 36 clips was not there" in text
    assert _script(text, "audio") == {}


def test_numbers_of_the_page_are_those_of_the_metrics(page: str, run: SimpleNamespace) -> None:
    numbers = run.evaluation.numbers
    assert f'<span class="figure">{numbers["uar"]:.3f}</span>' in page
    assert f"{numbers['interval']['uar']['low']:.3f} to {numbers['interval']['uar']['high']:.3f}" in page
    assert _script(page, "data")["coverage"]["accuracy"] == pytest.approx(
        run.evaluation.calibration.coverage["accuracy"].tolist(), abs=1e-5)


def test_a_run_without_networks_has_no_layer_and_no_curves(
    write: Callable[..., Any], run: SimpleNamespace, tmp_path: Path
) -> None:
    import dataclasses

    empty = dataclasses.replace(run.predictions, table=run.predictions.table.assign(
        embedding=[np.zeros(0, np.float32)] * len(run.predictions.table)))
    evaluation = dataclasses.replace(run.evaluation, history=run.evaluation.history.head(0))
    kept = run.predictions, run.evaluation
    run.predictions, run.evaluation = empty, evaluation
    try:
        write(tmp_path / "report.html")
    finally:
        run.predictions, run.evaluation = kept
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "layer" not in _script(text, "data")["clips"]
    assert "No network was trained" in text


def test_few_rejected_files_of_many_are_named(write: Callable[..., Any], run: SimpleNamespace, tmp_path: Path) -> None:
    many = pd.concat([run.rejected] * 300, ignore_index=True)
    write(tmp_path / "report.html", rejected=many)
    text = (tmp_path / "report.html").read_text("utf-8")
    assert "300 rejected files, the first 200" in text
    assert text.count("a/&lt;b&gt;.wav") == 200
