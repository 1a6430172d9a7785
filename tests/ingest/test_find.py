import os
import shutil

import pytest
import soundfile

from speech_emotion.acquisition.validate import validate
from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import Clip
from speech_emotion.ingest.find import find_candidates
from speech_emotion.ingest.intake import take_in, write_rejected
from speech_emotion.testing import make_corpus, tone, write_clip, write_encoded

EVERY = ["synthetic", "ravdess", "tess", "crema_d", "savee", "emodb"]


def corpora(found) -> dict[str, int]:
    names = [candidate.corpus.name for candidate in found.candidates if isinstance(candidate.what, Clip)]
    return {name: names.count(name) for name in sorted(set(names))}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    root = tmp_path_factory.mktemp("mixed")
    for name in EVERY:
        make_corpus(root / "together", name, labels=["anger"], duration=0.01,
                    speakers={"crema_d": ["1001", "1002"]}.get(name))
    return root / "together"


def test_names_alone_tell_the_corpora_apart(mixed):
    assert corpora(find_candidates(mixed)) == {
        "crema_d": 2, "emodb": 10, "ravdess": 24, "savee": 4, "synthetic": 8, "tess": 2,
    }


def test_what_is_not_selected_is_counted_and_not_rejected(mixed):
    found = find_candidates(mixed, ["savee", "tess"])
    assert corpora(found) == {"savee": 4, "tess": 2}
    assert len(found.candidates) == 6
    assert found.not_selected == {"crema_d": 2, "emodb": 10, "ravdess": 24, "synthetic": 8}


@pytest.mark.parametrize("folder", ["CREMA-D", "crema_d", "cremad", "Crema D"])
def test_a_folder_with_a_corpus_name_decides(tmp_path, folder):
    write_clip(tmp_path / folder / "03a01Fa.wav")
    candidate, = find_candidates(tmp_path).candidates
    assert (candidate.corpus.name, candidate.what) == ("crema_d", None)
    candidate, = find_candidates(tmp_path / folder).candidates
    assert (candidate.corpus.name, candidate.what) == ("crema_d", None)


def test_a_root_that_is_a_speakers_folder_counts_as_one(tmp_path):
    make_corpus(tmp_path, "savee", speakers=["dc"], labels=["anger"])
    assert corpora(find_candidates(tmp_path / "DC")) == {"savee": 1}


def test_content_tells_audio_whose_extension_does_not(tmp_path):
    for extension, kind in {"dat": "WAV", "sound": "FLAC", "bin": "AIFF", "x": "OGG"}.items():
        soundfile.write(tmp_path / f"03a01Fa.{extension}", tone(0), 16_000, format=kind)
    (tmp_path / "03a01Wa.txt").write_text("no audio")
    assert len(find_candidates(tmp_path).candidates) == 4


@pytest.mark.parametrize("suffix", [".m4a", ".mp4", ".webm", ".wma", ".aac", ".mka", ".amr", ".3gp", ".avi", ".flv"])
def test_what_phones_and_browsers_record_is_found_by_extension_and_by_content(tmp_path, suffix):
    rate = {".webm": 48_000, ".wma": 44_100, ".amr": 8_000, ".3gp": 8_000}.get(suffix, 16_000)
    path = write_encoded(tmp_path / f"Ann/happy/1{suffix}", tone(1, sample_rate=rate), rate)
    shutil.copy(path, path.with_name("2.dat"))
    (tmp_path / f"Ann/happy/3{suffix}").write_text("no audio")
    intake = take_in(tmp_path, ["folder"])
    assert [candidate.path.name for candidate in find_candidates(tmp_path, ["folder"]).candidates] == [
        f"1{suffix}", "2.dat", f"3{suffix}"]
    assert intake.clips[["label", "speaker", "sample_rate"]].to_numpy().tolist() == [["happiness", "folder-ann", rate]]
    assert list(intake.rejected["rule"]) == ["duplicate", "undecodable"]


def test_hidden_files_and_what_systems_leave_behind_are_no_audio(tmp_path):
    make_corpus(tmp_path, "emodb", speakers=["03"], labels=["anger"])
    for name in (".hidden.wav", "wav/._03a01Wa.wav", "__MACOSX/wav/03a02Wa.wav", ".cache/03a02Wa.wav"):
        write_clip(tmp_path / name)
    for name in ("README.md", ".gitignore", "data.dvc", "labels.csv", ".DS_Store"):
        (tmp_path / name).write_text("x")
    assert len(find_candidates(tmp_path).candidates) == 1


def test_links_are_followed_but_not_in_circles(tmp_path):
    make_corpus(tmp_path / "elsewhere", "emodb", speakers=["03"], labels=["anger"])
    (tmp_path / "root").mkdir()
    (tmp_path / "root/emodb").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/back").symlink_to(tmp_path / "root")
    assert corpora(find_candidates(tmp_path / "root")) == {"emodb": 1}


@pytest.mark.parametrize("name", ["03a01Wa.wav", "notes", "archive.zip"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_nothing_is_waited_for_that_is_no_file(tmp_path, make, name):
    sound = make_corpus(tmp_path, "emodb", speakers=["08"], labels=["anger"])
    make(tmp_path / name)
    intake = take_in(tmp_path)
    assert len(intake.clips) == len(sound)
    assert intake.rejected[["path", "rule"]].to_numpy().tolist() == (
        [[name, "unreadable"]] if name.endswith(".wav") else [])
    assert validate(tmp_path)[0].altered == [name] * name.endswith(".wav") + ["wav/08a01Wa.wav"]


def test_a_description_that_is_no_file_is_not_waited_for(tmp_path):
    write_clip(tmp_path / "angry/1.wav")
    os.mkfifo(tmp_path / "corpus.yaml")
    with pytest.raises(UserError, match=r"corpus\.yaml: is no file"):
        take_in(tmp_path)


def test_names_that_are_no_text_are_rejected_and_the_others_taken(tmp_path):
    sound = make_corpus(tmp_path, "emodb", speakers=["08"], labels=["anger"])
    strange = [b"caf\xe9.wav", b"W\xfct/1.wav", b"03a01Wa\xff.mp3"]
    for number, name in enumerate(strange):
        write_clip(tmp_path / os.fsdecode(name), number)
    intake = take_in(tmp_path, ["emodb", "folder"])
    assert len(intake.clips) == len(sound)
    assert intake.rejected[["path", "rule"]].to_numpy().tolist() == [
        [r"03a01Wa\xff.mp3", "not-utf-8"], [r"W\xfct/1.wav", "not-utf-8"], [r"caf\xe9.wav", "not-utf-8"]]
    write_rejected(intake.rejected, tmp_path / "rejected.csv")
    assert r"caf\xe9.wav" in (tmp_path / "rejected.csv").read_text("utf-8")
    for part in (intake.clips, intake.files):
        part.to_parquet(tmp_path / "t.parquet")


def test_folders_as_labels_take_any_name_but_leave_other_corpora_alone(tmp_path):
    write_clip(tmp_path / "angry/one.wav", 1)
    make_corpus(tmp_path / "emodb", "emodb", speakers=["03"], labels=["anger"])
    make_corpus(tmp_path / "tess", "tess", speakers=["oaf"], labels=["anger"])
    assert corpora(find_candidates(tmp_path, ["folder", "emodb"])) == {"emodb": 1, "folder": 1}
    assert corpora(find_candidates(tmp_path, ["folder"])) == {"folder": 3}


def test_sung_ravdess_clips_are_not_selected_by_default(tmp_path):
    write_clip(tmp_path / "Actor_01/03-02-05-01-01-01-01.wav")
    assert find_candidates(tmp_path).not_selected == {"ravdess": 1}
    assert corpora(find_candidates(tmp_path, options={"ravdess": {"song": True}})) == {"ravdess": 1}
