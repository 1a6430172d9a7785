"""A branch that hears through an encoder, from the audio to the prediction of a file."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from speech_emotion import manifest
from speech_emotion.predictions import read
from speech_emotion.testing.encoders import encoder_settings, write_whisper

from .project import CLIPS, Project, fates


def test_an_encoder_beside_the_network(project: Project, tmp_path: Path) -> None:
    encoder = write_whisper(tmp_path / "encoder")
    settings = encoder_settings(encoder)
    project.set(extract_mfcc__branches={"encoder": {"features": {"encoder": settings}}},
                train_cnn__branches={"encoder": {"num_networks": 0, "statistics": "mean", "baseline_only": []}})
    run = project.repro()
    assert run.stages == fates(extract_mfcc="ran", train_cnn="ran", evaluate="ran")
    assert run.clips == (0, CLIPS), "the first set of features is known"
    assert f"encoder: {CLIPS} clips computed, 0 clips reused" in run.output
    measured = json.loads((project / "metrics/evaluate.json").read_text("utf-8"))
    assert measured["encoders"]["encoder"]["sha256"] == settings["sha256"]
    for file in (project / "models").rglob("*.json"):
        assert str(tmp_path) not in file.read_text("utf-8"), file

    # Elsewhere the encoder lies in another place.
    moved = encoder.rename(tmp_path / "moved")
    predictions = read(project / "data/predictions.parquet")
    tested = predictions.part("test").iloc[0]
    files = manifest.read_files(project / "data/files.parquet")
    path = files.loc[files["clip_id"] == tested["clip_id"], "path"].iloc[0]
    audio = str(Path(project.params()["ingest"]["root"]) / path)
    missing = project.run("ser", "predict", audio)
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)
    assert "SER_ENCODER does not say where it is" in missing.stderr
    done = project.run("ser", "predict", "--format", "json", audio, SER_ENCODER=str(moved))
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)[0]["probabilities"]
    expected = {label: tested[f"p_{label}"] for label in predictions.origin.labels}
    np.testing.assert_allclose([said[label] for label in expected], list(expected.values()), atol=1e-5)

    # What training changes does not make anything be encoded again, and neither does where the encoder lies.
    moved.rename(encoder)
    fusion = project.params()["train_cnn"]["fusion"]
    project.set(train_cnn__fusion="validation")
    assert project.outdated() == {"train_cnn"}
    project.set(train_cnn__fusion=fusion)
    settings["model"] = str(encoder.rename(moved))
    project.set(extract_mfcc__branches={"encoder": {"features": {"encoder": settings}}})
    again = project.repro()
    assert again.stages["extract_mfcc"] == "ran"
    assert again.stages["train_cnn"] == "unchanged"
    assert f"encoder: 0 clips computed, {CLIPS} clips reused" in again.output


def test_an_encoder_that_has_learnt_from_the_corpus_is_refused(project: Project, tmp_path: Path) -> None:
    settings = encoder_settings(write_whisper(tmp_path / "encoder"), emotion_corpora=["synthetic"])
    project.set(extract_mfcc__branches={"encoder": {"features": {"encoder": settings}}})
    refused = project.run("dvc", "repro")
    assert refused.returncode
    assert "the encoder tiny has learnt from synthetic" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert isinstance(pd.read_parquet(project / "data/manifest.parquet"), pd.DataFrame), "earlier results are untouched"
