"""DVC does not follow imports: what dvc.yaml lists must be what the stages' scripts import."""

import ast
import os
import re
from functools import cache
from itertools import takewhile
from pathlib import Path, PurePosixPath

import grimp
import pytest
import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from .project import ROOT, Project

SCRIPTS = {
    "ingest": "src/stages/ingest.py",
    "extract_mfcc": "src/stages/extract_mfcc.py",
    "train_cnn": "src/stages/train_cnn.py",
    "evaluate": "src/stages/evaluate.py",
    "synthesize": "demo/synthesize.py",
}
COMMON = "src/stages/_stage.py"
PARAMS = YAML(typ="safe", pure=True).load((ROOT / "params.yaml").read_text("utf-8"))


def _modules_of(package: str) -> set[str]:
    return {module for module in _graph().modules if module.startswith(f"speech_emotion.{package}.")}


def _found_by_name(stage: str) -> set[str]:
    """Modules that decide what a stage computes and that it finds by name, with no import statement."""
    match stage:
        case "ingest" | "evaluate":
            return _modules_of("corpora")
        case "extract_mfcc":
            return _modules_of("features")
        case "train_cnn":
            return {f"speech_emotion.networks.{PARAMS['train_cnn'][key]}" for key in ("model", "branch_model")}
    return set()


def _writes(stage: str) -> set[str]:
    """Modules, found by name, whose own code decides what a stage writes, where what they import does not.

    An exported file says what the features and weights say of which it is made: code that changes those makes the stage
    run anyway.
    """
    return {*_modules_of("export"), "speech_emotion.portable.card"} if stage == "train_cnn" else set()


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("speech_emotion", exclude_type_checking_imports=True, cache_dir=None)


def _imported(script: str) -> set[str]:
    """Modules of the library that a script names in its import statements."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / script).read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names & _graph().modules


def _closure(stage: str) -> set[str]:
    """Files of this project that decide what a stage does.

    Every stage checks all of params.yaml, for which it loads the schemas of the other stages' sections too, by name;
    they decide nothing.
    """
    script = SCRIPTS[stage]
    modules: set[str] = set()
    for module in _imported(script) | _imported(COMMON) | _found_by_name(stage):
        modules |= {module, *_graph().find_upstream_modules(module)}
    modules |= _writes(stage)
    # Importing a module imports the packages around it.
    modules |= {module.rsplit(".", count)[0] for module in modules for count in range(1, module.count(".") + 1)}
    files = {script, COMMON}
    for module in modules:
        path = PurePosixPath("src", *module.split("."))
        files.add(f"{path}/__init__.py" if (ROOT / path).is_dir() else f"{path}.py")
    return files


def _stages() -> dict[str, tuple[Path, dict[str, list[str]]]]:
    """Each stage with the folder that its paths are relative to."""
    return {
        name: (file.parent, stage)
        for file in (ROOT / "dvc.yaml", ROOT / "demo/dvc.yaml")
        for name, stage in yaml.safe_load(file.read_text("utf-8"))["stages"].items()
    }


def _filled_in(dependency: str) -> str:
    """Replace ${section.key} as DVC does."""
    def value(match: re.Match[str]) -> str:
        found = PARAMS
        for key in match[1].split("."):
            found = found[key]
        return str(found)

    return re.sub(r"\$\{([\w.]+)\}", value, dependency)


def _listed(stage: str) -> list[str]:
    """Code that a stage depends on, folders opened, relative to the project's folder."""
    folder, definition = _stages()[stage]
    listed = []
    for dependency in definition["deps"]:
        path = Path(os.path.normpath(folder / _filled_in(dependency)))
        if path.is_dir():
            listed += sorted(file for file in path.rglob("*") if file.suffix == ".py" and file.is_relative_to(ROOT))
        elif path.suffix == ".py":
            listed.append(path)
    return [path.relative_to(ROOT).as_posix() for path in listed]


def test_every_stage_has_its_script() -> None:
    assert set(_stages()) == set(SCRIPTS)
    for stage, (folder, definition) in _stages().items():
        assert definition["cmd"] == f"python {Path(os.path.relpath(ROOT / SCRIPTS[stage], folder)).as_posix()}"


@pytest.mark.parametrize("stage", SCRIPTS)
def test_deps_are_what_the_script_imports(stage: str) -> None:
    assert {*_listed(stage)} == _closure(stage)


@pytest.mark.parametrize("stage", SCRIPTS)
def test_tables_beside_imported_code_are_deps_too(stage: str) -> None:
    folder, definition = _stages()[stage]
    deps = [Path(os.path.normpath(folder / _filled_in(dependency))) for dependency in definition["deps"]]
    packages = {(ROOT / file).parent for file in _closure(stage) if file.endswith("/__init__.py")}
    code = {".py", ".pyi", ".pyc", ".typed"}  # a stub says which names a package offers, and decides nothing
    tables = [file for package in packages for file in package.iterdir()
              if file.is_file() and file.suffix not in code and not file.name.startswith(".")]
    assert [table for table in tables if not any(table.is_relative_to(dep) for dep in deps)] == []


def _loaded(project: Project, script: str, **variables: str) -> set[str]:
    """Top-level modules that a script, or a process that it starts, imports when it is run."""
    done = project.run("python", script, PYTHONPROFILEIMPORTTIME="1", **variables)
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in re.findall(r"^import time:.*\| +([\w.]+)$", done.stderr, re.MULTILINE)}


def test_ingest_and_extraction_load_no_heavy_library(project: Project, tmp_path: Path) -> None:
    heavy = {"tensorflow", "keras", "librosa", "numba", "matplotlib", "dvc", "dvclive", "distributed"}
    ingest = _loaded(project, "src/stages/ingest.py")
    # An empty cache, and more than one process: everything that extraction can load. Pitch alone, which these settings
    # do without, needs librosa.
    assert project.params()["extract_mfcc"]["features"]["f0"] is None
    extract = _loaded(project, "src/stages/extract_mfcc.py", SER_CACHE=str(tmp_path / "cache"), SER_WORKERS="2")
    assert {"speech_emotion", "soundfile"} <= ingest & extract
    assert ingest & heavy == set()
    assert extract & heavy == set()


def test_evaluation_loads_neither_tensorflow_nor_librosa(project: Project) -> None:
    loaded = _loaded(project, "src/stages/evaluate.py")
    assert {"speech_emotion", "sklearn"} <= loaded
    assert loaded & {"tensorflow", "keras", "h5py", "librosa", "numba", "dvc", "dvclive"} == set()


def _without_comment(lines: list[str], section: CommentedMap, path: str = "") -> list[str]:
    lacking = []
    # What is said of neighbouring lists stands by name above the first of them (tests/params/test_rewritten.py).
    first = section.lc.key(next(iter(section)))[0]
    head = list(takewhile(lambda line: line.startswith("#"), map(str.strip, reversed(lines[:first]))))
    for key, value in section.items():
        line = section.lc.key(key)[0]
        above = lines[line - 1].strip() if line else ""
        # One of its own, or directly above it; for a group, one directly above it or on it.
        if not (re.search(r"\s# \S", lines[line]) or re.match(r"# \S", above)
                or any(said.startswith(f"# {key}: ") for said in head)):
            lacking.append(f"{path}{key}")
        if isinstance(value, CommentedMap) and value:
            lacking += _without_comment(lines, value, f"{path}{key}.")
    return lacking


@pytest.mark.parametrize("file", ["params.yaml", "demo/params.yaml"])
def test_every_setting_has_a_comment(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")
    assert _without_comment(text.splitlines(), YAML().load(text)) == []

