"""Two people and a remote, with the commands that README.md gives them."""

from pathlib import Path

import pytest

from .project import CLIPS, Project, Repro, commands, fates


def _push(owner: Project) -> None:
    owner.dvc(*commands("Compare", "dvc push"))


def _with_remote(project: Project, tmp_path: Path) -> Project:
    *add, _address = commands("Compare", "dvc remote")
    project.dvc(*add, str(tmp_path / "remote"))
    project.git("commit", "--quiet", "--message", "remote", ".dvc/config")
    _push(project)
    return project


@pytest.fixture
def shared(project: Project, tmp_path: Path) -> Project:
    """A project that has pushed everything to a remote."""
    return _with_remote(project, tmp_path)


@pytest.fixture
def mate(shared: Project, tmp_path: Path) -> Project:
    """A colleague's clone, in which nothing was pulled."""
    (tmp_path / "mate").mkdir()
    return shared.cloned_to(tmp_path / "mate/project")


def _same_results(mate: Project, shared: Project) -> None:
    for file in ("data/predictions.parquet", "data/history.csv", "metrics/evaluate.json", "plots/recall.png"):
        assert (mate / file).read_bytes() == (shared / file).read_bytes()


def test_a_teammate_without_audio_takes_what_somebody_has_pushed_evaluates_and_trains_with_other_settings(
    other: tuple[Project, Repro], tmp_path: Path
) -> None:
    then, _ = other
    shared = _with_remote(then.copied_to(tmp_path / "project"), tmp_path)
    # The owner goes on with other settings; nothing of that run is in git.
    settings = shared.git("show", "HEAD:params.yaml")
    (shared / "params.yaml").write_text(settings, "utf-8")
    shared.set(evaluate__confidence=0.5)
    shared.repro()
    _push(shared)
    (tmp_path / "mate").mkdir()
    mate = shared.cloned_to(tmp_path / "mate/project")

    # To evaluate, neither features nor models are fetched.
    repro = commands("Compare", "dvc repro --pull")[1:]
    mate.set(evaluate__confidence=0.5)
    assert mate.repro(*repro).stages == fates(evaluate="ran")
    for missing in ("demo/audio", "data/features", "models"):
        assert not (mate / missing).exists()
    _same_results(mate, shared)

    mate.set(train_cnn__lr=0.01)
    assert mate.repro(*repro).stages == fates(train_cnn="ran", evaluate="ran")
    for missing in ("demo/audio", "data/files.parquet"):
        assert not (mate / missing).exists()

    # What the other one's run was is recorded, and its results travel: nobody computes or trains it again.
    (mate / "params.yaml").write_text(settings, "utf-8")
    mate.set(extract_mfcc__features__mfcc__n_mfcc=20)
    assert mate.repro(*repro).stages == fates(extract_mfcc="cached", train_cnn="cached", evaluate="ran")
    assert (mate / "models/fold-0/network-0.weights.h5").read_bytes() == (
        then / "models/fold-0/network-0.weights.h5").read_bytes()
    _same_results(mate, then)
    assert not (mate / "demo/audio").exists()

    # Those that nobody has computed need the audio, and that is what is said.
    mate.set(extract_mfcc__features__mfcc__n_mfcc=13)
    stopped = mate.run("dvc", "repro", *repro)
    assert stopped.returncode != 0
    assert f"demo/audio: the audio is not here, none of the {CLIPS} clips" in stopped.stderr
    assert "vanished" not in stopped.stderr


def test_own_audio_stays_with_who_has_it(shared: Project, tmp_path: Path) -> None:
    (shared / "data/raw").mkdir()
    (shared / "demo/audio").rename(shared / "data/raw/synthetic")
    shared.dvc(*commands("Your corpora", "dvc add"))
    assert "data/raw/" not in shared.git("ls-files", "--cached", "--others", "--exclude-standard")
    shared.set(ingest__root="data/raw")
    shared.repro()
    shared.commit("own audio")
    _push(shared)
    (tmp_path / "another").mkdir()
    another = shared.cloned_to(tmp_path / "another/project")
    another.set(train_cnn__num_networks=0)
    done = another.repro(*commands("Compare", "dvc repro --pull")[1:], "train_cnn")
    assert done.stages == {"ingest": "unchanged", "extract_mfcc": "unchanged", "train_cnn": "ran"}
    assert not (another / "data/raw").exists()


def test_a_clone_gets_everything_by_pull_and_has_nothing_to_do(mate: Project) -> None:
    mate.dvc("pull")
    assert mate.repro().stages == fates()
    assert mate.git("status", "--porcelain") == ""
