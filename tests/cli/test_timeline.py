"""`ser timeline` and `ser listen`: what they print and write, and how they end."""

import csv
import dataclasses
import io
import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.export.beside import write_beside
from speech_emotion.prediction import live
from speech_emotion.testing import tone, write_samples

from .common import ser

LABELS = ("anger", "neutral", "sadness")

pytestmark = pytest.mark.usefixtures("inside_place")


@pytest.fixture(scope="module")
def place(
    make_bundle: Callable[..., Any], save_models: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder of an exported model, one that normalises by speaker, two recordings, and a file that is no audio."""
    folder = tmp_path_factory.mktemp("place")
    made = make_bundle(min_duration=0.1)
    assert write_beside(save_models(folder / "models", made)).startswith("exported")
    by_speaker = dataclasses.replace(made, blueprint=dataclasses.replace(made.blueprint, normalisation="speaker"))
    save_models(folder / "by-speaker", by_speaker)
    write_samples(folder / "a.wav", np.concatenate([tone(1, duration=1), np.zeros(16_000), tone(2, duration=0.7)]))
    write_samples(folder / "b.flac", tone(3, duration=0.5))
    (folder / "text.wav").write_text("no audio at all " * 9)
    return folder


def test_a_timeline_is_printed() -> None:
    result = ser("timeline", "a.wav", "b.flac", "--window", "0.4")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["file"] for row in rows} == {"a.wav", "b.flac"}
    own = [row for row in rows if row["file"] == "a.wav"]
    assert (own[0]["start"], own[-1]["end"]) == ("0.000", "2.700")
    gap, = (row for row in own if row["not_judged"])
    assert gap["not_judged"] == "silent"
    assert 1 <= float(gap["start"]) < float(gap["end"]) <= 2
    assert {row["label"] for row in own} - {""} <= set(LABELS)


def test_smoothing_and_windows_are_as_they_are_asked_for() -> None:
    document, = json.loads(ser("timeline", "b.flac", "--format", "json", "--window", "0.2", "--hop", "0.05",
                               "--smooth", "0").stdout)
    assert (document["window"], document["hop"], document["smooth"]) == (0.2, 0.05, 0)
    assert [window["start"] for window in document["windows"]] == pytest.approx(np.arange(0, 0.31, 0.05))
    # By itself, a window is as long as the model's and smoothing as a window.
    document, = json.loads(ser("timeline", "b.flac", "--format", "json").stdout)
    assert (document["window"], document["hop"], document["smooth"]) == (0.16, 0.08, 0.16)


@pytest.mark.parametrize(("name", "start"), [
    ("x.TextGrid", b"File type"), ("x.eaf", b"<?xml"), ("x.vtt", b"WEBVTT"), ("x.txt", b"0.000000\t"),
    ("x.png", b"\x89PNG"), ("x.html", b"<!doctype html>"), ("x.json", b"["), ("x.csv", b"file,start"),
])
def test_the_extension_of_the_output_is_its_format(name: str, start: bytes, tmp_path: Path) -> None:
    result = ser("timeline", "b.flac", "--output", str(tmp_path / "new" / name))
    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "new" / name).read_bytes().startswith(start)


def test_several_recordings_go_into_a_folder(tmp_path: Path) -> None:
    result = ser("timeline", "a.wav", "b.flac", "text.wav", "--format", "textgrid", "--output", str(tmp_path / "out"))
    assert result.exit_code == 1
    assert result.stderr.startswith("error: text.wav: not readable as audio")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.TextGrid", "b.TextGrid"]


def test_what_is_piped_in() -> None:
    result = ser("timeline", "-", "--format", "audacity", given=Path("b.flac").read_bytes())
    assert result.exit_code == 0
    assert result.stdout == ser("timeline", "b.flac", "--format", "audacity").stdout


def test_nothing_readable() -> None:
    result = ser("timeline", "text.wav")
    assert (result.exit_code, len(result.stdout.splitlines())) == (1, 1)
    assert ser("timeline", "text.wav", "--format", "elan").stdout == ""


@pytest.mark.parametrize(("arguments", "message"), [
    (("timeline", "a.wav", "--format", "png"), "is not for a terminal; name a file with --output"),
    (("timeline", "a.wav", "b.flac", "--format", "webvtt"), "these are 2; name a folder with --output"),
    (("timeline", "a.wav", "./a.wav", "--format", "elan", "--output", "out"), "would both be written as out/a.eaf"),
    (("timeline", "a.wav", "--window", "999"), "--window is 999 s"),
    (("timeline", "a.wav", "--smooth", "inf"), "--smooth is inf, but must be a number of seconds"),
    (("timeline", "a.wav", "--models", "by-speaker"), "this model judges a clip beside others of its speaker"),
    (("listen", "--from", "a.wav", "--models", "by-speaker"), "this model judges a clip beside others of its speaker"),
    (("listen", "--from", "text.wav"), "text.wav: not readable as audio"),
    (("listen", "--from", "a.wav", "--device", "1"), "give one of them"),
    (("listen", "--at-speed"), "name it with --from"),
    (("listen", "--from", "a.wav", "--hop", "9"), "--hop is 9 s"),
])
def test_what_cannot_be_done(arguments: tuple[str, ...], message: str) -> None:
    error = ser(*arguments).exception
    assert isinstance(error, UserError)
    assert message in str(error)


def test_a_file_is_heard_as_if_live() -> None:
    result = ser("listen", "--from", "a.wav", "--window", "0.4", "--format", "jsonl")
    assert result.exit_code == 0
    windows = [json.loads(line) for line in result.stdout.splitlines()]
    document, = json.loads(ser("timeline", "a.wav", "--window", "0.4", "--format", "json").stdout)
    assert windows == document["windows"]
    silent = sum(window["not_judged"] == "silent" for window in windows)
    assert result.stderr.startswith(f"heard 0:02.7 in {len(windows)} windows: ")
    assert result.stderr.endswith(f"; not judged {silent} (silent {silent})\n")
    text = ser("listen", "--from", "a.wav", "--window", "0.4").stdout.splitlines()
    assert len(text) == len(windows)
    assert text[0].startswith("0:00 - 0:00.4  ")


@pytest.mark.parametrize("speed", [[], ["--at-speed"]])
def test_ctrl_c_ends_it_with_a_summary(speed: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    lines, real = [], live.line

    def interrupted(*given: Any) -> str:
        lines.append(real(*given))
        if len(lines) == 2:
            signal.raise_signal(signal.SIGINT)
        return lines[-1]

    monkeypatch.setattr(live, "line", interrupted)
    # Which is not so where the tests run in the background of a shell.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        result = ser("listen", "--from", "a.wav", *speed, "--window", "0.4")
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == lines[:1]
    assert result.stderr.startswith("\nheard 0:00.6 in 2 windows: ")
