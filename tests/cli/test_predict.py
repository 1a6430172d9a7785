"""`ser predict`: a table, CSV or JSON; and one bad file costs the exit status, not the result."""

import csv
import dataclasses
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
from click.testing import Result

from speech_emotion.core.errors import UserError
from speech_emotion.export.beside import write_beside
from speech_emotion.testing import tone, write_clip, write_samples

from .common import ser

LABELS = ["anger", "neutral", "sadness"]

pytestmark = pytest.mark.usefixtures("inside_place")


@pytest.fixture(scope="module")
def place(
    make_bundle: Callable[..., Any], save_models: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with an exported model, two clips, no audio called .wav, and a folder of a silent and a clipped clip."""
    folder = tmp_path_factory.mktemp("place")
    assert write_beside(save_models(folder / "models", make_bundle())).startswith("exported")
    for name, rate in (("a.wav", 44100), ("b.flac", 8000)):
        write_clip(folder / name, pitch=300, sample_rate=rate)
    write_samples(folder / "silence/s.wav", np.zeros(32000))
    write_samples(folder / "silence/t.wav", 4 * tone())
    (folder / "text.wav").write_text("no audio at all " * 9)
    return folder


def predict(*arguments: str, given: bytes | None = None) -> Result:
    return ser("predict", *arguments, given=given)


def test_table() -> None:
    result = predict("a.wav", "b.flac")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["file", "label", "p_anger", "p_neutral", "p_sadness"]
    assert [line.split()[0] for line in lines[1:]] == ["a.wav", "b.flac"]
    assert sum(map(float, lines[1].split()[2:])) == pytest.approx(1, abs=0.002)


def test_csv_and_json_say_the_same() -> None:
    rows = list(csv.DictReader(io.StringIO(predict("a.wav", "b.flac", "--format", "csv").stdout)))
    documents = json.loads(predict("a.wav", "b.flac", "--format", "json").stdout)
    assert [list(each) for each in documents] == [["file", "label", "probabilities", "not_judged", "note"]] * 2
    for row, document in zip(rows, documents, strict=True):
        assert row["file"] == document["file"]
        assert (row["not_judged"], row["note"]) == ("", "")
        assert (document["not_judged"], document["note"]) == (None, None)
        assert row["label"] == document["label"] == max(document["probabilities"], key=document["probabilities"].get)
        assert list(document["probabilities"]) == LABELS
        for label in LABELS:
            assert float(row[f"p_{label}"]) == pytest.approx(document["probabilities"][label], abs=1e-6)
        assert sum(document["probabilities"].values()) == pytest.approx(1, abs=1e-5)


def test_output_goes_to_a_file_instead(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out.json"
    result = predict("a.wav", "--format", "json", "--output", str(target))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert target.read_text() == predict("a.wav", "--format", "json").stdout


@pytest.mark.parametrize(("name", "form"), [
    ("out.json", "json"), ("OUT.JSON", "json"), ("out.csv", "csv"), ("out.txt", "table"), ("out", "table"),
])
def test_the_extension_of_the_output_is_its_format(name: str, form: str, tmp_path: Path) -> None:
    assert predict("a.wav", "--output", str(tmp_path / name)).exit_code == 0
    assert (tmp_path / name).read_text() == predict("a.wav", "--format", form).stdout


def test_a_format_that_is_given_comes_before_the_extension(tmp_path: Path) -> None:
    predict("a.wav", "--output", str(tmp_path / "out.json"), "--format", "csv")
    assert (tmp_path / "out.json").read_text().startswith("file,label,")


def test_silence_has_no_label_in_any_format() -> None:
    note, flag = "not judged: silent (digital silence)", "clipped (samples at full scale in a row)"
    table = predict("a.wav", "silence")
    assert (table.exit_code, table.stderr) == (0, "")
    head, judged, silent, clipped = table.stdout.splitlines()
    assert head.split()[-1] == "note"
    assert judged.split()[1] in LABELS
    assert silent.split(maxsplit=5) == ["silence/s.wav", "-", "-", "-", "-", note]
    assert clipped.endswith(f"  {flag}")
    assert clipped.split()[1] in LABELS
    rows = list(csv.DictReader(io.StringIO(predict("silence", "--format", "csv").stdout)))
    assert rows[0] == {"file": "silence/s.wav", "label": "", "p_anger": "", "p_neutral": "", "p_sadness": "",
                       "not_judged": "silent", "note": note}
    assert (rows[1]["not_judged"], rows[1]["note"]) == ("", flag)
    documents = json.loads(predict("silence", "--format", "json").stdout)
    assert documents[0] == {"file": "silence/s.wav", "label": None, "probabilities": None, "not_judged": "silent",
                            "note": note}
    assert (documents[1]["label"] in LABELS, documents[1]["not_judged"], documents[1]["note"]) == (True, None, flag)


def test_a_model_of_synthetic_speech_says_in_one_line_that_it_knows_no_people(
    make_bundle: Callable[..., Any], save_models: Callable[..., Path], tmp_path: Path
) -> None:
    models = save_models(tmp_path, make_bundle(corpus="synthetic"))
    result = predict("a.wav", "--models", str(models))
    assert result.exit_code == 0
    assert result.stderr == "note: this model was trained on synthetic speech alone; it knows no human speech\n"
    assert result.stdout == predict("a.wav").stdout


def test_a_model_that_normalises_by_speaker_says_whose_clips_it_took_them_for(
    make_bundle: Callable[..., Any], save_models: Callable[..., Path], tmp_path: Path
) -> None:
    made = make_bundle()
    blueprint = dataclasses.replace(made.blueprint, normalisation="speaker")
    models = save_models(tmp_path / "models", dataclasses.replace(made, blueprint=blueprint))
    for take in range(5):
        write_clip(tmp_path / "ann" / f"{take}.wav", pitch=200 + 30 * take)
    result = predict(str(tmp_path / "ann"), "--models", str(models), "--format", "json")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 5
    assert result.stderr == ("note: this model normalises by speaker; these 5 clips were taken for all of one speaker, "
                             "and each is judged beside the others\n")
    error = predict("a.wav", "--models", str(models)).exception
    assert isinstance(error, UserError)
    assert "statistics: 1, and it takes 5" in str(error)


def test_audio_that_is_piped_in() -> None:
    for file in ("a.wav", "b.flac"):
        result = predict("-", "--format", "json", given=Path(file).read_bytes())
        expected = json.loads(predict(file, "--format", "json").stdout)
        assert (result.exit_code, result.stderr) == (0, "")
        assert json.loads(result.stdout) == [{**expected[0], "file": "-"}]


@pytest.mark.parametrize(("given", "message"), [
    (b"", "error: -: nothing came in; pipe audio in, as in: cat some.wav | ser predict -\n"),
    (b"no audio at all " * 9, "error: -: not readable as audio (Format not recognised.)\n"),
])
def test_what_is_piped_in_is_no_audio(given: bytes, message: str) -> None:
    result = predict("a.wav", "-", given=given)
    assert result.exit_code == 1
    assert result.stderr == message
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["file", "a.wav"]


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_an_unreadable_file_is_named_and_the_others_are_predicted(form: str, tmp_path: Path) -> None:
    result = predict("text.wav", "a.wav", "--format", form)
    assert result.exit_code == 1
    assert "a.wav" in result.stdout
    assert "text.wav" not in result.stdout
    assert result.stderr.startswith("error: text.wav")
    to_file = predict("text.wav", "a.wav", "--format", form, "--output", str(tmp_path / "out"))
    assert to_file.exit_code == 1
    assert (tmp_path / "out").read_text() == result.stdout


@pytest.mark.parametrize(("form", "output"), [
    ("table", ""), ("csv", "file,label,p_anger,p_neutral,p_sadness,not_judged,note\n"), ("json", "[]\n"),
])
def test_nothing_readable(form: str, output: str) -> None:
    result = predict("text.wav", "--format", form)
    assert result.exit_code == 1
    assert result.stdout == output


@pytest.mark.parametrize(("arguments", "message"), [
    (["none.wav"], "none.wav: there is no such file or folder"),
    (["a.wav", "--models", "nowhere"], "nowhere: there is no trained model here"),
])
def test_what_is_not_there(arguments: list[str], message: str) -> None:
    error = predict(*arguments).exception
    assert isinstance(error, UserError)
    assert message in str(error)


def test_an_unknown_format_and_no_file() -> None:
    assert predict("a.wav", "--format", "xml").exit_code == 2
    assert predict().exit_code == 2


# --- lines of JSON


def lines(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in predict(*arguments, "--format", "jsonl").stdout.splitlines()]


def test_lines_of_json_say_what_json_says() -> None:
    found = lines("text.wav", "b.flac", "silence", "a.wav")
    documents = json.loads(predict("text.wav", "b.flac", "silence", "a.wav", "--format", "json").stdout)
    assert [{key: line[key] for key in documents[0]} for line in found] == documents
    assert [line["file"] for line in found] == ["b.flac", "silence/s.wav", "silence/t.wav", "a.wav"]
    assert found[0]["sha256"] == hashlib.sha256(Path("b.flac").read_bytes()).hexdigest()
    assert len({line["model"] for line in found}) == 1
    result = predict("text.wav", "a.wav", "--format", "jsonl")
    assert (result.exit_code, result.stderr.startswith("error: text.wav")) == (1, True)


def test_a_run_goes_on_where_it_was_killed(tmp_path: Path) -> None:
    target = tmp_path / "new" / "out.jsonl"
    assert predict("a.wav", "b.flac", "silence", "--output", str(target), "--resume").exit_code == 0
    whole = target.read_text().splitlines(keepends=True)
    assert len(whole) == 4
    # The first stays as it is: it is not judged again. The third was cut off.
    marked = whole[0].replace('"note": null', '"note": "mine"')
    target.write_text(marked + whole[1] + whole[2][:40])
    assert predict("a.wav", "b.flac", "silence", "--output", str(target), "--resume").exit_code == 0
    assert target.read_text() == marked + "".join(whole[1:])


def test_a_file_that_changed_is_judged_again(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav"):
        write_clip(tmp_path / "clips" / name, pitch=300)
    arguments = str(tmp_path / "clips"), "--output", str(tmp_path / "out.jsonl"), "--resume"
    predict(*arguments)
    first, second = (tmp_path / "out.jsonl").read_text().splitlines()
    write_clip(tmp_path / "clips" / "a.wav", pitch=900)
    write_clip(tmp_path / "clips" / "c.wav", pitch=100)
    predict(*arguments)
    found = (tmp_path / "out.jsonl").read_text().splitlines()
    assert found[0] == second
    assert [Path(json.loads(line)["file"]).name for line in found] == ["b.wav", "a.wav", "c.wav"]
    assert json.loads(found[1])["sha256"] != json.loads(first)["sha256"]


def test_lines_are_not_written_over_by_mistake(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    target.write_text("precious\n")
    error = predict("a.wav", "--output", str(target)).exception
    assert isinstance(error, UserError)
    assert str(error) == f"{target}: is there already; go on with it (--resume), or remove it"
    assert isinstance(predict("a.wav", "--output", str(target), "--resume").exception, UserError)
    assert target.read_text() == "precious\n"
    assert isinstance(predict("a.wav", "--resume").exception, UserError)
    assert isinstance(predict("a.wav", "--resume", "--output", str(tmp_path / "out.csv")).exception, UserError)


def test_another_model_does_not_go_on(
    make_bundle: Callable[..., Any], save_models: Callable[..., Path], tmp_path: Path
) -> None:
    models = save_models(tmp_path / "models", make_bundle(seed=5))
    target = tmp_path / "out.jsonl"
    predict("a.wav", "--output", str(target))
    error = predict("a.wav", "b.flac", "--output", str(target), "--resume", "--models", str(models)).exception
    assert isinstance(error, UserError)
    assert "was written by another model" in str(error)
    assert len(target.read_text().splitlines()) == 1


def test_as_a_program_of_its_own(place: Path) -> None:
    # As the shell's `cat a.wav | ser predict . /dev/stdin <(cat b.flac)` does.
    reading, writing = os.pipe()
    feeding = Thread(target=_write_and_close, args=[writing, (place / "b.flac").read_bytes()])
    feeding.start()
    pipe = f"/dev/fd/{reading}"
    done = subprocess.run(
        [sys.executable, "-c", "from speech_emotion.cli.main import main; main()", "predict", ".", "/dev/stdin", pipe,
         "--format", "json"], cwd=place, capture_output=True, check=False, pass_fds=[reading],
        input=(place / "a.wav").read_bytes(),
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src"), "PATH": ""},
    )
    os.close(reading)
    feeding.join()
    assert done.returncode == 1
    result = {each["file"]: each["probabilities"] for each in json.loads(done.stdout)}
    assert list(result) == ["a.wav", "b.flac", "silence/s.wav", "silence/t.wav", "/dev/stdin", pipe]
    assert (result["/dev/stdin"], result[pipe]) == (result["a.wav"], result["b.flac"])
    stderr = done.stderr.decode()
    assert "error: text.wav" in stderr
    assert "Traceback" not in stderr


def _write_and_close(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as pipe:
        pipe.write(content)
