"""By what one model is told from another."""

from pathlib import Path

from speech_emotion.models.identity import digest


def test_a_model_is_known_by_its_files(tmp_path: Path) -> None:
    for name in ("one", "same", "other"):
        (tmp_path / name / "fold-0").mkdir(parents=True)
        (tmp_path / name / "model.json").write_text("{}")
        (tmp_path / name / "fold-0" / "weights").write_bytes(b"1" if name != "other" else b"2")
    one, same, other = (digest(tmp_path / name) for name in ("one", "same", "other"))
    assert one == same != other
    assert len(one) == 16
    assert digest(tmp_path / "one/model.json") == digest(tmp_path / "other/model.json")
    fold = digest(tmp_path / "one/fold-0")
    (tmp_path / "one/model.json").write_text("[]")
    assert digest(tmp_path / "one/fold-0") != fold, "a fold's model is what all folds share, too"
    (tmp_path / "same/model.onnx").write_bytes(b"made of the others")
    assert digest(tmp_path / "same") == one
    (tmp_path / "same/fold-0/model.onnx").write_bytes(b"made of nothing known")
    assert digest(tmp_path / "same") != one
