"""Published files under other names, in other places: their bytes tell what they are."""

import hashlib
import shutil
from pathlib import Path, PurePosixPath

import pytest
import soundfile

from speech_emotion import manifest
from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import Clip, Published
from speech_emotion.ingest.find import Candidate
from speech_emotion.ingest.identify import Index
from speech_emotion.ingest.intake import take_in
from speech_emotion.ingest.summary import named, summary
from speech_emotion.testing import make_corpus, write_clip

EMODB, TESS, CREMA_D = (registry.CORPORA[name] for name in ("emodb", "tess", "crema_d"))
TWINS = "1001_IEO_ANG_HI.wav", "1001_IEO_FEA_HI.wav"


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A copy of two corpora that are published as they lie there, two files of CREMA-D with the same bytes."""
    make_corpus(tmp_path / "audio/emodb", "emodb", speakers=["03", "08"], labels=["anger", "fear"])
    make_corpus(tmp_path / "audio/tess", "tess", labels=["anger", "neutral"])
    write_clip(tmp_path / "audio/tess/OAF_neutral/OA_bite_neutral.wav", 9, sample_rate=24_414)
    for name in TWINS:
        write_clip(tmp_path / "audio/crema_d" / name, 7)
    index = {
        name: tuple(Published(path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest(),
                              path.stat().st_size) for path in sorted(folder.rglob("*.wav")))
        for name in ("emodb", "tess", "crema_d") for folder in [tmp_path / "audio" / name]
    }
    monkeypatch.setattr(published, "files", lambda corpus: index.get(corpus.name, ()))
    return tmp_path / "audio"


def renamed(root: Path) -> Path:
    """The same files in one folder, under names that say nothing."""
    target = root.parent / "renamed"
    target.mkdir()
    for number, path in enumerate(sorted(root.rglob("*.wav"), reverse=True)):
        shutil.copy(path, target / f"take {number}.wav")
    return target


def test_a_renamed_copy_of_whole_corpora_gives_the_same_manifest(root, tmp_path):
    usual, other = take_in(root), take_in(renamed(root))
    for intake, name in ((usual, "usual"), (other, "other")):
        manifest.write(intake.clips, tmp_path / name)
    assert len(usual.clips) == 9
    assert (tmp_path / "usual").read_bytes() == (tmp_path / "other").read_bytes()
    assert sorted(usual.rejected["rule"]) == sorted(other.rejected["rule"]) == ["label-conflict"] * 2
    assert all(other.files["published"])
    assert all(other.files["renamed"])


def test_what_is_called_as_it_is_published_is_not_noted(root):
    intake = take_in(root)
    files = intake.files.set_index("path")["renamed"]
    assert list(files[files].index) == ["tess/OAF_neutral/OA_bite_neutral.wav"]
    numbers = summary(intake.clips, intake.rejected, intake.files)
    assert numbers["flags"] == {"tess": {"renamed": 1}}
    assert ("flagged: renamed 1\n  tess/OAF_neutral/OA_bite_neutral.wav: taken as neutral of tess-oaf"
            in named(intake.clips, intake.files, intake.rejected))


def test_the_wrong_prefix_of_tess_is_the_speaker_it_is_published_as(root):
    clips = take_in(root, ["tess"]).clips.set_index("statement")
    assert clips.loc["bite", ["label", "speaker"]].to_list() == ["neutral", "tess-oaf"]


def test_content_counts_where_name_and_folder_say_something_else(root):
    path = root / "emodb/wav/03a01Wa.wav"
    (root / "savee").mkdir()
    path.rename(root / "savee/DC_f01.wav")
    clips = take_in(root, ["emodb", "savee"]).clips
    assert sorted(clips["speaker"]) == ["emodb-03", "emodb-03", "emodb-08", "emodb-08"]
    assert list(clips["label"]).count("anger") == 2


def test_a_file_under_another_published_name_is_what_its_bytes_are(root):
    before = take_in(root).clips
    one, other = root / "emodb/wav/03a01Wa.wav", root / "emodb/wav/08a01Ab.wav"
    kept = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(kept)
    assert take_in(root).clips.equals(before)


def test_a_corpus_that_is_not_selected_is_known_by_its_bytes_too(root):
    intake = take_in(renamed(root), ["tess"])
    assert set(intake.clips["corpus"]) == {"tess"}
    assert intake.not_selected == {"emodb": 4, "crema_d": 2}
    assert not len(intake.rejected)


def test_a_selected_clip_under_the_name_of_a_corpus_that_is_not_is_taken(root):
    (root / "emodb/wav/03a01Wa.wav").rename(root / "DC_a01.wav")
    intake = take_in(root, ["emodb"])
    assert len(intake.clips) == 4
    assert intake.not_selected == {"tess": 5, "crema_d": 2}


@pytest.mark.parametrize("alone", TWINS)
def test_a_clip_whose_twin_under_another_label_is_absent_is_rejected_as_the_twin_would_be(root, alone):
    for name in set(TWINS) - {alone}:
        (root / "crema_d" / name).unlink()
    rejected = take_in(root).rejected
    assert rejected[["path", "rule"]].to_numpy().tolist() == [[f"crema_d/{alone}", "label-conflict"]]
    assert rejected.loc[0, "reason"] == "the same samples are published under anger, fear"


def test_a_twin_in_another_container_is_at_odds_with_the_published_one(root):
    twin = root / "crema_d" / TWINS[1]
    samples, rate = soundfile.read(twin, dtype="int16")
    soundfile.write(twin.with_suffix(".flac"), samples, rate)
    twin.unlink()
    assert list(take_in(root).rejected["rule"]) == ["label-conflict"] * 2


def test_twins_that_the_crowd_heard_alike_are_one_clip(root):
    votes = ["FileName,VoiceVote,FaceVote,MultiModalVote", *(f"{name[:-4]},A,A,A" for name in TWINS)]
    (root / "crema_d/summaryTable.csv").write_text("\n".join(votes))
    intake = take_in(root, ["crema_d"], options={"crema_d": {"label": "voice"}})
    assert intake.clips[["label", "speaker"]].to_numpy().tolist() == [["anger", "crema_d-1001"]]
    assert list(intake.rejected["rule"]) == ["duplicate"]


def test_what_users_describe_themselves_is_what_they_say(root):
    own = root / "mine/Ann/wütend"
    own.mkdir(parents=True)
    shutil.copy(root / "emodb/wav/03a01Wa.wav", own / "1.wav")
    clips = take_in(root / "mine", ["folder"]).clips
    assert clips[["label", "speaker"]].to_numpy().tolist() == [["wütend", "folder-ann"]]


def test_another_container_is_known_by_its_name_alone(root):
    path = root / "emodb/wav/03a01Wa.wav"
    samples, rate = soundfile.read(path, dtype="int16")
    soundfile.write(path.with_name("take.flac"), samples, rate)
    path.unlink()
    assert list(take_in(root, ["emodb"]).rejected["rule"]) == ["unknown-name"]


@pytest.mark.parametrize("corpus", [EMODB, TESS, CREMA_D, registry.CORPORA["savee"]], ids=lambda corpus: corpus.name)
def test_every_published_file_is_known_by_its_bytes(corpus):
    index = Index(Path("audio"), [corpus])
    known = [index.identify(Candidate(PurePosixPath("x"), None, None), file.sha256) for file in published.files(corpus)]
    assert len(known) == corpus.num_clips
    assert {candidate.corpus for candidate in known} == {corpus}
    assert all(isinstance(candidate.what, Clip) for candidate in known)
    twins = [candidate.what.label for candidate in known if candidate.known.twins]
    assert len(twins) == (6 if corpus is CREMA_D else 0)
