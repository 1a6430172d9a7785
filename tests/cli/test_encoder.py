"""`ser encoder` prints settings that the stages take."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from speech_emotion.cli.commands import app
from speech_emotion.core.errors import UserError
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.testing.encoders import write_onnx, write_whisper


@pytest.mark.parametrize("write", [write_whisper, write_onnx])
def test_what_it_prints_is_taken(write: object, tmp_path: Path) -> None:
    model = write(tmp_path / "tiny.onnx", layers=3)  # type: ignore[operator]
    done = CliRunner().invoke(app, ["encoder", str(model)], catch_exceptions=False)
    assert "3 layers of" in done.output.splitlines()[0]
    yaml = YAML(typ="safe", pure=True)
    printed, shipped = yaml.load(done.output), yaml.load(Path("params.yaml").read_text("utf-8"))
    settings = printed["extract_mfcc"]["branches"]["encoder"]["features"]["encoder"]
    assert settings["licence"] is None
    settings |= {"licence": "MIT", "trained_on": "nothing"}
    extraction = ExtractMfcc.model_validate(shipped["extract_mfcc"] | printed["extract_mfcc"])
    assert extraction.of_branch("encoder").features.encoder.encoder().num_layers == 3
    TrainCnn.model_validate(shipped["train_cnn"] | printed["train_cnn"])


def test_what_is_no_encoder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no encoder here"):
        CliRunner().invoke(app, ["encoder", str(tmp_path / "nothing")], catch_exceptions=False)
