"""What each package of the library offers."""

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

import speech_emotion

NAMES = ["speech_emotion", *(module.name for module in pkgutil.walk_packages(speech_emotion.__path__, "speech_emotion.")
                             if module.ispkg)]
# A package without modules holds files only.
PACKAGES = [name for name in NAMES if any(pkgutil.iter_modules(importlib.import_module(name).__path__))]


def _described_constants(package: str) -> set[str]:
    """Names that a package's modules assign, with a string below that says what they are."""
    described = set()
    for file in Path(importlib.import_module(package).__path__[0]).glob("*.py"):
        body = ast.parse(file.read_text("utf-8")).body
        for statement, below in pairwise(body):
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                        described.add(name)
    return described


@pytest.mark.parametrize("package", PACKAGES)
def test_every_name_that_a_package_offers_is_there_and_documented(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__all__
    constants = _described_constants(package)
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isclass(value) or inspect.isroutine(value) or inspect.ismodule(value):
            # A data class without a docstring gets its signature for one.
            assert value.__doc__ and not value.__doc__.startswith(f"{name}("), name
        else:
            assert name in constants, name


@pytest.mark.parametrize("package", PACKAGES)
def test_no_name_hides_a_module(package: str) -> None:
    module = importlib.import_module(package)
    for name in module.__all__:
        if find_spec(f"{package}.{name}"):
            assert inspect.ismodule(getattr(module, name)), name


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "speech_emotion.networks"])
def test_type_checkers_see_the_same_names(package: str) -> None:
    module = importlib.import_module(package)
    stub = ast.parse(Path(module.__path__[0], "__init__.pyi").read_text("utf-8"))
    listed, = (node.value for node in stub.body if isinstance(node, ast.Assign))
    assert sorted(ast.literal_eval(listed)) == module.__all__


def test_importing_packages_loads_nothing() -> None:
    code = ("import importlib, sys; before = set(sys.modules)\n"
            "for name in sys.argv[1:]: importlib.import_module(name)\n"
            "print(*sorted(set(sys.modules) - before))")
    done = subprocess.run([sys.executable, "-c", code, *NAMES], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.partition(".")[0] not in sys.stdlib_module_names]
    assert loaded == sorted(["lazy_loader", *NAMES])
