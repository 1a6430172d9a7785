"""What decides a network's weights is part of its fingerprint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grimp
import pytest

from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.training import fingerprint

SOURCE = Path(__file__).resolve().parents[2] / "src"


def test_it_covers_the_code_that_trains() -> None:
    graph = grimp.build_graph("speech_emotion", exclude_type_checking_imports=True, cache_dir=None)
    root = "speech_emotion.training.process"
    decides = ("speech_emotion.training", "speech_emotion.models", "speech_emotion.networks")
    imported = {module for module in {root, *graph.find_upstream_modules(root)} if module.startswith(decides)
                and not (SOURCE / Path(*module.split("."))).is_dir()}
    covered = {".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in fingerprint.modules("cnn")}
    # What names a unit, carries its data or keeps what it has done; what uses a trained network.
    harmless = {f"speech_emotion.training.{name}" for name in
                ("fingerprint", "folds", "machine", "memo", "memory", "parcel")}
    harmless |= {f"speech_emotion.models.{name}" for name in
                 ("backend", "baseline", "bounds", "bundle", "calibration", "fusion", "identity", "outputs",
                  "provenance", "weights")}
    assert imported - harmless <= covered
    assert covered - imported == {"speech_emotion.networks.cnn"}  # found by name


def test_settings_that_do_not_decide_are_settings(train_settings: Callable[..., TrainCnn]) -> None:
    document = train_settings().model_dump(mode="json")
    for name in fingerprint.HARMLESS:
        section, _, key = name.rpartition(".")
        assert key in (document[section] if section else document), name
    left = fingerprint.deciding(document)
    assert set(document) - set(left) == {name for name in fingerprint.HARMLESS if "." not in name}
    assert left["split"] == {"train_also": []}


def test_a_change_of_code_library_or_instructions_changes_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def code() -> str:
        fingerprint.of_code.cache_clear()
        return fingerprint.of_code("cnn")

    before, processor = code(), fingerprint.of_processor()
    assert code() == before
    with monkeypatch.context() as patch:
        source = fingerprint.modules("cnn")[-1]
        other = tmp_path / source.name
        other.write_text(source.read_text(encoding="utf-8") + "# more\n", encoding="utf-8")
        listed: Any = fingerprint.modules
        patch.setattr(fingerprint, "modules", lambda name: [*listed(name)[:-1], other])
        assert code() != before
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "version", lambda _library: "0.1")
        assert code() != before
    assert code() == before
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "7")
    assert fingerprint.of_processor() == processor
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    assert fingerprint.of_processor() != processor


def test_a_setting_that_nobody_has_thought_of_decides() -> None:
    def of(**more: object) -> str:
        settings = {"lr": 0.1, "seed": 1, "split": {"folds": 5}, **more}
        return fingerprint.of_unit({"settings": fingerprint.deciding(settings)}, "c" * 64)

    assert of(seed=2, scheduler="tcp://host:1", baseline_share=1.0, num_networks=9) == of()
    assert of(lr=0.2) != of()
    assert of(later={"on": True}) != of()
    assert of(split={"folds": 5, "later": ["x"]}) != of()
