"""A copy of this project in a folder of its own, and what `dvc` does in it."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
"""The working tree under test."""

STAGES = ("synthesize", "ingest", "extract_mfcc", "train_cnn", "evaluate")

RESULTS = ("data/", "metrics/", "plots/", "dvc.lock", "demo/dvc.lock")
"""What the pipeline writes: left behind when the working tree is copied."""

SMALL = {
    "demo/params.yaml": {"synthesize.speakers": 4, "synthesize.clips_per_emotion": 1},
    "params.yaml": {
        "extract_mfcc.features.f0": None, "extract_mfcc.views.speed": [0.9], "train_cnn.split.folds": 2,
        "train_cnn.epochs": 2, "train_cnn.refit": False, "train_cnn.seconds": 2.0, "networks.cnn.filters": [4],
        "networks.cnn.dense": 4, "evaluate.resamples": 100, "evaluate.dpi": 50,
    },
}
"""Settings that make one complete run a matter of seconds. Pitch, which loads librosa in every process, is computed in
test_own_data.py."""

CLIPS = 4 * 6
"""Clips of the corpus that `SMALL` renders."""

Fate = Literal["ran", "cached", "unchanged"]

_SAID: Mapping[Fate, re.Pattern[str]] = {
    "ran": re.compile(r"^Running stage '(?:[^']*:)?(\w+)':", re.MULTILINE),
    "cached": re.compile(r"^Stage '(?:[^']*:)?(\w+)' is cached - skipping run", re.MULTILINE),
    "unchanged": re.compile(r"^Stage '(?:[^']*:)?(\w+)' didn't change, skipping", re.MULTILINE),
}


def fates(**others: Fate) -> dict[str, Fate]:
    """What `Repro.stages` is when all stages but `others` stay as they are."""
    stages: dict[str, Fate] = dict.fromkeys(STAGES, "unchanged")
    return {**stages, **others}


def commands(section: str, begins: str) -> list[str]:
    """Look a command up in a section of README.md, in a block or within the text: its words, without the first.

    The section has to hold exactly one that begins so.
    """
    text = (ROOT / "README.md").read_text("utf-8").split(f"\n## {section}\n")[1].split("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    within = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))
    given = {part.partition("#")[0].strip() for line in [*within, *"".join(blocks).splitlines()]
             for part in line.split("&&")}
    (command,) = (each for each in given if each.startswith(begins))
    return shlex.split(command)[1:]


@dataclass(frozen=True)
class Repro:
    """What `dvc repro` did."""

    stages: dict[str, Fate]
    """What became of each stage that it looked at."""
    output: str

    @property
    def own_corpus(self) -> dict[str, Fate]:
        """`stages` without `synthesize`, which belongs to the embedded corpus alone; fails if that was looked at."""
        assert "synthesize" not in self.stages
        return {"synthesize": "unchanged", **self.stages}

    @property
    def clips(self) -> tuple[int, int]:
        """Clips computed and reused by extract_mfcc."""
        said = re.search(r"^(\d+) clips computed, (\d+) clips reused", self.output, re.MULTILINE)
        assert said, self.output
        return int(said[1]), int(said[2])


class Project:
    """A project folder with a git repository.

    Everything that git and DVC keep outside of it lies beside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self) -> dict[str, str]:
        """Variables for a command: this environment's `python` and `dvc`, nobody's personal settings."""
        ours = {name: value for name, value in os.environ.items()
                if not name.startswith(("DVC_", "GIT_", "SER_", "PYTEST_"))}
        beside = self.folder.parent
        return {
            **ours,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "DVC_SITE_CACHE_DIR": str(beside / "dvc-site"),
            "DVC_GLOBAL_CONFIG_DIR": str(beside / "dvc-global"),
            "DVC_SYSTEM_CONFIG_DIR": str(beside / "dvc-system"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }

    def __truediv__(self, path: str) -> Path:
        return self.folder / path

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder, whatever its exit status."""
        return subprocess.run(command, cwd=self.folder, env={**self.environment(), **variables}, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def git(self, *arguments: str) -> str:
        """Run git; its standard output."""
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def dvc(self, *arguments: str, **variables: str) -> str:
        """Run dvc; its standard output."""
        done = self.run("dvc", *arguments, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def repro(self, *arguments: str, **variables: str) -> Repro:
        """Run `dvc repro`."""
        output = self.dvc("repro", *arguments, **variables)
        return Repro({stage: fate for fate, said in _SAID.items() for stage in said.findall(output)}, output)

    def outdated(self) -> set[str]:
        """Stages that the next `dvc repro` would run."""
        return {stage.rpartition(":")[2] for stage in json.loads(self.dvc("status", "--json"))}

    def commit(self, message: str) -> None:
        """Commit everything that git does not ignore."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)

    def params(self, file: str = "params.yaml") -> dict[str, Any]:
        """Read a parameter file."""
        document: dict[str, Any] = YAML(typ="safe", pure=True).load(self / file)
        return document

    def set(self, file: str = "params.yaml", /, **values: Any) -> None:
        """Change settings, named with `__` for every dot (`train_cnn__lr`)."""
        self.change(file, {key.replace("__", "."): value for key, value in values.items()})

    def change(self, file: str, values: Mapping[str, Any]) -> None:
        """Change settings, named with dots."""
        yaml = YAML()
        yaml.width = 4096
        document = yaml.load(self / file)
        for key, value in values.items():
            section = document
            *path, last = key.split(".")
            for part in path:
                section = section[part]
            assert last in section, key
            section[last] = value
        yaml.dump(document, self / file)

    def append(self, file: str, text: str) -> None:
        """Add lines to a file that is there."""
        assert (self / file).is_file(), file
        with (self / file).open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(text)

    def copied_to(self, folder: Path) -> "Project":
        """Copy all of it, with DVC's cache and that of features."""
        shutil.copytree(self.folder, folder, symlinks=True)
        return Project(folder)

    def cloned_to(self, folder: Path, revision: str = "HEAD") -> "Project":
        """Clone it with git alone: no cache of DVC's or of features, none of what git ignores."""
        self.git("clone", "--quiet", ".", str(folder))
        clone = Project(folder)
        clone.git("checkout", "--quiet", "-B", "main", self.git("rev-parse", revision).strip())
        identify(clone)
        return clone

    def leftovers(self) -> list[str]:
        """Temporary files in the folders that the pipeline writes to."""
        return sorted(path.relative_to(self.folder).as_posix()
                      for folder in (".", "demo", "data", "metrics", "plots", "models")
                      for path in (self / folder).glob(".*.tmp"))

    def locks(self) -> tuple[str, str]:
        """Both lock files."""
        return (self / "demo/dvc.lock").read_text("utf-8"), (self / "dvc.lock").read_text("utf-8")


def identify(project: Project) -> None:
    """Give git somebody to commit as."""
    project.git("config", "user.name", "Test")
    project.git("config", "user.email", "test@example.org")


def from_working_tree(folder: Path) -> Project:
    """Copy the working tree without results, uncommitted work included, shrink it, and commit it as `start`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(RESULTS):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    project = Project(folder)
    for file, values in SMALL.items():
        project.change(file, values)
    project.git("init", "--quiet", "--initial-branch", "main")
    identify(project)
    project.commit("start")
    project.git("tag", "start")
    return project
