"""docs/own-data.md, done: its commands say what stands there, and two own corpora are tested against each other."""

import doctest
import re
from collections.abc import Callable
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from speech_emotion.params.ingest import Ingest

from .project import ROOT, Project

PAGE = (ROOT / "docs/own-data.md").read_text("utf-8")
BLOCK = re.compile(r"^```(python|console|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ([^\n]*)\n(.*?)(?=^\$ |\Z)", re.MULTILINE | re.DOTALL)


def _follow(project: Project) -> list[str]:
    """Run the page's code and commands, and compare what they print."""
    commands = []
    for language, text in BLOCK.findall(PAGE):
        if language == "python":
            done = project.run("python", "-c", text, PYTHONPATH=str(project / "src"))
            assert done.returncode == 0, done.stderr
        for command, expected in COMMAND.findall(text) if language == "console" else []:
            done = project.run("sh", "-c", command, PYTHONPATH=str(project / "src"))
            assert done.returncode == 0, done.stdout + done.stderr
            assert doctest.OutputChecker().check_output(expected, done.stdout, doctest.ELLIPSIS), done.stdout
            commands.append(command)
    return commands


def test_the_page_says_what_its_commands_do(fresh: Project, shipped: Callable[[], dict[str, Any]]) -> None:
    fresh.set(extract_mfcc__features=shipped()["extract_mfcc"]["features"])
    fresh.commit("every feature")
    commands = _follow(fresh)
    assert len(commands) == 10
    manifest = pd.read_parquet(fresh / "data/manifest.parquet")
    assert manifest.groupby("corpus")["label"].value_counts().to_dict() == {
        (corpus, label): 8 for corpus in ("calls", "lab") for label in ("anger", "happiness", "sadness")}
    predictions = pd.read_parquet(fresh / "data/predictions.parquet")
    tested = predictions[predictions["part"] == "test"]["clip_id"]
    assert set(tested) == set(manifest.loc[manifest["corpus"] == "lab", "clip_id"])


def test_what_stands_in_params_yaml_is_read_the_same(shipped: Callable[[], dict[str, Any]]) -> None:
    text, = (text for language, text in BLOCK.findall(PAGE) if language == "yaml")
    own = YAML(typ="safe", pure=True).load(text)["ingest"]["own"]
    settings = Ingest.model_validate({**shipped()["ingest"], "own": own})
    assert settings.own["calls"].labels == {"Freude": "happiness", "Trauer": "sadness", "Wut": "anger"}
