"""Lines of JSON, and going on where a run was interrupted."""

import json
from pathlib import Path

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.prediction.batch import line, resume, without_repeats
from speech_emotion.prediction.said import Predicted

LABELS = ("anger", "fear")


def said(file: str, content: str = "d2a8", *, fear: float = 0.75) -> str:
    return line(Predicted(file, content, np.array([1 - fear, fear])), LABELS, "77f0")


def test_a_line_is_json_and_holds_what_resuming_takes() -> None:
    assert json.loads(said("Müller\n.wav")) == {
        "file": "Müller\n.wav", "label": "fear", "probabilities": {"anger": 0.25, "fear": 0.75}, "not_judged": None,
        "note": None, "sha256": "d2a8", "model": "77f0"}
    assert said("Müller\n.wav").count("\n") == 1
    silent = json.loads(line(Predicted("a.wav", "d2a8", None, "silent", "not judged"), LABELS, "77f0"))
    assert (silent["label"], silent["probabilities"], silent["not_judged"]) == (None, None, "silent")


def test_nothing_yet(tmp_path: Path) -> None:
    assert resume(tmp_path / "out.jsonl", "77f0") == {}


@pytest.mark.parametrize("lost", range(1, len(said("c.wav")) + 1, 7))
def test_a_line_that_was_cut_off_is_dropped(lost: int, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    whole = said("a.wav", "1") + said("b.wav", "2")
    path.write_text((whole + said("c.wav", "3"))[:-lost])
    assert resume(path, "77f0") == {"a.wav": "1", "b.wav": "2"}
    assert path.read_text() == whole


def test_another_model_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text(said("a.wav"))
    with pytest.raises(UserError, match=r"out\.jsonl: was written by another model \(77f0, and this is 99aa\)"):
        resume(path, "99aa")
    assert path.read_text() == said("a.wav")


@pytest.mark.parametrize("text", [
    "no JSON\n", "[]\n", '{"file": "a.wav"}\n', '{"file": 1, "sha256": "", "model": ""}\n',
    '{"file": "a", "sha256": "1", "model": NaN}\n', "\n"])
def test_another_file_is_refused_and_stays(text: str, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text(said("a.wav") + text + said("b.wav"))
    with pytest.raises(UserError, match=r"out\.jsonl, line 2: is no line of"):
        resume(path, "77f0")
    assert path.read_text() == said("a.wav") + text + said("b.wav")


def test_of_a_file_that_changed_the_last_line_counts(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text(said("a.wav", "1") + said("b.wav") + said("a.wav", "2"))
    assert resume(path, "77f0")["a.wav"] == "2"
    without_repeats(path)
    assert path.read_text() == said("b.wav") + said("a.wav", "2")
    inode = path.stat().st_ino
    without_repeats(path)
    assert path.stat().st_ino == inode, "there is nothing to do"
