"""Experiments, and comparing what came of them."""

import itertools
import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

from speech_emotion import predictions

from .project import ROOT, Project, Repro, commands, fates

MARKED = """

_before = result


def result(*args, **kwargs):
    return {**_before(*args, **kwargs), "marked": 1}
"""
IDS = {"loss", "accuracy", "confusion", "recall", "reliability", "coverage", "speakers"}


def _experiments(project: Project) -> dict[str, dict[str, Any]]:
    """Data of each experiment by its name."""
    shown = json.loads(project.dvc("exp", "show", "--json"))
    return {revision["name"]: revision["data"] for commit in shown for experiment in commit["experiments"] or []
            for revision in experiment["revs"]}


def test_an_experiment_in_a_copy_and_two_here_and_all_side_by_side(project: Project) -> None:
    settings = (project / "params.yaml").read_bytes()
    before = (project / "data/predictions.parquet").read_bytes()
    # In a copy it leaves this folder alone.
    project.dvc(*commands("Compare", "dvc exp run --temp"), "--name", "copied")
    assert (project / "params.yaml").read_bytes() == settings
    assert project.git("status", "--porcelain") == ""
    assert project.dvc("status") == "Data and pipelines are up to date.\n"
    # Here it changes params.yaml for good, and git takes it back. What it is about has been run.
    project.dvc(*commands("Compare", "dvc exp run -S"))
    changed = project.git("diff", "--unified=0", "params.yaml").splitlines()
    assert [line for line in changed if re.match(r"[-+](?![-+])", line)] == [
        f"{sign}  lr: {value:<24}# learning rate of AdamW" for sign, value in (("-", "0.001"), ("+", "0.0003"))]
    there = (project / "data/predictions.parquet").read_bytes()
    assert there != before
    project.git(*commands("Compare", "git restore"))
    assert project.repro().stages == fates(train_cnn="cached", evaluate="ran")
    assert (project / "data/predictions.parquet").read_bytes() == before
    assert project.git("status", "--porcelain") == ""
    # What was run in a copy comes here.
    *apply, _name = commands("Compare", "dvc exp apply")
    project.dvc(*apply, "copied")
    assert project.params()["train_cnn"]["lr"] == 0.0003
    assert (project / "data/predictions.parquet").read_bytes() == there
    assert project.repro().stages == fates()

    # A rate that dvc writes with an exponent.
    project.git("restore", "params.yaml", "dvc.lock", "metrics", "plots")
    project.dvc("exp", "run", "--name", "slow", "--set-param", "train_cnn.lr=0.00001", "--set-param",
                "networks.cnn.dropout=0.4", "--set-param", "train_cnn.split.protocol=speaker_kfold")
    assert "lr: 1e-05" in (project / "params.yaml").read_text("utf-8")
    made = _experiments(project)
    slow = made["slow"]
    assert float(slow["params"]["params.yaml"]["data"]["train_cnn"]["lr"]) == 1e-5
    assert 0 <= slow["metrics"]["metrics/evaluate.json"]["data"]["uar"] <= 1
    model = json.loads((project / "models/model.json").read_text("utf-8"))
    assert model["training"]["lr"] == 1e-5
    assert project.repro().stages == fates(), "the workspace is the experiment's"

    # A terminal as wide as anybody likes, which the table then does not fill.
    readme = (ROOT / "README.md").read_text("utf-8")
    (command,) = [line for line in readme.splitlines() if line.startswith("dvc exp show")]
    shown = project.dvc(*shlex.split(command)[1:], COLUMNS="1000")
    assert max(map(len, shown.splitlines())) <= 120
    (header,) = [line for line in shown.splitlines() if line.startswith("  Experiment")]
    assert header.split() == ["Experiment", "uar", "accuracy", "train_cnn.split.protocol", "train_cnn.lr",
                              "networks.cnn.dropout"]
    assert len(re.findall(r"^  [├└]── ", shown, re.MULTILINE)) == len(made) >= 2


def test_queued_experiments_find_audio_that_dvc_knows_or_that_has_an_absolute_path(project: Project) -> None:
    elsewhere = project.folder.parent / "corpora"
    shutil.copytree(project / "demo/audio", elsewhere / "synthetic")
    shutil.copytree(project / "demo/audio", project / "data/raw/synthetic")
    project.dvc(*commands("Your corpora", "dvc add"))
    project.commit("audio")

    for root in ("data/raw", str(elsewhere), "../corpora"):
        project.dvc("exp", "run", "--queue", "--set-param", f"ingest.root={root}", "extract_mfcc")
    # A copy has no cache of its own; these clips are known.
    done = project.run("dvc", "exp", "run", "--run-all", SER_CACHE=str(project / ".cache/features"))
    assert done.stderr.count("Failed to reproduce experiment") == 1
    failed = [line for line in done.stdout.splitlines() if line.startswith("ERROR: failed to reproduce")]
    said = re.search(r"No such file or directory: '.*/(\.dvc/tmp/exps/corpora)'$", failed[0])
    assert said, failed
    assert not any(str(elsewhere) in line or "data/raw" in line for line in failed)
    assert f"`No such file or directory: ../{said[1]}`" in (project / "README.md").read_text("utf-8")
    # Where it is found, one is warned before that.
    found = project.run("dvc", "exp", "run", "--set-param", "ingest.root=../corpora", "--set-param",
                        "ingest.strict=true", "ingest")
    assert found.returncode == 0, found.stderr
    assert "ingest.root: ../corpora leads out of the project, so that experiments with --queue" in found.stderr
    assert f"give {elsewhere}\n" in found.stderr


def test_queued_experiments_use_their_own_code(project: Project) -> None:
    code = project / "src/speech_emotion/evaluation/result.py"
    before = code.read_text("utf-8")
    project.append("src/speech_emotion/evaluation/result.py", MARKED)
    project.dvc("exp", "run", "--queue", "--name", "marked", "--set-param", "evaluate.confidence=0.9")
    code.write_text(before, "utf-8")
    project.dvc("exp", "run", "--queue", "--name", "plain", "--set-param", "evaluate.confidence=0.8")
    assert project.git("status", "--porcelain") == ""
    project.dvc("exp", "run", "--run-all")
    done = _experiments(project)
    metrics = {name: done[name]["metrics"]["metrics/evaluate.json"]["data"] for name in ("marked", "plain")}
    assert metrics["marked"].get("marked") == 1
    assert "marked" not in metrics["plain"]
    assert (metrics["marked"]["interval"]["confidence"], metrics["plain"]["interval"]["confidence"]) == (0.9, 0.8)
    assert project.git("status", "--porcelain") == "", "the workspace stays as it was"


def _drawn(page: Path, plot: str) -> dict[str, Any]:
    """The specification of a plot that a page of `dvc plots` gives to Vega-Lite."""
    (spec,) = re.findall(rf"var spec = (\{{.*\}});\s+vegaEmbed\('#{plot}'", page.read_text("utf-8"))
    document: dict[str, Any] = json.loads(spec)
    return document


def test_commits_are_compared_without_remote_or_cache_and_their_confusion_is_drawn(
    alone: tuple[Project, Repro], tmp_path: Path
) -> None:
    project, _ = alone
    clone = project.cloned_to(tmp_path / "clone")

    metrics = json.loads(clone.dvc("metrics", "diff", "--json", "HEAD~1", "HEAD"))["metrics/evaluate.json"]
    assert metrics["interval.confidence"] == {"old": 0.95, "new": 0.9, "diff": metrics["interval.confidence"]["diff"]}

    plots = json.loads(clone.dvc("plots", "diff", "--json", "HEAD~1", "HEAD"))
    assert not plots.get("errors")
    assert set(plots["data"]) == IDS
    points = [(point["rev"], point["epoch"]) for point in plots["data"]["loss"][0]["content"]["data"]["values"]]
    assert {("HEAD~1", "1"), ("HEAD~1", "2"), ("HEAD", "1")} <= set(points)
    assert ("HEAD", "2") not in points

    # Every label, in one order, with its recall.
    clone.dvc("plots", "show", "--out", str(tmp_path / "html"))
    drawn = _drawn(tmp_path / "html/index.html", "confusion")
    assert "transform" not in json.dumps(drawn), "what is drawn is what the data say"
    encoding = drawn["spec"]["encoding"]
    assert {axis: (encoding[axis]["field"], encoding[axis]["sort"]) for axis in ("x", "y")} == {
        "x": ("predicted", "ascending"), "y": ("actual", "ascending")}
    rectangles, texts = drawn["spec"]["layer"]
    assert rectangles["encoding"]["color"]["condition"]["field"] == texts["encoding"]["text"]["field"] == "share"
    assert rectangles["encoding"]["color"]["condition"]["scale"]["domain"] == [0, 1]

    run = predictions.read(project / "data/predictions.parquet")
    labels, test = run.origin.labels, run.part("test")
    assert set(test["predicted"]) < set(labels), "of this run some label is never predicted"
    cells = {(cell["actual"], cell["predicted"]): cell for cell in drawn["data"]["values"]}
    assert len(cells) == len(drawn["data"]["values"])
    assert set(cells) == set(itertools.product(labels, labels))
    for (actual, predicted), cell in cells.items():
        answers = test.loc[test["label"] == actual, "predicted"]
        assert int(cell["clips"]) == (answers == predicted).sum()
        assert float(cell["share"]) == round((answers == predicted).mean(), 6)


def test_every_plot_renders_and_that_of_the_recall_begins_at_zero(base: Project, tmp_path: Path) -> None:
    clone = base.cloned_to(tmp_path / "project")
    clone.dvc("plots", "show", "--out", str(tmp_path / "html"))
    page = (tmp_path / "html/index.html").read_text("utf-8")
    for plot in IDS:
        assert f"vegaEmbed('#{plot}'" in page
    shown = json.loads(clone.dvc("plots", "show", "--json"))
    assert not shown.get("errors")
    assert set(shown["data"]) == IDS
    for plot in IDS - {"speakers"}:  # none of them has clips enough for a figure here
        (drawn,) = shown["data"][plot]
        assert drawn["type"] == "vega"
        assert drawn["content"]["data"]["values"]
    drawn = _drawn(tmp_path / "html/index.html", "recall")
    assert drawn["encoding"]["x"]["scale"] == {"domain": [0, 1]}
    recalls = json.loads((base / "metrics/evaluate.json").read_text("utf-8"))["recall"]
    assert {bar["label"]: float(bar["recall"]) for bar in drawn["data"]["values"]} == recalls


def test_the_metrics_file_begins_with_what_is_compared(base: Project) -> None:
    first = itertools.islice(json.loads((base / "metrics/evaluate.json").read_text("utf-8")), 6)
    assert list(first) == ["uar", "accuracy", "macro_f1", "uar_speaker_mean", "chance_uar", "interval"]


def test_a_grid_is_run_once_and_printed_as_a_table(project: Project) -> None:
    (project / "grid.txt").write_text("-S evaluate.confidence=0.8,0.9\n", "utf-8")
    command = ["python", "experiments/run.py", "grid.txt", "--seeds", "2", "-S", "evaluate.dpi=60"]
    before = (project / "params.yaml").read_bytes()
    done = project.run(*command)
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines() if line.startswith("| `")]
    assert [row[0] for row in rows] == ["| `evaluate.confidence=0.8`", "| `evaluate.confidence=0.9`"]
    made = _experiments(project)
    chosen = [experiment["params"]["params.yaml"]["data"] for experiment in made.values()]
    assert sorted((each["evaluate"]["confidence"], each["train_cnn"]["seed"], each["evaluate"]["dpi"])
                  for each in chosen) == [(0.8, 2, 60), (0.9, 2, 60)]
    again = project.run(*command)
    assert again.stdout == done.stdout, "what is there is not run again"
    assert set(_experiments(project)) == set(made)
    assert (project / "params.yaml").read_bytes() == before
    (project / "params.yaml").write_bytes(before + b"\n")
    refused = project.run(*command)
    assert refused.returncode != 0
    assert "Commit them, or put them aside" in refused.stderr
    assert "Traceback" not in refused.stderr
