"""The table "What reruns", row by row."""

import json
import shutil
from pathlib import Path
from typing import Any

import soundfile

from speech_emotion.testing import make_corpus

from .project import CLIPS, Project, Repro, fates

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
    # Without the models nobody can predict again: only what was predicted is read.
    shutil.rmtree(project / "models")
    shutil.rmtree(project / "data/features")
    project.set(evaluate__dpi=60)
    assert project.repro("--allow-missing").stages == fates(evaluate="ran")
    assert not (project / "models").exists()
    project.dvc("checkout")
    project.set(evaluate__confidence=0.9)
    assert project.outdated() == {"evaluate"}
    project.set(evaluate__confidence=0.95)
    assert project.outdated() == set()
    project.append("src/speech_emotion/report/figures.py", "\n# more\n")
    assert project.repro().stages == fates(evaluate="ran")


def test_training_and_evaluation_rerun(project: Project) -> None:
    before = (project / "models/fold-0/network-0.weights.h5").read_bytes()
    shipped = (project / "params.yaml").read_bytes()
    changes: list[dict[str, Any]] = [
        {"train_cnn.split.protocol": "speaker_kfold", "train_cnn.split.folds": 2}, {"train_cnn.lr": 0.01},
        {"networks.cnn.dropout": 0.5}, {"train_cnn.refit": True}]
    for changed in changes:  # each is enough
        project.change("params.yaml", changed)
        assert project.outdated() == {"train_cnn"}
        (project / "params.yaml").write_bytes(shipped)
    assert project.outdated() == set()
    # Folds that dvc runs: test_extending.py, test_rehearsal.py.
    project.change("params.yaml", {key: value for changed in changes[1:] for key, value in changed.items()})
    assert project.repro().stages == TRAINED
    assert (project / "models/fold-0/network-0.weights.h5").read_bytes() != before


def test_what_changes_no_prediction_reruns_no_evaluation(project: Project) -> None:
    def kept() -> object:
        return json.loads((project / "models/model.json").read_text("utf-8"))["provenance"]["min_duration"]

    # Network code, and the shortest duration, which the model keeps even if it leaves every clip.
    project.append("src/speech_emotion/networks/cnn.py", "\n# more\n")
    assert project.outdated() == {"train_cnn"}
    assert kept() == project.params()["ingest"]["min_duration"]
    project.set(ingest__min_duration=0.2)
    assert project.repro().stages == fates(ingest="ran", train_cnn="ran")
    assert kept() == 0.2


def test_extraction_and_all_that_follows_rerun_and_back_is_restored(
    other: tuple[Project, Repro], tmp_path: Path
) -> None:
    run, changed = other
    project = run.copied_to(tmp_path / "project")
    assert changed.stages == fates(extract_mfcc="ran", train_cnn="ran", evaluate="ran")
    assert changed.clips == (CLIPS, 0)

    locks, weights = project.locks(), (project / "models/fold-0/network-0.weights.h5").read_bytes()
    project.set(extract_mfcc__features__mfcc__n_mfcc=40)
    assert project.repro().stages == fates(extract_mfcc="cached", train_cnn="cached", evaluate="ran")
    assert project.git("diff", "HEAD", "--name-only", "--", "dvc.lock", "metrics", "plots") == ""
    project.set(extract_mfcc__features__mfcc__n_mfcc=20)
    assert project.repro().stages == fates(extract_mfcc="cached", train_cnn="cached", evaluate="ran")
    assert project.locks() == locks
    assert (project / "models/fold-0/network-0.weights.h5").read_bytes() == weights


def test_feature_code_that_changes_features_reruns_everything_after_it(project: Project) -> None:
    project.append("src/speech_emotion/features/mfcc.py", DOUBLED.format(name="cepstrum"))
    assert project.repro("extract_mfcc").clips == (CLIPS, 0)
    assert project.outdated() == {"train_cnn"}, "and then, if it predicts anything else, evaluate"


def test_feature_code_that_changes_no_feature_reruns_extraction_alone_and_that_of_an_idle_one_computes_nothing(
    project: Project
) -> None:
    # That each module of a feature in use makes its clips be computed: tests/extraction/test_fingerprint.py.
    for modules, clips in ((("mfcc", "spectrum", "mel"), (CLIPS, 0)), (("chroma",), (0, CLIPS))):
        for module in modules:
            project.append(f"src/speech_emotion/features/{module}.py", "\n# more\n")
        changed = project.repro()
        # DVC cannot tell which features are in use; the cache can.
        assert changed.stages == fates(extract_mfcc="ran")
        assert changed.clips == clips


def test_a_setting_that_decides_no_number_changes_no_training(project: Project) -> None:
    project.set(extract_mfcc__features={**project.params()["extract_mfcc"]["features"], "chroma": None})
    changed = project.repro()
    assert changed.stages == fates(extract_mfcc="ran")
    assert changed.clips == (0, CLIPS)


TOY_NETWORK = '''"""A toy."""

from speech_emotion.params.base import PositiveInt, Section


class Settings(Section):
    """Its shape."""

    units: PositiveInt


def embed(windows, settings):
    """Lead from the mean over time to a few units."""
    from keras import layers

    return layers.Dense(settings.units)(layers.GlobalAveragePooling1D()(windows))
'''


def test_an_idle_network_changes_no_training(project: Project) -> None:
    (project / "src/speech_emotion/networks/toy.py").write_text(TOY_NETWORK, "utf-8")
    document = project.params()
    project.set(networks={**document["networks"], "toy": {"units": 3}})
    assert project.dvc("status") == "Data and pipelines are up to date.\n"
    project.set(networks__toy__units=4)
    project.append("src/speech_emotion/networks/toy.py", "\n# more\n")
    assert project.repro().stages == fates()

    project.set(train_cnn__model="toy")
    trained = project.repro("train_cnn").stages
    assert trained == {**dict.fromkeys(trained, "unchanged"), "train_cnn": "ran"}
    assert project.outdated() == {"evaluate"}
    project.set(networks__cnn__dropout=0.5)
    project.append("src/speech_emotion/networks/cnn.py", "\n# more\n")
    assert project.repro("train_cnn").stages == dict.fromkeys(trained, "unchanged")
    project.set(networks__toy__units=5)
    assert project.outdated() == {"train_cnn", "evaluate"}


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
    changed = project.repro("extract_mfcc")
    assert changed.stages == EXTRACTED
    assert changed.clips == (1, CLIPS - 1)
    assert project.outdated() == {"train_cnn", "evaluate"}

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


def test_another_corpus_is_computed_once_and_going_back_restores(project: Project) -> None:
    raw = _own_audio(project)
    tones = len(make_corpus(raw / "ravdess", "ravdess", speakers=["01", "02", "03", "04"],
                            labels=["happiness", "sadness", "anger"], clips=2, duration=0.6, sample_rate=16000))
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
