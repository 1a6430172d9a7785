"""One complete run, made once, from which every test starts."""

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from .project import Project, Repro, from_working_tree


def _once(
    tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], tuple[Project, Repro]]
) -> tuple[Project, Repro]:
    """Have one of the workers make a project and run it, in a folder of that name; the project, and what was done."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, finished = shared / name, shared / f"{name}.finished"
    with FileLock(shared / f"{name}.lock"):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            _, done = make(folder / "project")
            finished.write_bytes(pickle.dumps(done))
    return Project(folder / "project"), pickle.loads(finished.read_bytes())


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project after one complete run, committed; tests copy or clone it and leave it as it is."""

    def make(folder: Path) -> tuple[Project, Repro]:
        project = from_working_tree(folder)
        done = project.repro()
        project.commit("run")
        return project, done

    return _once(tmp_path_factory, "pipeline-base", make)[0]


@pytest.fixture(scope="session")
def other(base: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Repro]:
    """`base`, and then a run with 20 coefficients, which nobody has committed; tests copy it. And what that run did."""

    def make(folder: Path) -> tuple[Project, Repro]:
        project = base.copied_to(folder)
        project.set(extract_mfcc__features__mfcc__n_mfcc=20)
        return project, project.repro()

    return _once(tmp_path_factory, "pipeline-other", make)


@pytest.fixture(scope="session")
def alone(base: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Repro]:
    """`base`, and then a run of other settings of training and evaluation, committed. And what that run did.

    A network after one epoch, without a baseline beside it, leaves labels out.
    """

    def make(folder: Path) -> tuple[Project, Repro]:
        project = base.copied_to(folder)
        project.set(train_cnn__baseline_share=0.0, train_cnn__epochs=1, train_cnn__lr=0.01, train_cnn__refit=True,
                    networks__cnn__dropout=0.5, evaluate__confidence=0.9)
        done = project.repro()
        project.commit("alone")
        return project, done

    return _once(tmp_path_factory, "pipeline-alone", make)


@pytest.fixture
def project(base: Project, tmp_path: Path) -> Project:
    """A copy of `base`, with both its caches."""
    return base.copied_to(tmp_path / "project")


@pytest.fixture
def fresh(base: Project, tmp_path: Path) -> Project:
    """What somebody has who has just cloned the repository before the first run."""
    return base.cloned_to(tmp_path / "project", "start")
