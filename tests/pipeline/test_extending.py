"""docs/extending.md, done: its corpus, feature, network and metric work as they stand on the page."""

import json
import re
import shutil
import sys
from pathlib import Path

from speech_emotion.testing import write_clip

from .project import ROOT, Project, fates

BLOCK = re.compile(r"^```(?:python|yaml) (\S+)(?: (after|at its end) ?([^\n]*))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _follow_the_page(project: Project) -> list[str]:
    """Do what each code block of the page says; the files that are new."""
    new = []
    for file, how, line, code in BLOCK.findall((ROOT / "docs/extending.md").read_text("utf-8")):
        path = project / file
        if not how:
            assert not path.exists()
            path.write_text(code, "utf-8")
            new.append(file)
        elif how == "at its end":
            project.append(file, code)
        else:
            lines = path.read_text("utf-8").splitlines(keepends=True)
            (at,) = [number for number, each in enumerate(lines) if each.strip() == line]
            path.write_text("".join([*lines[: at + 1], code, *lines[at + 1 :]]), "utf-8")
            assert code.count("\n") == 1, "one line"
    return new


def test_each_takes_a_module_and_a_line(project: Project, tmp_path: Path) -> None:
    new = _follow_the_page(project)
    assert len(new) == 3
    # A new metric concerns evaluation alone; the network is not in use yet.
    assert project.outdated() == {"ingest", "extract_mfcc", "evaluate"}

    toys = [(speaker, label) for speaker in ("anna", "ben", "cleo", "dan") for label in ("anger", "neutral")]
    for seed, (speaker, label) in enumerate(toys):
        write_clip(project / f"data/raw/toy/{speaker}-{label}-01.wav", seed, duration=0.6)
    project.set(ingest__root="data/raw", train_cnn__model="mean_pool",
                train_cnn__split__protocol="speaker_kfold", train_cnn__split__folds=2)
    assert project.repro().own_corpus == fates(ingest="ran", extract_mfcc="ran", train_cnn="ran", evaluate="ran")
    metrics = json.loads((project / "metrics/evaluate.json").read_text("utf-8"))
    assert (metrics["corpora"], metrics["counts"]["test_clips"]) == ("toy", len(toys))
    assert metrics["errors"] == round(1 - metrics["accuracy"], 6)
    model = json.loads((project / "models/model.json").read_text("utf-8"))
    assert (model["network"], model["columns"][-1]) == ("mean_pool", "crest"), "the feature is in use at once"

    # And the project still passes what its own tests ask of it.
    shutil.rmtree(project / "data/raw")
    checks = [["ruff", "check"], ["lint-imports"],
              [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", "-k", "deps or tables or comment",
               "tests/pipeline/test_dependencies.py", "src/speech_emotion/evaluation/metrics.py"]]
    for check in checks:
        done = project.run(*check, PYTHONPATH=str(project / "src"))
        assert done.returncode == 0, done.stdout + done.stderr
