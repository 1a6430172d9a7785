"""Each defect, made on disk, and the rule that finds it."""

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech_emotion.core.errors import UserError
from speech_emotion.ingest.intake import take_in
from speech_emotion.testing import make_corpus, tone, write_clip, write_encoded


@pytest.fixture
def root(tmp_path):
    make_corpus(tmp_path / "ravdess", "ravdess", speakers=["01", "02", "05"], labels=["anger", "neutral"])
    return tmp_path


def rules(intake) -> dict[str, str]:
    return dict(zip(intake.rejected["path"], intake.rejected["rule"], strict=True))


ONE = "ravdess/Actor_01/03-01-05-01-01-01-01.wav"
OTHER = "ravdess/Actor_01/03-01-05-01-01-02-01.wav"


def test_sound_clips_are_taken_without_a_flag(root):
    intake = take_in(root)
    assert len(intake.clips) == 6
    assert not len(intake.rejected)
    assert set(intake.clips["audit_flags"]) == {""}


def _bytes(data):
    return lambda path: path.write_bytes(data)


def _samples(samples, **options):
    return lambda path: soundfile.write(path, samples, 48_000, **options)


def _half(path):
    write_clip(path, sample_rate=48_000)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


_NAN = tone(0, sample_rate=48_000)
_NAN[7] = np.nan
_INFINITE = tone(0, sample_rate=48_000)
_INFINITE[-1] = -np.inf

_ABSURD = tone(0, sample_rate=48_000)
_ABSURD[5] = 1e30


def _rate(value):
    def make(path):
        write_clip(path)
        data = bytearray(path.read_bytes())
        data[24:28] = value.to_bytes(4, "little")
        path.write_bytes(data)
    return make


DEFECTS = {
    "empty file": (_bytes(b""), "empty"),
    "no samples": (_samples(np.zeros(0, np.int16)), "empty"),
    "130 bytes of text": (_bytes(b"x" * 130), "undecodable"),
    "lfs pointer": (_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 9\n"),
                    "lfs-pointer"),
    "half a wav": (_half, "undecodable"),
    "a sample of 1e30": (_samples(_ABSURD, subtype="FLOAT"), "absurd-peak"),
    "integers in floating point": (_samples(tone(0, sample_rate=48_000) * 0x7FFF, subtype="FLOAT"), "absurd-peak"),
    "a rate of 1 Hz": (_rate(1), "implausible"),
    "a rate of 1 MHz": (_rate(1_000_000), "implausible"),
    "zeros": (_samples(np.zeros(48_000, np.int16)), "silent"),
    "last bit only": (_samples(np.tile([0, 1], 24_000).astype(np.int16)), "silent"),
    "NaN": (_samples(_NAN, subtype="FLOAT"), "non-finite"),
    "infinite": (_samples(_INFINITE, subtype="FLOAT"), "non-finite"),
    "short": (_samples(tone(0, duration=0.2, sample_rate=48_000)), "too-short"),
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_is_found_by_its_rule_and_nothing_else_is_rejected(root, defect):
    make, rule = DEFECTS[defect]
    make(root / OTHER)
    intake = take_in(root, min_duration=0.3)
    assert rules(intake) == {OTHER: rule}
    assert len(intake.clips) == 6
    row = intake.rejected.iloc[0]
    assert row["corpus"] == "ravdess"
    assert len(row["sha256"]) == 64
    assert row["reason"]
    assert row["what_to_do"]


def test_a_quiet_but_voiced_clip_is_flagged_and_taken(root):
    soundfile.write(root / OTHER, tone(0, sample_rate=48_000) * 1e-3, 48_000)
    clips = take_in(root).clips
    assert clips.loc[clips["audit_flags"] != "", "audit_flags"].tolist() == ["quiet"]


def test_clipping_other_rates_and_channels_are_flagged(root):
    loud = np.clip(tone(0, sample_rate=22_050) * 9, -1, 1)
    soundfile.write(root / OTHER, np.stack([loud, loud], axis=1), 22_050)
    clips = take_in(root).clips
    assert clips.loc[clips["audit_flags"] != "", "audit_flags"].tolist() == ["clipped;sample-rate;channels"]


def test_a_clip_that_just_reaches_full_scale_is_not_clipped(root):
    samples = tone(0, sample_rate=48_000)
    samples *= 0.5 / np.abs(samples).max()
    samples[1000] = 1
    soundfile.write(root / OTHER, samples, 48_000)
    assert set(take_in(root).clips["audit_flags"]) == {""}


def test_the_stray_of_actor_05_is_found_by_its_folder(root):
    stray = "ravdess/Actor_05/03-01-05-01-01-01-02.wav"
    shutil.copy(root / "ravdess/Actor_05/03-01-05-01-01-01-05.wav", root / stray)
    intake = take_in(root)
    assert rules(intake) == {stray: "speaker-at-odds"}
    assert len(intake.clips) == 6


def test_of_one_recording_under_one_label_one_stays(root):
    shutil.copy(root / ONE, root / OTHER)
    intake = take_in(root)
    assert rules(intake) == {OTHER: "duplicate"}
    assert ONE in intake.rejected.loc[0, "reason"]


def test_a_flac_of_the_same_recording_is_a_duplicate(root):
    samples, rate = soundfile.read(root / ONE, dtype="int16")
    soundfile.write((root / ONE).with_suffix(".flac"), samples, rate)
    assert list(rules(take_in(root)).values()) == ["duplicate"]


def test_a_second_copy_of_everything_one_level_down_costs_nothing(root):
    before = take_in(root)
    shutil.copytree(root / "ravdess", root / "ravdess/audio_speech_actors_01-24")
    after = take_in(root)
    assert after.clips.equals(before.clips)
    assert after.files.equals(before.files), "the copy that lies deeper goes"
    assert list(after.rejected["rule"]) == ["duplicate"] * 6


def test_of_one_recording_under_two_labels_none_stays(root):
    neutral = "ravdess/Actor_01/03-01-01-01-01-01-01.wav"
    shutil.copy(root / ONE, root / neutral)
    shutil.copy(root / ONE, root / OTHER)
    intake = take_in(root)
    assert rules(intake) == {ONE: "label-conflict", OTHER: "label-conflict", neutral: "label-conflict"}
    assert len(intake.clips) == 4


def test_of_one_recording_of_two_speakers_none_stays(root):
    shutil.copy(root / ONE, root / "ravdess/03-01-05-01-01-01-02.wav")  # outside any actor's folder
    assert set(rules(take_in(root)).values()) == {"speaker-conflict"}


def test_labels_are_compared_across_corpora(root):
    make_corpus(root / "emodb", "emodb", speakers=["03"], labels=["anger"])
    shutil.copy(root / ONE, root / "emodb/wav/03a01Na.wav")
    assert rules(take_in(root)) == {ONE: "label-conflict", "emodb/wav/03a01Na.wav": "label-conflict"}


@pytest.mark.parametrize("suffix", [".m4a", ".mp4", ".webm"])
def test_of_several_files_of_one_clip_the_lossless_one_stays(root, suffix):
    samples = tone(5, sample_rate=48_000)
    write_encoded((root / ONE).with_suffix(suffix), samples, 48_000)
    video = (root / ONE).with_name("01" + (root / ONE).name[2:]).with_suffix(suffix)
    write_encoded(video, samples / 2, 48_000)
    before = set(take_in(root).files["path"])
    assert ONE in before
    assert set(rules(take_in(root)).values()) == {"other-version"}
    (root / ONE).rename((root / ONE).parent.parent / (root / ONE).name)
    assert set(take_in(root).files["path"]) == before - {ONE} | {"ravdess/" + (root / ONE).name}


def test_own_clips_of_one_label_and_speaker_are_many(tmp_path):
    for seed in range(3):
        write_clip(tmp_path / f"Ann/angry/{seed}.wav", seed)
    assert len(take_in(tmp_path, ["folder"]).clips) == 3


def test_a_video_without_sound_is_empty(root):
    path = (root / OTHER).with_suffix(".mp4")
    write_encoded(path, [], video=True)
    intake = take_in(root)
    assert rules(intake) == {str(path.relative_to(root)): "empty"}
    assert intake.rejected.loc[0, "reason"] == "holds no audio track"


def test_without_ffmpeg_its_files_are_rejected_with_what_to_install(root, monkeypatch):
    path = write_encoded((root / OTHER).with_suffix(".m4a"), tone(1))
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.delitem(sys.modules, "speech_emotion.audio.ffmpeg", raising=False)
    monkeypatch.delattr("speech_emotion.audio.ffmpeg", raising=False)
    intake = take_in(root)
    assert rules(intake) == {str(path.relative_to(root)): "no-decoder"}
    assert "pip install 'speech-emotion[formats]'" in intake.rejected.loc[0, "reason"]


def test_strange_names_and_labels_are_rejected(root):
    write_clip(root / "ravdess/Actor_01/recording.wav", 1)
    write_clip(root / "ravdess/Actor_01/03-01-09-01-01-01-01.wav", 2)
    write_clip(root / "take one.mp3", 3)
    intake = take_in(root)
    assert rules(intake) == {"ravdess/Actor_01/recording.wav": "unknown-name", "take one.mp3": "unknown-name",
                             "ravdess/Actor_01/03-01-09-01-01-01-01.wav": "unknown-label"}
    assert set(intake.rejected["corpus"]) == {"", "ravdess"}


def test_a_file_that_may_not_be_read_is_a_row_and_no_crash(root):
    (root / OTHER).symlink_to(root / "nowhere.wav")
    assert rules(take_in(root)) == {OTHER: "unreadable"}


def test_a_file_of_somebody_else_is_not_called_damaged():
    with tempfile.TemporaryDirectory() as folder:  # in which others may search, unlike in tmp_path
        Path(folder).chmod(0o755)
        make_corpus(Path(folder), "emodb", speakers=["03"], labels=["anger", "fear"])
        Path(folder, "wav/03a01Wa.wav").chmod(0)
        with nobody():
            intake = take_in(Path(folder))
    assert rules(intake) == {"wav/03a01Wa.wav": "unreadable"}
    assert intake.rejected.loc[0, "reason"] == "Permission denied"
    assert len(intake.clips) == 1


@contextmanager
def nobody():
    """A user without rights, if the tests run as one with all."""
    if os.geteuid():
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_loud_floating_point_is_taken(root):
    soundfile.write(root / OTHER, tone(0, sample_rate=48_000) * 40, 48_000, subtype="FLOAT")
    assert not len(take_in(root).rejected)


def test_clips_that_a_table_lists_and_that_are_not_there_are_rejected(tmp_path):
    write_clip(tmp_path / "a.wav", 1)
    write_clip(tmp_path / "unlisted.wav", 2)
    (tmp_path / "t.csv").write_text("path,label,speaker\na.wav,joy,1\nb.wav,joy,2\n")
    intake = take_in(tmp_path, ["table"], options={"table": {"file": "t.csv"}})
    assert rules(intake) == {"b.wav": "missing"}
    assert intake.clips[["label", "speaker"]].to_numpy().tolist() == [["joy", "table-1"]]
    assert not intake.not_selected
    assert "table: 1 file left alone: is not in t.csv" in intake.notices


@pytest.mark.parametrize(("make", "message"), [
    (lambda root: None, "there is no such folder"),
    (lambda root: root.write_text(""), "is no folder"),
    (lambda root: root.mkdir(), "holds no audio; set ingest.root"),
    (lambda root: (root.mkdir(), (root / "README.md").write_text("x"))[0], "holds no audio; set ingest.root"),
    (lambda root: (root.mkdir(), (root / "emodb.zip").write_bytes(b"PK"))[0], "extract them first"),
])
def test_a_root_without_audio_is_said_to_be_so(tmp_path, make, message):
    make(tmp_path / "root")
    with pytest.raises(UserError, match=message):
        take_in(tmp_path / "root")


def test_an_unknown_corpus_is_answered_with_those_there_are(root):
    with pytest.raises(UserError, match=r"ingest.corpora: unknown corpus 'ravdes' \(did you mean 'ravdess'\?\); the "
                                        "corpora are: synthetic, ravdess, tess"):
        take_in(root, ["ravdes"])


def test_when_nothing_selected_is_there_the_message_says_what_is(root):
    with pytest.raises(UserError, match=r"none of what ingest.corpora selects \(emodb\), but 6 of ravdess"):
        take_in(root, ["emodb"])
