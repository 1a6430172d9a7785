"""What the result depends on, and what it does not; and the stage as DVC runs it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

import speech_emotion
from speech_emotion import manifest
from speech_emotion.ingest import read
from speech_emotion.ingest.intake import take_in
from speech_emotion.ingest.summary import summary, text
from speech_emotion.testing import make_corpus, write_clip

STAGE = Path(speech_emotion.__file__).parents[1] / "stages/ingest.py"
PARAMS = """
ingest:
  root: {root}
  corpora: {corpora}
  min_duration: 0.3
  strict: {strict}
  ravdess_song: false
  crema_d_label: acted
  table: ""
  own: {{}}
"""


@pytest.fixture
def root(tmp_path):
    make_corpus(tmp_path / "audio/emodb", "emodb", labels=["anger", "neutral"])
    make_corpus(tmp_path / "audio/tess", "tess", clips=2)
    return tmp_path / "audio"


def written(intake, folder: Path) -> tuple[bytes, bytes, str]:
    manifest.write(intake.clips, folder / "m.parquet")
    manifest.write_files(intake.files, folder / "f.parquet")
    return (folder / "m.parquet").read_bytes(), (folder / "f.parquet").read_bytes(), intake.rejected.to_csv()


def test_processes_change_nothing(root, tmp_path, monkeypatch):
    (root / "emodb/wav/03a01Wz.wav").write_bytes(b"no audio")
    here = written(take_in(root, workers=1), tmp_path)
    monkeypatch.setattr(read, "WORTH_PROCESSES", 2)
    monkeypatch.setattr(read, "CHUNK", 5)
    assert written(take_in(root, workers=2), tmp_path) == here


def test_rows_are_sorted_by_corpus_and_clip(root):
    clips = take_in(root).clips
    assert clips[["corpus", "clip_id"]].to_numpy().tolist() == sorted(clips[["corpus", "clip_id"]].to_numpy().tolist())


def test_moving_renaming_folders_and_converting_leave_the_manifest_as_it_is(root, tmp_path):
    before = written(take_in(root), tmp_path)
    shutil.move(root / "emodb/wav", root / "emodb/audio files")
    for path in (root / "tess").rglob("*.wav"):
        samples, rate = soundfile.read(path, dtype="int16")
        soundfile.write(path.with_suffix(".FLAC"), samples, rate, format="FLAC")
        path.unlink()
    after = written(take_in(root), tmp_path)
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert after[2] == before[2]


def test_another_root_above_the_same_clips_leaves_the_manifest_as_it_is(root, tmp_path):
    both = take_in(root).clips
    alone = take_in(root / "emodb").clips
    assert both[both["corpus"] == "emodb"].reset_index(drop=True).equals(alone)


def test_files_are_compared_with_the_published_ones_where_that_is_known(root):
    files = take_in(root).files
    assert set(files["published"]) == {False}, "made-up clips under published names are not the published ones"
    numbers = summary(take_in(root).clips, take_in(root).rejected, files)
    assert numbers["flags"] == {"emodb": {"altered": 20}, "tess": {"altered": 28}}


def test_the_summary_counts(root):
    (root / "emodb/wav/03a01Wz.wav").write_bytes(b"no audio")
    write_clip(root / "other.wav")
    intake = take_in(root)
    numbers = json.loads(json.dumps(summary(intake.clips, intake.rejected)))
    assert numbers["clips"] == 48
    assert numbers["hours"] == pytest.approx(48 * 0.5 / 3600, abs=1e-4)
    assert numbers["by_corpus"]["tess"] == {"clips": 28, "hours": 0.0039, "speakers": 2}
    assert numbers["by_label"]["anger"] == {"clips": 14, "hours": 0.0019, "speakers": 12}
    assert numbers["by_sex"]["female"]["speakers"] == 7
    assert numbers["rejected"] == {"emodb": {"undecodable": 1}, "unknown": {"unknown-name": 1}}
    shown = text(numbers, {"savee": 3})
    assert "undecodable 1" in shown
    assert "not selected: savee 3" in shown


def test_sex_and_age_that_nobody_gives_are_null(tmp_path):
    write_clip(tmp_path / "Ann/angry/1.wav")
    clips = take_in(tmp_path, ["folder"]).clips
    assert clips[["sex", "age", "language"]].isna().all(axis=None)
    assert clips.loc[0, "speaker"] == "folder-ann"
    assert summary(clips, take_in(tmp_path, ["folder"]).rejected)["by_sex"] == {
        "unknown": {"clips": 1, "hours": 0.0001, "speakers": 1}}


def run_stage(folder: Path, root: Path, corpora: str = "[]", strict: str = "false",
              **variables: str) -> subprocess.CompletedProcess[str]:
    # The stage tries the split on the clips: the other sections as they are shipped.
    _, others = (STAGE.parents[2] / "params.yaml").read_text(encoding="utf-8").split("\n# Clips to frames", 1)
    own = PARAMS.format(root=root, corpora=corpora, strict=strict)
    (folder / "params.yaml").write_text(f"{own}\n# Clips to frames{others}")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | variables
    return subprocess.run([sys.executable, STAGE], cwd=folder, env=environment, capture_output=True, text=True)


def test_the_stage_writes_all_three_tables(root, tmp_path):
    (root / "emodb/wav/03a01Wz.wav").write_bytes(b"no audio")
    done = run_stage(tmp_path, root)
    assert done.returncode == 0, done.stderr
    assert "emodb   20" in done.stdout
    assert len(manifest.read(tmp_path / "data/manifest.parquet")) == 48
    assert len(manifest.read_files(tmp_path / "data/files.parquet")) == 48
    rejected = (tmp_path / "data/rejected.csv").read_text().splitlines()
    assert rejected[0] == "corpus,path,sha256,rule,reason,what_to_do"
    assert len(rejected) == 2
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["files.parquet", "manifest.parquet",
                                                                          "rejected.csv"]


def test_strict_stops_at_a_rejected_file_and_says_where_to_look(root, tmp_path):
    (root / "emodb/wav/03a01Wz.wav").write_bytes(b"no audio")
    done = run_stage(tmp_path, root, strict="true")
    assert done.returncode == 1
    assert "1 files are rejected (undecodable: 1). data/rejected.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["rejected.csv"]


def test_when_every_clip_is_rejected_the_stage_says_why(tmp_path):
    make_corpus(tmp_path / "audio", "emodb", speakers=["03"], labels=["anger"], duration=0.1)
    done = run_stage(tmp_path, tmp_path / "audio")
    assert done.returncode == 1
    assert "no usable clip; 1 files are rejected (too-short: 1)" in done.stderr


@pytest.mark.parametrize(("corpora", "message"), [("[ravdes]", "ingest.corpora: unknown corpus 'ravdes'"),
                                                  ("ravdess", "ingest.corpora: is 'ravdess', but")])
def test_bad_settings_stop_the_stage_with_one_message(root, tmp_path, corpora, message):
    done = run_stage(tmp_path, root, corpora)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_the_stage_loads_neither_tensorflow_nor_librosa(root, tmp_path):
    done = run_stage(tmp_path, root, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0, done.stderr
    loaded = set(re.findall(r"^import time:.*\| +(\w+)$", done.stderr, re.MULTILINE))
    assert "soundfile" in loaded
    assert not loaded & {"tensorflow", "librosa", "keras", "sklearn"}
