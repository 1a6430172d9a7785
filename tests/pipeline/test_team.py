"""Two people and a remote."""

from pathlib import Path

import pytest

from .project import Project, fates

FEATURES = ["data/manifest.parquet", "data/rejected.csv", "data/features"]
"""What training and evaluation read of what came before."""

PREDICTIONS = ["data/manifest.parquet", "data/rejected.csv", "data/predictions.parquet", "data/history.csv"]
"""What evaluation reads."""


@pytest.fixture
def shared(project: Project, tmp_path: Path) -> Project:
    """A project that has pushed everything to a remote."""
    project.dvc("remote", "add", "--default", "team", str(tmp_path / "remote"))
    project.commit("remote")
    project.dvc("push", "--run-cache")
    return project


def test_a_teammate_with_features_alone_trains_and_evaluates_alone(shared: Project, tmp_path: Path) -> None:
    (tmp_path / "mate").mkdir()
    mate = shared.cloned_to(tmp_path / "mate/project")
    mate.dvc("pull", *FEATURES)
    mate.set(train_cnn__lr=0.01)
    trained = mate.repro("--allow-missing")
    assert trained.stages == fates(train_cnn="ran", evaluate="ran")
    assert not (mate / "demo/audio").exists()
    assert not (mate / "data/files.parquet").exists()

    # What the other one's run was is recorded, and its results travel: nobody trains it again.
    shared.set(train_cnn__lr=0.0005)
    shared.repro()
    shared.dvc("push", "--run-cache")
    mate.dvc("pull", "--run-cache", *FEATURES)
    mate.set(train_cnn__lr=0.0005)
    assert mate.repro("--allow-missing", "--pull").stages["train_cnn"] == "cached"
    for file in ("models/fold-0/model.weights.h5", "data/predictions.parquet", "data/history.csv",
                 "metrics/evaluate.json", "plots/recall.png"):
        assert (mate / file).read_bytes() == (shared / file).read_bytes()


def test_a_teammate_with_predictions_alone_evaluates(shared: Project, tmp_path: Path) -> None:
    (tmp_path / "mate").mkdir()
    mate = shared.cloned_to(tmp_path / "mate/project")
    mate.dvc("pull", *PREDICTIONS)
    mate.set(evaluate__confidence=0.5)
    assert mate.repro("--allow-missing").stages == fates(evaluate="ran")
    for missing in ("demo/audio", "data/features", "models"):
        assert not (mate / missing).exists()
    shared.set(evaluate__confidence=0.5)
    shared.repro()
    for file in ("metrics/evaluate.json", "plots/recall.png"):
        assert (mate / file).read_bytes() == (shared / file).read_bytes()


def test_a_clone_gets_everything_by_pull_and_has_nothing_to_do(shared: Project, tmp_path: Path) -> None:
    (tmp_path / "mate").mkdir()
    mate = shared.cloned_to(tmp_path / "mate/project")
    mate.dvc("pull")
    assert mate.repro().stages == fates()
    assert mate.git("status", "--porcelain") == ""
