"""params.yaml is read whole, and whatever is wrong with it is named before any work begins."""

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from speech_emotion.core.errors import UserError
from speech_emotion.params.base import check, load
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.ingest import Ingest
from speech_emotion.params.networks import Networks
from speech_emotion.params.train_cnn import TrainCnn

Shipped = Callable[[], dict[str, Any]]
PARAMS = Path(__file__).resolve().parents[2] / "params.yaml"


def written(folder: Path, document: Any) -> Path:
    path = folder / "params.yaml"
    path.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML, and quicker to write
    return path


def refusal(path: Path, schema: type[Any] = TrainCnn) -> str:
    with pytest.raises(UserError) as caught:
        load(path, schema)
    return str(caught.value)


@pytest.mark.parametrize("schema", [Ingest, ExtractMfcc, TrainCnn, Networks, Evaluate])
def test_shipped_file_is_valid_for_every_stage(schema: type[Any], shipped: Shipped) -> None:
    section = schema.__module__.rpartition(".")[2]
    assert load(PARAMS, schema).model_dump(mode="json") == shipped()[section]


def test_path_may_be_text() -> None:
    assert load(str(PARAMS), TrainCnn) == load(PARAMS, TrainCnn)


def test_settings_cannot_be_changed_after_reading() -> None:
    settings = load(PARAMS, TrainCnn)
    with pytest.raises(ValueError, match="frozen"):
        settings.lr = 1.0


@pytest.mark.parametrize(("text", "value"), [("1e-05", 1e-5), ("1.e-5", 1e-5), ("1", 1.0), ("0.25", 0.25)])
def test_numbers_as_dvc_writes_them_are_floats(text: str, value: float, tmp_path: Path) -> None:
    source = PARAMS.read_text(encoding="utf-8")
    assert source.count("lr: 0.001") == 1
    path = tmp_path / "params.yaml"
    path.write_text(source.replace("lr: 0.001", f"lr: {text}"), encoding="utf-8")
    lr = load(path, TrainCnn).lr
    assert lr == value
    assert isinstance(lr, float)


def every_key(section: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    keys = []
    for name, value in section.items():
        keys.append((*above, name))
        if isinstance(value, dict):
            keys += every_key(value, (*above, name))
    return keys


KEYS = every_key(YAML(typ="safe", pure=True).load(PARAMS.read_text(encoding="utf-8")))
# Any one feature may be left out.
BELOW_SECTIONS = [key for key in KEYS if len(key) > 1 and key[:-1] != ("extract_mfcc", "features")]


def parent(document: dict[str, Any], key: tuple[str, ...]) -> dict[str, Any]:
    for part in key[:-1]:
        document = document[part]
    return document


@pytest.mark.parametrize("key", BELOW_SECTIONS, ids=".".join)
def test_each_missing_key_is_named(key: tuple[str, ...], shipped: Shipped, tmp_path: Path) -> None:
    document = shipped()
    del parent(document, key)[key[-1]]
    lines = refusal(written(tmp_path, document)).splitlines()
    assert lines[1:] == [f"  {'.'.join(key)}: is missing"]


@pytest.mark.parametrize("key", BELOW_SECTIONS, ids=".".join)
def test_each_misspelt_key_is_named_with_what_is_allowed(
    key: tuple[str, ...], shipped: Shipped, tmp_path: Path
) -> None:
    document = shipped()
    where = parent(document, key)
    allowed = ", ".join(where)
    wrong = f"{key[-1]}z"
    where[wrong] = where.pop(key[-1])
    lines = refusal(written(tmp_path, document)).splitlines()
    path = ".".join(key[:-1])
    assert f"  {'.'.join(key)}: is missing" in lines
    message = next(line for line in lines if line.startswith(f"  {path}.{wrong}: unknown key"))
    allowed_here = message.rpartition("allowed here: ")[2].split(", ")
    assert sorted(allowed_here) == sorted(allowed.split(", "))
    assert len(lines) == 3
    if len(key[-1]) > 2:  # a suggestion for one or two letters would be a guess
        assert f"did you mean '{key[-1]}'?" in message


def test_a_key_like_none_has_the_allowed_ones_listed_once(shipped: Shipped, tmp_path: Path) -> None:
    document = shipped()
    document["evaluate"]["qqq"] = 1
    assert refusal(written(tmp_path, document)).splitlines()[1:] == [
        "  evaluate.qqq: unknown key; allowed here: resamples, confidence, dpi, report"]


@pytest.mark.parametrize(("key", "value", "said"), [
    ("ingest.root", "", "ingest.root: is '', but must not be empty"),
    ("networks.cnn.filters", [], "networks.cnn.filters: is [], but must not be empty"),
    ("networks.cnn.filters", [0], "networks.cnn.filters.0: is 0, but input should be greater than or equal to 1"),
])
def test_what_is_empty_is_told_from_what_holds_something_wrong(
    key: str, value: Any, said: str, shipped: Shipped, tmp_path: Path
) -> None:
    document = shipped()
    path = tuple(key.split("."))
    parent(document, path)[path[-1]] = value
    assert refusal(written(tmp_path, document)).splitlines()[1:] == [f"  {said}"]


@pytest.mark.parametrize("key", BELOW_SECTIONS, ids=".".join)
def test_a_value_of_another_type_is_named(key: tuple[str, ...], shipped: Shipped, tmp_path: Path) -> None:
    document = shipped()
    where = parent(document, key)
    # No setting is a list of mappings.
    where[key[-1]] = [{"no": "such"}]
    lines = refusal(written(tmp_path, document)).splitlines()[1:]
    assert lines
    assert any(line.startswith(f"  {'.'.join(key)}") and "no" in line for line in lines)


def test_all_problems_of_all_sections_come_in_one_message(shipped: Shipped, tmp_path: Path) -> None:
    document = shipped()
    document["ingest"]["min_duration"] = -1
    document["train_cnn"]["epochs"] = 0
    document["networks"]["cnn"]["dropout"] = 1
    document["evaluate"]["dpi"] = "high"
    document["trian_cnn"] = {}
    message = refusal(written(tmp_path, document), Ingest)
    for line in (
        "ingest.min_duration: is -1, but input should be greater than or equal to 0",
        "train_cnn.epochs: is 0, but input should be greater than or equal to 1",
        "networks.cnn.dropout: is 1, but input should be less than 1",
        "evaluate.dpi: is 'high', but input should be a valid integer",
        "trian_cnn: unknown section (did you mean 'train_cnn'?)",
    ):
        assert line in message
    assert len(message.splitlines()) == 6


@pytest.mark.parametrize("schema", [Ingest, ExtractMfcc, TrainCnn, Networks, Evaluate])
def test_a_slip_in_the_last_stage_stops_every_stage(schema: type[Any], shipped: Shipped, tmp_path: Path) -> None:
    document = shipped()
    document["evaluate"]["confidence"] = 95
    assert "evaluate.confidence: is 95" in refusal(written(tmp_path, document), schema)


def test_a_misspelt_section_is_missing_and_unknown(shipped: Shipped, tmp_path: Path) -> None:
    document = shipped()
    document["trian_cnn"] = document.pop("train_cnn")
    message = refusal(written(tmp_path, document))
    assert "train_cnn: this section is missing" in message
    assert "trian_cnn: unknown section (did you mean 'train_cnn'?)" in message


def test_an_unknown_section_without_a_like_lists_the_known_ones(shipped: Shipped, tmp_path: Path) -> None:
    message = refusal(written(tmp_path, {**shipped(), "qqq": {}}))
    assert "qqq: unknown section; the sections are: " in message
    for section in shipped():
        assert section in message


@pytest.mark.parametrize("value", [None, 3, [1], "text"])
def test_a_section_that_is_no_group_of_keys(value: Any, shipped: Shipped, tmp_path: Path) -> None:
    message = refusal(written(tmp_path, {**shipped(), "evaluate": value}), Evaluate)
    assert f"evaluate: is {value!r}, but must hold the keys resamples, confidence, dpi" in message


def test_other_sections_may_be_absent(shipped: Shipped, tmp_path: Path) -> None:
    # As in demo/params.yaml, which holds one section.
    path = written(tmp_path, {"evaluate": shipped()["evaluate"]})
    assert load(path, Evaluate).dpi == shipped()["evaluate"]["dpi"]


@pytest.mark.parametrize("content", [b"a: [1", b"\xff\xfe\x00", b"train_cnn: 1\ntrain_cnn: 2\n", b"a:\n\t- 1\n"])
def test_what_is_not_yaml_is_said_to_be_that(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    assert refusal(path).startswith(f"{path}: is not valid YAML")


@pytest.mark.parametrize("content", ["", "3\n", "- a\n"])
def test_a_file_without_sections(content: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(content)
    assert refusal(path) == f"{path}: holds no sections"


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    assert "cannot be read (No such file" in refusal(tmp_path / "none.yaml")
    assert "cannot be read (Is a directory)" in refusal(tmp_path)


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
), st.sampled_from(BELOW_SECTIONS))
def test_any_value_at_any_key_is_taken_or_refused_by_name(
    shipped: Shipped, tmp_path_factory: pytest.TempPathFactory, value: Any, key: tuple[str, ...]
) -> None:
    from speech_emotion.params.base import _problems, _schema  # the file round trip is tested above

    document = shipped()
    parent(document, key)[key[-1]] = value
    schema = _schema(key[0])
    try:
        schema.model_validate(document[key[0]])
    except ValueError as error:
        lines = _problems(error, key[0], schema)
        assert lines
        # A setting may be refused for not fitting another, and then that one is named.
        assert all(line.startswith(f"{key[0]}.") for line in lines)


LAUGHS = "\n".join(["a: &a [x, x, x, x, x, x, x, x, x]", *(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]" for before, name in itertools.pairwise("abcdefghij"))])


@pytest.mark.parametrize(("text", "message"), [
    ("evaluate: " + "[" * 3000 + "]" * 3000, "is nested too deeply"),
    ("evaluate: " + "{a: " * 3000 + "1" + "}" * 3000, "is nested too deeply"),
    ("evaluate: " + "[" * 100 + "]" * 100, r"evaluate: is \[\[\[\[\.\.\.\]\]\]\], but must hold"),
    (f"{LAUGHS}\nevaluate: *j", r"evaluate: is \[\[\[\[\.\.\.\], .* \.\.\., but must hold"),
    (f"{LAUGHS}\nevaluate: {{resamples: *j, confidence: 0.95, dpi: 100}}", r"evaluate.resamples: is \[\[\[\[\.\.\."),
    ("evaluate: &a [*a]", "evaluate: is "),
    ("evaluate: &a {resamples: *a, confidence: 0.95, dpi: 100}", "evaluate.resamples: is "),
    ("evaluate: {resamples: 2001-99-99, confidence: 0.95, dpi: 100}", "cannot be read"),
    (f"evaluate: {{resamples: {'9' * 5000}, confidence: 0.95, dpi: 100}}", "cannot be read"),
    ("evaluate: {resamples: !!int x, confidence: 0.95, dpi: 100}", "cannot be read|not valid YAML"),
    ("evaluate: {resamples: '" + "y" * 100_000 + "', confidence: 0.95, dpi: 100}", "resamples: is 'yyy"),
], ids=range(11))
def test_hostile_yaml_is_answered_in_a_few_lines(tmp_path, text, message):
    (tmp_path / "params.yaml").write_text(text)
    with pytest.raises(UserError, match=message) as raised:
        check(tmp_path / "params.yaml")
    assert len(str(raised.value)) < 3000


@pytest.mark.parametrize("name", ["base", "scheduler"])
def test_a_module_that_is_no_section_is_an_unknown_section(name: str, tmp_path: Path) -> None:
    file = tmp_path / "params.yaml"
    file.write_text(f"{name}: {{}}\n", encoding="utf-8")
    with pytest.raises(UserError, match=f"{name}: unknown section"):
        check(file)


@pytest.mark.parametrize(("change", "said"), [
    ("{featurs: {}}", r"extract_mfcc\.branches\.extra\.featurs: unknown key \(did you mean 'features'\?\)"),
    ("{features: {rms: {}}}", r"extract_mfcc\.branches\.extra\.features\.rms\.frame_length: is missing"),
    ("{hop_length: 0}", r"extract_mfcc\.branches\.extra\.hop_length: is 0, but input should be greater"),
])
def test_what_is_wrong_in_a_branch_is_said_as_elsewhere(change: str, said: str, tmp_path: Path) -> None:
    shipped = Path("params.yaml").read_text(encoding="utf-8")
    file = tmp_path / "params.yaml"
    file.write_text(shipped.replace("  branches: {}", f"  branches: {{extra: {change}}}", 1), encoding="utf-8")
    with pytest.raises(UserError, match=said):
        check(file)
