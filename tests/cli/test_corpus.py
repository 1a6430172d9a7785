"""`ser corpus new`."""

import pytest
from typer.testing import CliRunner

from speech_emotion.cli.commands import app
from speech_emotion.core.errors import UserError
from speech_emotion.testing import write_clip


@pytest.fixture
def folder(tmp_path):
    for seed, clip in enumerate(["ann/HAPPY_1.wav", "ann/sad_1.wav", "bob/HAPPY_1.wav", "bob/sad_1.wav"]):
        write_clip(tmp_path / "My Calls" / clip, seed)
    return tmp_path / "My Calls"


def run(*arguments):
    return CliRunner().invoke(app, ["corpus", "new", *map(str, arguments)])


def test_a_description_is_printed_and_written(folder):
    result = run(folder)
    assert result.exit_code == 0
    text = (folder / "corpus.yaml").read_text("utf-8")
    assert result.stdout.startswith(text)
    assert "name: my_calls" in text
    assert f"ser audit {folder}" in result.stdout
    assert CliRunner().invoke(app, ["audit", str(folder)]).stdout.splitlines()[1].split()[:2] == ["my_calls", "4"]


def test_a_description_that_is_there_is_kept_unless_told(folder):
    (folder / "corpus.yaml").write_text("mine")
    refused = run(folder)
    assert isinstance(refused.exception, UserError)
    assert "--force" in str(refused.exception)
    assert (folder / "corpus.yaml").read_text() == "mine"
    assert run(folder, "--force", "--name", "calls_2").exit_code == 0
    assert "name: calls_2" in (folder / "corpus.yaml").read_text("utf-8")


def test_a_dry_run_writes_nothing(folder):
    assert "{speaker}/{label}_*" in run(folder, "--dry-run").stdout
    assert not (folder / "corpus.yaml").exists()


@pytest.mark.parametrize("name", ["My Calls", "emodb"])
def test_a_name_that_cannot_be_is_refused(folder, name):
    refused = run(folder, "--name", name)
    assert isinstance(refused.exception, UserError)
    assert "--name" in str(refused.exception)


def test_an_unknown_corpus_is_named_with_the_command(tmp_path):
    refused = CliRunner().invoke(app, ["download", "iemocap"])
    assert str(refused.exception).startswith("ser download: unknown corpus 'iemocap'")
    refused = CliRunner().invoke(app, ["audit", str(tmp_path), "--corpus", "iemocap"])
    assert str(refused.exception).startswith("--corpus: unknown corpus 'iemocap'")
