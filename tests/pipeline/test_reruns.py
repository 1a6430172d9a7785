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
    code = (project / "src/speech_emotion/report/figures.py").read_bytes()
    project.append("src/speech_emotion/report/figures.py", "\n# more\n")
    assert project.outdated() == {"evaluate"}
    (project / "src/speech_emotion/report/figures.py").write_bytes(code)
    project.set(evaluate__confidence=0.9)
    assert project.outdated() == {"evaluate"}
    project.set(evaluate__confidence=0.95)
    assert project.outdated() == set()
    # Without the models nobody can predict again: only what was predicted is read.
    shutil.rmtree(project / "models")
    shutil.rmtree(project / "data/features")
    project.set(evaluate__dpi=60)
    project.append("src/speech_emotion/report/figures.py", "\n# more\n")
    assert project.repro("--allow-missing").stages == fates(evaluate="ran")
    assert not (project / "models").exists()


def test_training_and_evaluation_rerun(project: Project, alone: tuple[Project, Repro]) -> None:
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
    other, done = alone
    assert done.stages == TRAINED
    weights = "models/fold-0/network-0.weights.h5"
    assert (project / weights).read_bytes() != (other / weights).read_bytes()


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
    assert changed.stages == fates(extract_mfcc="ran", train_cnn="ran", evaluate="ran")
    assert changed.clips == (CLIPS, 0)

    # Forth again, to settings of a run that nobody has committed: test_team.py.
    project = run.copied_to(tmp_path / "project")
    project.set(extract_mfcc__features__mfcc__n_mfcc=40)
    assert project.repro().stages == fates(extract_mfcc="cached", train_cnn="cached", evaluate="ran")
    assert project.git("diff", "HEAD", "--name-only", "--", "dvc.lock", "metrics", "plots") == ""
    assert project.dvc("status") == "Data and pipelines are up to date.\n"


def test_feature_code_that_changes_features_reruns_everything_after_it(project: Project) -> None:
    project.append("src/speech_emotion/features/mfcc.py", DOUBLED.format(name="cepstrum"))
    assert project.repro("extract_mfcc").clips == (CLIPS, 0)
    assert project.outdated() == {"train_cnn"}, "and then, if it predicts anything else, evaluate"


def test_what_changes_no_number_of_a_feature_in_use_reruns_extraction_alone(project: Project) -> None:
    # That each module of a feature in use makes its clips be computed: tests/extraction/test_fingerprint.py.
    for module in ("mfcc", "spectrum", "mel"):
        project.append(f"src/speech_emotion/features/{module}.py", "\n# more\n")
    changed = project.repro()
    assert changed.stages == fates(extract_mfcc="ran")
    assert changed.clips == (CLIPS, 0)
    # Code and settings of an idle feature. DVC cannot tell which features are in use; the cache can.
    project.append("src/speech_emotion/features/chroma.py", "\n# more\n")
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

    project.set(train_cnn__model="toy", train_cnn__branch_model="toy")
    trained = project.repro("train_cnn").stages
    assert trained == {**dict.fromkeys(trained, "unchanged"), "train_cnn": "ran"}
    assert project.outdated() == {"evaluate"}
    project.set(networks__cnn__dropout=0.5)
    project.append("src/speech_emotion/networks/cnn.py", "\n# more\n")
    assert project.repro("train_cnn").stages == dict.fromkeys(trained, "unchanged")
    project.set(networks__toy__units=5)
    assert project.outdated() == {"train_cnn", "evaluate"}
    project.set(networks__toy__units=4, train_cnn__branch_model="cnn")
    project.repro("train_cnn")
    project.append("src/speech_emotion/networks/cnn.py", "\n# more\n")
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


def test_each_clip_is_computed_once_wherever_it_lies(project: Project) -> None:
    raw = _own_audio(project)
    tones = len(make_corpus(raw / "ravdess", "ravdess", speakers=["01", "02", "03", "04"],
                            labels=["happiness", "sadness", "anger"], clips=2, duration=0.6, sample_rate=16000))
    project.set(ingest__corpora=["synthetic"])
    moved = project.repro()
    assert moved.own_corpus == fates(ingest="ran", extract_mfcc="ran"), "the same audio elsewhere: same clips"
    assert moved.clips == (0, CLIPS)
    first = (project / "dvc.lock").read_text("utf-8")

    project.set(ingest__corpora=["ravdess"])
    another = project.repro()
    assert another.own_corpus == ALL_BUT_AUDIO
    assert another.clips == (tones, 0)

    project.set(ingest__corpora=[])
    both = project.repro("extract_mfcc")
    assert both.stages == EXTRACTED
    assert both.clips == (0, CLIPS + tones)
    assert project.outdated() == {"train_cnn", "evaluate"}

    project.set(ingest__corpora=["synthetic"])
    assert project.repro().own_corpus == BACK
    assert (project / "dvc.lock").read_text("utf-8") == first

    clip = min((raw / "synthetic").rglob("*.wav"))
    clip.rename(clip.parent / f"{clip.stem}.WAV")
    (raw / "synthetic").rename(raw / "renamed")
    renamed = project.repro()
    assert renamed.own_corpus == fates(ingest="ran", extract_mfcc="ran")
    assert renamed.clips == (0, CLIPS)

    # One that is changed, one that is new, one that is gone.
    first_clip, second, third, *_ = sorted((raw / "renamed").rglob("*.wav"))
    _quieter(first_clip, first_clip)
    _quieter(second, second.with_name(f"{second.stem[:-1]}8.wav"))
    third.unlink()
    changed = project.repro("extract_mfcc")
    assert changed.stages == EXTRACTED
    assert changed.clips == (2, CLIPS - 2)
    assert project.outdated() == {"train_cnn", "evaluate"}
