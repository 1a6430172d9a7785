"""``ser compare``: files, the workspace, git revisions and experiments, as DVC keeps them."""

import dataclasses
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from speech_emotion import manifest, predictions
from speech_emotion.cli.commands import app
from speech_emotion.core.errors import UserError

LABELS = ("anger", "neutral", "sadness")
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
DVC = (sys.executable, "-m", "dvc")


@pytest.fixture(scope="module")
def clips(grid: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return grid(6, LABELS)


@pytest.fixture(scope="module")
def runs(clips: pd.DataFrame, make_predictions: Callable[..., Any]) -> list[predictions.Predictions]:
    """Random answers, and half as good ones."""
    rows = clips[["clip_id", "label"]].assign(fold=0, part="test")
    made = make_predictions(rows, LABELS)
    half = np.arange(len(rows)) % 2 == 0
    right = {f"p_{label}": np.where(half & (rows["label"] == label).to_numpy(dtype=bool), 1.0,
                                    np.where(half, 0.0, made.table[f"p_{label}"])) for label in LABELS}
    return [made, predictions.Predictions(made.table.assign(**right), made.origin)]


def run(*command: str) -> None:
    environment = {**os.environ, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a",
                   "GIT_COMMITTER_EMAIL": "a@b", "DVC_NO_ANALYTICS": "1"}
    subprocess.run(command, check=True, capture_output=True, env=environment)


@pytest.fixture(scope="module")
def project(
    clips: pd.DataFrame, runs: list[predictions.Predictions], shipped: Callable[[], dict[str, Any]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A project whose commit has one run, and an experiment another; pushed to a remote, the cache then empty."""
    folder = tmp_path_factory.mktemp("project")
    document = shipped()
    document["evaluate"]["resamples"] = 200
    (folder / "params.yaml").write_text(json.dumps(document))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run(*GIT, "init", "--quiet")
        run(*DVC, "init", "--quiet")
        manifest.write(clips, "data/manifest.parquet")
        predictions.write(runs[0], "data/predictions.parquet")
        run(*DVC, "add", "data/manifest.parquet", "data/predictions.parquet")
        run(*GIT, "add", ".")
        run(*GIT, "commit", "--quiet", "--message", "one")
        # The remote is newer than the commit.
        run(*DVC, "remote", "add", "--default", "store", os.path.relpath(tmp_path_factory.mktemp("store")))
        run(*DVC, "push", "--quiet")
        predictions.write(runs[1], "data/predictions.parquet")
        run(*DVC, "add", "data/predictions.parquet")
        run(*DVC, "exp", "save", "--name", "better")
        run(*DVC, "push", "--quiet")
        shutil.rmtree(".dvc/cache/files")
    return folder


@pytest.fixture
def inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project)
    return project


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["compare", *arguments])
    if isinstance(done.exception, UserError):
        raise done.exception
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def uars(*arguments: str) -> list[float]:
    return [each["uar"]["value"] for each in json.loads(said(*arguments, "--json"))["runs"]]


def test_what_dvc_tracks_comes_from_the_remote_and_nothing_is_checked_out(
    inside: Path, runs: list[predictions.Predictions], tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in inside.glob("data/*")}
    found = json.loads(said("HEAD", "better", "workspace", "--json"))
    assert [each["name"] for each in found["runs"]] == ["HEAD", "better", "workspace"]
    first, better, workspace = (each["uar"]["value"] for each in found["runs"])
    assert better == workspace > first
    assert {path: path.read_bytes() for path in inside.glob("data/*")} == before
    # The same from files, whose manifest lies beside them.
    for number, each in enumerate(runs):
        predictions.write(each, tmp_path / f"{number}.parquet")
    shutil.copy("data/manifest.parquet", tmp_path)
    assert uars(str(tmp_path / "0.parquet"), str(tmp_path / "1.parquet")) == [first, better]
    assert uars(str(tmp_path / "1.parquet"), "HEAD") == [better, first]


def test_with_its_own_baseline(inside: Path) -> None:
    found = json.loads(said("data/predictions.parquet", "--baseline", "--json"))
    assert [each["name"] for each in found["runs"]] == [
        "data/predictions.parquet (baseline)", "data/predictions.parquet"]
    assert found["runs"][1]["difference"]["uar"]["p"] is not None


def test_seeds_have_a_mean_a_spread_and_an_ensemble(
    inside: Path, runs: list[predictions.Predictions], tmp_path: Path
) -> None:
    for seed, each in enumerate(runs):
        origin = dataclasses.replace(each.origin, seed=seed, settings={"train_cnn": {"seed": seed}})
        predictions.write(predictions.Predictions(each.table, origin), tmp_path / f"{seed}.parquet")
    shutil.copy("data/manifest.parquet", tmp_path)
    names = [str(tmp_path / f"{seed}.parquet") for seed in (0, 1)]
    found = json.loads(said(*names, "--seeds", "--json"))
    assert [each["name"] for each in found["runs"]] == [*names, "ensemble of 2 seeds"]
    values = [each["uar"]["value"] for each in found["runs"]]
    assert found["seeds"]["seeds"] == [0, 1]
    assert found["seeds"]["uar"] == {"mean": pytest.approx(np.mean(values[:2]), abs=1e-6), "min": values[0],
                                     "std": pytest.approx(np.std(values[:2], ddof=1), abs=1e-6), "max": values[1]}
    assert f"UAR over 2 seeds: mean {np.mean(values[:2]):.3f}, standard deviation" in said(*names, "--seeds")


def test_tables_into_files_and_the_list_of_clips(inside: Path, tmp_path: Path) -> None:
    assert said("HEAD", "better", "--sort", "-o", str(tmp_path / "t.md"), "--clips", str(tmp_path / "c.csv")) == ""
    assert (tmp_path / "t.md").read_text().splitlines()[2].startswith("| better | ")
    listed = pd.read_csv(tmp_path / "c.csv")
    assert set(listed["run"]) == {"better"}
    assert set(listed["change"]) <= {"right now", "wrong now", "otherwise wrong"}
    assert said("HEAD", "better", "--csv").startswith("run,same_split,clips,speakers,uar,")
    assert said("HEAD", "better", "--format", "latex").splitlines()[-1] == "\\end{tabular}"
    assert said("HEAD", "better").startswith("run ")


def test_another_split_is_refused(
    inside: Path, clips: pd.DataFrame, make_predictions: Callable[..., Any], tmp_path: Path
) -> None:
    other = make_predictions(clips[["clip_id", "label"]].iloc[1:].assign(fold=0, part="test"), LABELS)
    predictions.write(other, tmp_path / "other.parquet")
    with pytest.raises(UserError, match=r"other.parquet tests 0 clips that HEAD does not, and lacks 1 of its"):
        said("HEAD", str(tmp_path / "other.parquet"))
    found = json.loads(said("HEAD", str(tmp_path / "other.parquet"), "--common", "--json"))
    assert (found["same_split"], found["clips"]) == (False, len(clips) - 1)


@pytest.mark.parametrize(("arguments", "message"), [
    (["HEAD"], "name two runs at least"), (["HEAD", "HEAD"], "named twice"),
    (["HEAD", "no-such"], "no-such: is neither a file, nor a git revision or an experiment"),
    (["HEAD", "none.parquet"], "none.parquet: is no file"),
    (["HEAD", "better", "--json", "--csv"], "give one of"),
    (["HEAD", "--baseline", "--seeds"], "--seeds needs two runs"),
    (["HEAD", "better", "--seeds"], "two runs have the same seed"),
    (["HEAD", "better", "--params", "none.yaml"], "none.yaml: cannot be read"),
    (["HEAD", "params.yaml"], "params.yaml: is damaged or holds no predictions"),
])
def test_slips(inside: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        said(*arguments)


def test_what_nobody_has(inside: Path) -> None:
    away = inside.parent / "away"
    remotes = subprocess.run([*DVC, "remote", "list"], check=True, capture_output=True, text=True).stdout
    store = inside / ".dvc" / remotes.split()[1]
    cache = inside / ".dvc/cache/files"
    shutil.rmtree(cache, ignore_errors=True)
    store.rename(away)
    try:
        with pytest.raises(UserError, match="neither the workspace, nor DVC's cache, nor its default remote has"):
            said("data/predictions.parquet", "HEAD")
    finally:
        away.rename(store)


def test_outside_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, project: Path) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="HEAD: is neither a file, nor a git revision"):
        said("HEAD", "better", "--params", str(project / "params.yaml"))
