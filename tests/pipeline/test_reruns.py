"""The table "What reruns", row by row."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from .project import CLIPS, Project, fates

TRAINED = fates(train_cnn="ran", evaluate="ran")
ALL_BUT_AUDIO = fates(ingest="ran", extract_mfcc="ran", train_cnn="ran", evaluate="ran")
EXTRACTED = {"ingest": "ran", "extract_mfcc": "ran"}
BACK = fates(ingest="cached", extract_mfcc="cached", train_cnn="cached", evaluate="ran")
"""Evaluate's small outputs are in git, not in the cache, so it runs again: it is quick."""

DOUBLED = """

_before = {name}


def {name}(*args, **kwargs):
    return 2 * _before(*args, **kwargs)
"""


def test_nothing_reruns_unless_something_changed(project: Project) -> None:
    assert project.repro().stages == fates()
    project.append("README.md", "\nmore\n")
    project.append("docs/demo-corpus.md", "\nmore\n")
    project.append("tests/pipeline/test_reruns.py", "\n# more\n")
    (project / "docs/new.md").write_text("new\n", encoding="utf-8")
    assert project.repro().stages == fates()


def test_only_evaluate_reruns_for_its_settings_and_for_report_code(project: Project) -> None:
    project.set(evaluate__confidence=0.9)
    assert project.repro().stages == fates(evaluate="ran")
    project.append("src/speech_emotion/report/figures.py", "\n# more\n")
    assert project.repro().stages == fates(evaluate="ran")


@pytest.mark.parametrize("change", ["setting", "split", "model code"])
def test_training_and_evaluation_rerun(project: Project, change: str) -> None:
    before = (project / "models/fold-0/model.weights.h5").read_bytes()
    if change == "setting":
        project.set(train_cnn__lr=0.01)
    elif change == "split":
        project.set(train_cnn__split__protocol="speaker_kfold", train_cnn__split__folds=2)
    else:
        project.append("src/speech_emotion/networks/cnn.py", "\n# more\n")
    assert project.repro().stages == TRAINED
    after = (project / "models/fold-0/model.weights.h5").read_bytes()
    assert (before == after) == (change == "model code")


def test_extraction_and_all_that_follows_rerun_and_back_is_restored(project: Project) -> None:
    project.set(extract_mfcc__n_mfcc=20)
    changed = project.repro()
    assert changed.stages == fates(extract_mfcc="ran", train_cnn="ran", evaluate="ran")
    assert changed.clips == (CLIPS, 0)

    locks, weights = project.locks(), (project / "models/fold-0/model.weights.h5").read_bytes()
    project.set(extract_mfcc__n_mfcc=40)
    assert project.repro().stages == fates(extract_mfcc="cached", train_cnn="cached", evaluate="ran")
    assert project.git("diff", "HEAD", "--name-only", "--", "dvc.lock", "metrics", "plots") == ""
    project.set(extract_mfcc__n_mfcc=20)
    assert project.repro().stages == fates(extract_mfcc="cached", train_cnn="cached", evaluate="ran")
    assert project.locks() == locks
    assert (project / "models/fold-0/model.weights.h5").read_bytes() == weights


def test_feature_code_that_changes_features_reruns_everything_after_it(project: Project) -> None:
    project.append("src/speech_emotion/features/mfcc.py", DOUBLED.format(name="cepstrum"))
    assert project.repro("extract_mfcc").clips == (CLIPS, 0)
    assert project.outdated() == {"train_cnn", "evaluate"}


def test_feature_code_that_changes_no_feature_reruns_extraction_alone(project: Project) -> None:
    project.append("src/speech_emotion/features/mfcc.py", "\n# more\n")
    changed = project.repro()
    assert changed.stages == fates(extract_mfcc="ran")
    assert changed.clips == (CLIPS, 0)


def _own_audio(project: Project) -> Path:
    """Move the audio to where a user's own lies, tracked as one directory; nothing else changes."""
    shutil.copytree(project / "demo/audio", project / "data/raw/synthetic")
    project.dvc("add", "--quiet", "data/raw")
    project.set(ingest__root="data/raw")
    return project / "data/raw"


def _quieter(clip: Path, target: Path) -> None:
    samples, rate = soundfile.read(clip, dtype="int16")
    soundfile.write(target, samples // 2, rate, subtype="PCM_16")


def test_only_a_clip_that_is_new_is_computed(project: Project) -> None:
    raw = _own_audio(project)
    moved = project.repro()
    assert moved.own_corpus == fates(ingest="ran", extract_mfcc="ran"), "the same audio elsewhere: same clips"
    assert moved.clips == (0, CLIPS)

    first, second, third, *_ = sorted(raw.rglob("*.wav"))
    _quieter(first, first)
    changed = project.repro()
    assert changed.own_corpus == ALL_BUT_AUDIO
    assert changed.clips == (1, CLIPS - 1)

    _quieter(second, second.with_name(f"{second.stem[:-1]}8.wav"))
    added = project.repro("extract_mfcc")
    assert added.stages == EXTRACTED
    assert added.clips == (1, CLIPS)
    assert project.outdated() == {"train_cnn", "evaluate"}

    third.unlink()
    removed = project.repro("extract_mfcc")
    assert removed.stages == EXTRACTED
    assert removed.clips == (0, CLIPS)
    assert project.outdated() == {"train_cnn", "evaluate"}


def test_a_renamed_file_reruns_neither_training_nor_evaluation(project: Project) -> None:
    raw = _own_audio(project)
    project.repro("extract_mfcc")
    clip = min(raw.rglob("*.wav"))
    clip.rename(clip.parent / f"{clip.stem}.WAV")
    (raw / "synthetic").rename(raw / "renamed")
    renamed = project.repro()
    assert renamed.own_corpus == fates(ingest="ran", extract_mfcc="ran")
    assert renamed.clips == (0, CLIPS)


def _tones(folder: Path) -> int:
    """Make a small corpus that is named like RAVDESS; the number of its clips."""
    random = np.random.default_rng(7)
    names = [(actor, emotion, statement) for actor in (1, 2, 3, 4) for emotion in (3, 4, 5) for statement in (1, 2)]
    for actor, emotion, statement in names:
        target = folder / f"Actor_{actor:02}" / f"03-01-{emotion:02}-01-{statement:02}-01-{actor:02}.wav"
        target.parent.mkdir(parents=True, exist_ok=True)
        time = np.arange(9600) / 16000
        tone = np.sin(2 * np.pi * (90 * emotion + 10 * actor) * time) + 0.1 * random.standard_normal(len(time))
        soundfile.write(target, 0.2 * tone, 16000, subtype="PCM_16")
    return len(names)


def test_another_corpus_is_computed_once_and_going_back_restores(project: Project) -> None:
    raw = _own_audio(project)
    tones = _tones(raw / "ravdess")
    project.set(ingest__corpora=["synthetic"])
    assert project.repro().own_corpus == fates(ingest="ran", extract_mfcc="ran")
    first = (project / "dvc.lock").read_text("utf-8")

    project.set(ingest__corpora=["ravdess"])
    other = project.repro()
    assert other.own_corpus == ALL_BUT_AUDIO
    assert other.clips == (tones, 0)

    project.set(ingest__corpora=[])
    both = project.repro("extract_mfcc")
    assert both.stages == EXTRACTED
    assert both.clips == (0, CLIPS + tones)
    assert project.outdated() == {"train_cnn", "evaluate"}

    project.set(ingest__corpora=["synthetic"])
    assert project.repro().own_corpus == BACK
    assert (project / "dvc.lock").read_text("utf-8") == first
