"""One complete run, made once, from which every test starts."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from .project import Project, from_working_tree


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project after one complete run, committed; tests copy or clone it and leave it as it is."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder, finished = shared / "pipeline-base", shared / "pipeline-base.finished"
    with FileLock(shared / "pipeline-base.lock"):
        if not finished.exists():
            shutil.rmtree(folder, ignore_errors=True)
            project = from_working_tree(folder / "project")
            project.repro()
            project.commit("run")
            finished.touch()
    return Project(folder / "project")


@pytest.fixture
def project(base: Project, tmp_path: Path) -> Project:
    """A copy of `base`, with both its caches."""
    return base.copied_to(tmp_path / "project")


@pytest.fixture
def fresh(base: Project, tmp_path: Path) -> Project:
    """What somebody has who has just cloned the repository before the first run."""
    return base.cloned_to(tmp_path / "project", "start")
