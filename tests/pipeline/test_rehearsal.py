"""A split or a label scheme that does not fit the clips stops the pipeline before anything is computed for it."""

import json

from speech_emotion.testing import make_corpus

from .project import Project

FEW = ("Protocols that work on these clips: random_kfold (speakers on both sides); speaker_holdout, loso with "
       "train_cnn.split.validation: statements")


def test_two_speakers_are_refused_at_ingest_and_then_tested_on_each_other(project: Project) -> None:
    make_corpus(project / "data/raw/tess", "tess", labels=["anger", "sadness"], clips=6)
    project.set(ingest__root="data/raw", train_cnn__split__folds=5)
    features = (project / "data/features").stat().st_mtime_ns
    refused = project.run("dvc", "repro")
    assert refused.returncode != 0
    assert "train_cnn.split.protocol: speaker_holdout needs at least 3 speakers" in refused.stderr
    assert FEW in refused.stderr
    assert "tess    24" in refused.stdout, "the summary comes first"
    assert (project / "data/features").stat().st_mtime_ns == features
    # What ingest found can be looked at nevertheless.
    shown = project.run("ser", "splits")
    assert FEW in shown.stderr

    project.set(train_cnn__split__protocol="loso", train_cnn__split__validation="statements", train_cnn__num_networks=0)
    done = project.repro()
    assert "train_cnn will do: loso, 2 folds, 24 clips of 2 speakers, 2 labels" in done.output
    measured = json.loads((project / "metrics/evaluate.json").read_text("utf-8"))
    assert measured["validation"] == "statements"
    assert measured["speaker_independent"] is True
    assert measured["counts"]["test_speakers"] == 2


def test_what_does_not_fit_stops_before_extraction_and_before_training(project: Project) -> None:
    project.set(train_cnn__split__protocol="speaker_kfold", train_cnn__split__folds=99, extract_mfcc__hop_length=200)
    refused = project.run("dvc", "repro")
    assert refused.returncode != 0
    assert "Running stage 'extract_mfcc'" in refused.stdout
    assert "train_cnn.split.folds is 99, but there are only 4 speakers" in refused.stderr
    assert not (project / "data/features").exists()

    project.set(extract_mfcc__hop_length=160, train_cnn__split__protocol="speaker_holdout",
                train_cnn__labels={"bad": ["anger", "fera"], "good": ["happiness"]})
    refused = project.run("dvc", "repro")
    assert "Running stage 'train_cnn'" in refused.stdout
    assert "train_cnn.labels: no clip is labelled 'fera' (did you mean 'fear'?)" in refused.stderr


def test_what_is_rehearsed_makes_no_stage_before_training_run_again(project: Project) -> None:
    project.set(train_cnn__split__validation="statements", train_cnn__split__test_fraction=0.5)
    assert project.outdated() == {"train_cnn"}
    project.append("src/speech_emotion/protocol/planning.py", "\n# changed\n")
    assert project.outdated() == {"train_cnn"}
