"""`dvc exp run -S` rewrites all of params.yaml: what it does not change stays as it is, comments and quotes included.

Three habits of the writer (ruamel.yaml, as DVC uses it) decide how the files are laid out. Every list comes out with a
line for each item; a comment between the list and the next key then lands among its items; and of a list with a comment
on its key's line, an empty one later swallows a line break further down, after which the file is no YAML any more.
"""

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from dvc.utils.hydra import apply_overrides
from pydantic import ValidationError
from ruamel.yaml import YAML

from speech_emotion.params.base import Section

ROOT = Path(__file__).resolve().parents[2]
FILES = ["params.yaml", "demo/params.yaml"]

KINDS: list[Any] = [
    None, True, False, 0, 12, 0.5, 1e-05, 20.0, "", "data/raw", "a: b # c", "tcp://host:8786",
    [2], [-2, 2.5], ["one", "two"], [{"name": "mine", "labels": {"wut": "anger"}}], [],
    {"some": ["anger", "fear"], "rest": []}, {"method": "rms", "target_db": -23.0},
]
"""A value of each kind that a setting may have."""


def _read(text: str) -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe", pure=True).load(text)
    return document


def _leaves(document: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    return [leaf for key, value in document.items()
            for leaf in (_leaves(value, (*above, key)) if isinstance(value, dict) else [(*above, key)])]


def _at(document: dict[str, Any], key: tuple[str, ...]) -> Any:
    for part in key:
        document = document[part]
    return document


def _schema(section: str) -> type[Section]:
    module = importlib.import_module(f"speech_emotion.params.{section}")
    name = "".join(part.capitalize() for part in section.split("_"))
    schema: type[Section] = getattr(module, name)
    return schema


def _may_be(document: dict[str, Any], key: tuple[str, ...], value: Any) -> bool:
    section = json.loads(json.dumps(document[key[0]]))
    _at(section, key[1:-1])[key[-1]] = value
    try:
        _schema(key[0]).model_validate(section)
    except ValidationError:
        return False
    return True


def _alternatives(document: dict[str, Any], key: tuple[str, ...]) -> list[Any]:
    # Of the kind that it has now, any: how it is written depends on no range.
    return [value for value in KINDS if type(value) is type(_at(document, key)) or _may_be(document, key, value)]


def _set(path: Path, key: tuple[str, ...], value: Any) -> str:
    """Set a value as `dvc exp run -S` does; the new text."""
    apply_overrides(path, [f"{'.'.join(key)}={_hydra(value)}"])
    return path.read_text("utf-8")


def _hydra(value: Any) -> str:
    """Spell a value as on DVC's command line."""
    match value:
        case str():
            return f"'{value}'"
        case list():
            return f"[{','.join(map(_hydra, value))}]"
        case dict():
            return "{" + ",".join(f"{name}: {_hydra(each)}" for name, each in value.items()) + "}"
        case _:
            return json.dumps(value)


def _without(text: str, key: tuple[str, ...], value: Any) -> list[str]:
    """Lines of a file without one setting's value, and without the blanks that move a comment on its line."""
    lines = text.splitlines()
    row = YAML().load(text)
    for part in key[:-1]:
        row = row[part]
    at, column = row.lc.key(key[-1])
    comment = re.search(r"\s(#[^'\"]*|# where .*)$", lines[at])
    head = f"{' ' * column}{key[-1]}: {comment[1] if comment else ''}"
    after = at + 1
    if isinstance(value, list | dict) and value:
        while after < len(lines) and re.match(rf" {{{column}}}(- |  +[^\s#])", lines[after]):
            after += 1
    return [*lines[:at], head, *lines[after:]]


CASES = [(file, key) for file in FILES for key in _leaves(_read((ROOT / file).read_text("utf-8")))]


@pytest.mark.parametrize(("file", "key"), CASES, ids=[f"{file}:{'.'.join(key)}" for file, key in CASES])
def test_a_new_value_changes_nothing_else(file: str, key: tuple[str, ...], tmp_path: Path) -> None:
    shipped = (ROOT / file).read_text("utf-8")
    document = _read(shipped)
    before = _at(document, key)
    path = tmp_path / "params.yaml"
    path.write_text(shipped, "utf-8")
    alternatives = _alternatives(document, key)
    assert len(alternatives) > 1
    # One after another, as experiments are, and back.
    for value in [*alternatives, before]:
        text = _set(path, key, value)
        assert _at(_read(text), key) == value
        assert _without(text, key, value) == _without(shipped, key, before)
    assert re.sub(r" +#", " #", text) == re.sub(r" +#", " #", shipped)


def test_a_feature_may_be_added_and_left_out(tmp_path: Path) -> None:
    shipped = (ROOT / "params.yaml").read_text("utf-8")
    path = tmp_path / "params.yaml"
    path.write_text(shipped, "utf-8")
    apply_overrides(path, ["+extract_mfcc.features.log_mel.n_mels=64"])
    added = path.read_text("utf-8").splitlines()
    at = added.index("    log_mel:")
    assert added[at : at + 2] == ["    log_mel:", "      n_mels: 64"]
    assert added[:at] + added[at + 2 :] == shipped.splitlines()
    assert list(_read(path.read_text("utf-8"))["extract_mfcc"]["features"]) == ["mfcc", "zcr", "rms", "f0", "log_mel"]

    apply_overrides(path, ["~extract_mfcc.features.f0"])
    left = path.read_text("utf-8").splitlines()
    first = added.index("    f0:                    # fundamental frequency")
    assert left == added[:first] + added[at:]
