"""What single names say, corpus by corpus."""

from pathlib import Path, PurePosixPath

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.corpora import crema_d, emodb, folder, ravdess, savee, synthetic, table, tess
from speech_emotion.corpora.base import Clip, Unfit


def parse(module, path, root=Path("root"), **options):
    return module.make_parser(root, **options)(PurePosixPath("root", path))


@pytest.mark.parametrize(("module", "path", "expected"), [
    (synthetic, "syn01f/syn01f_s03_ang_1.wav", Clip("anger", "ang", "01f", "female", None, "en", "s03", None, 1)),
    (ravdess, "Actor_12/03-01-06-02-01-02-12.wav", Clip("fear", "fearful", "12", "female", None, "en",
                                                        "Kids are talking by the door", "strong", 2)),
    (tess, "YAF_pleasant_surprised/YAF_back_ps.wav", Clip("surprise", "pleasant surprise", "yaf", "female", 26, "en",
                                                          "back")),
    (crema_d, "AudioWAV/1001_IEO_ANG_HI.wav", Clip("anger", "ANG", "1001", "male", 51, "en", "It's eleven o'clock",
                                                   "high")),
    (savee, "KL/su15.wav", Clip("surprise", "surprise", "kl", "male", None, "en", "su15")),
    (savee, "KL_sa01.wav", Clip("sadness", "sadness", "kl", "male", None, "en", "common01")),
    (savee, "KL_n30.wav", Clip("neutral", "neutral", "kl", "male", None, "en", "h05")),
    (emodb, "wav/16b10Wb.wav", Clip("anger", "Wut", "16", "female", 31, "de",
                                    "Die wird auf dem Platz sein, wo wir sie immer hinlegen", None, 2)),
])
def test_a_name_says_all_of_this(module, path, expected):
    assert parse(module, path) == expected


@pytest.mark.parametrize(("module", "path", "rule"), [
    (synthetic, "syn02m/syn01f_s03_ang_1.wav", "speaker-at-odds"),
    (synthetic, "syn01f_s03_xyz_1.wav", "unknown-label"),
    (ravdess, "actor-5/03-01-05-01-01-01-02.wav", "speaker-at-odds"),
    (ravdess, "03-01-05-01-01-01-25.wav", "speaker-at-odds"),
    (ravdess, "03-01-09-01-01-01-05.wav", "unknown-label"),
    (ravdess, "03-02-05-01-01-01-05.wav", "not-selected"),
    (tess, "OAF_neutral/YAF_bite_neutral.wav", "speaker-at-odds"),
    (tess, "OA_bite_neutral.wav", "speaker-at-odds"),
    (crema_d, "1001_IEO_SUR_HI.wav", "unknown-label"),
    (crema_d, "1092_IEO_ANG_HI.wav", "speaker-at-odds"),
    (savee, "DC/KL_a01.wav", "speaker-at-odds"),
    (savee, "DC/x01.wav", "unknown-label"),
    (emodb, "03a01Xa.wav", "unknown-label"),
    (emodb, "04a01Fa.wav", "speaker-at-odds"),
])
def test_a_name_that_cannot_be_is_unfit_by_this_rule(module, path, rule):
    outcome = parse(module, path)
    assert isinstance(outcome, Unfit)
    assert outcome.rule == rule


@pytest.mark.parametrize("module", [synthetic, ravdess, tess, crema_d, savee, emodb])
@pytest.mark.parametrize("path", ["recording.wav", "a01.wav", "1.wav", "03-01-05.wav", "1001_IEO.wav", "OAF_back.wav"])
def test_other_names_are_left_alone(module, path):
    assert parse(module, path) is None


def test_the_innermost_folder_tells_the_speaker():
    assert isinstance(parse(ravdess, "Actor_02/Actor_05/03-01-05-01-01-01-05.wav"), Clip)
    assert isinstance(parse(ravdess, "Actor_05/Actor_02/03-01-05-01-01-01-05.wav"), Unfit)


def test_song_is_taken_on_request_and_is_another_statement_than_speech():
    song = parse(ravdess, "03-02-05-01-01-01-05.wav", song=True)
    speech = parse(ravdess, "03-01-05-01-01-01-05.wav", song=True)
    assert isinstance(song, Clip)
    assert song.speaker == speech.speaker
    assert song != speech


def test_the_old_spelling_of_a_crema_d_name_is_the_same_clip():
    assert parse(crema_d, "1040_ITH_SAD_X.wav") == parse(crema_d, "1040_ITH_SAD_XX.wav")


VOTES = '''"","FileName","VoiceVote","VoiceLevel","FaceVote","FaceLevel","MultiModalVote","MultiModalLevel"
"1","1001_IEO_NEU_XX","N","69.1","H","92.22","A:D","64.78"
"2","1040_ITH_SAD_X","F","69.1","S","92.22","S","64.78"
'''


def test_crema_d_can_be_labelled_by_what_the_crowd_heard(tmp_path):
    (tmp_path / "processedResults").mkdir()
    (tmp_path / "processedResults/summaryTable.csv").write_text(VOTES)
    neutral = {label: parse(crema_d, "1001_IEO_NEU_XX.wav", tmp_path, label=label)
               for label in ("acted", "voice", "face", "multimodal")}
    assert [neutral[label].label for label in ("acted", "voice", "face")] == ["neutral", "neutral", "happiness"]
    assert neutral["face"].native_label == "HAP"
    assert isinstance(neutral["multimodal"], Unfit)
    assert "A:D" in neutral["multimodal"].reason
    assert parse(crema_d, "1040_ITH_SAD_XX.wav", tmp_path, label="voice").label == "fear"
    assert isinstance(parse(crema_d, "1002_IEO_NEU_XX.wav", tmp_path, label="voice"), Unfit)


@pytest.mark.parametrize(("votes", "message"), [(None, "summaryTable.csv"), ("a,b\n1,2\n", "is not the crowd's votes")])
def test_without_usable_votes_the_user_is_told_what_to_do(tmp_path, votes, message):
    if votes:
        (tmp_path / "summaryTable.csv").write_text(votes)
    with pytest.raises(UserError, match=message):
        crema_d.make_parser(tmp_path, label="voice")


@pytest.mark.parametrize(("path", "speaker"), [
    ("angry/a.wav", "unknown"),
    ("Ann/angry/a.wav", "ann"),
    ("folder/Ann/angry/a.wav", "ann"),
])
def test_folders_give_label_and_speaker(path, speaker):
    clip = parse(folder, path)
    assert (clip.label, clip.native_label, clip.speaker) == ("anger", "angry", speaker)


def test_a_deeper_folder_is_refused_with_what_it_would_have_been_taken_for():
    outcome = parse(folder, "anna/happy/session1/x.wav")
    assert isinstance(outcome, Unfit)
    assert outcome.rule == "off-pattern"
    assert "speaker happy, label session1" in outcome.reason
    assert "speaker anna, label happy" in outcome.reason


def test_a_file_in_no_folder_has_no_label():
    assert parse(folder, "a.wav") is None


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_says_what_its_clips_are(tmp_path, separator):
    rows = [["path", "label", "speaker", "sex", "age", "language", "note"],
            ["a.wav", "joy", "01", "F", "31", "fr", "x"], ["sub\\b.wav", "anger", "", "", "", "", ""]]
    (tmp_path / "my").mkdir()
    (tmp_path / "my/clips.csv").write_text("\n".join(separator.join(row) for row in rows))
    assert parse(table, "my/a.wav", tmp_path, file="my/clips.csv") == Clip("joy", "joy", "01", "female", 31, "fr")
    assert parse(table, "my/sub/b.wav", tmp_path, file="my/clips.csv") == Clip("anger", "anger", "unknown")
    assert parse(table, "my/c.wav", tmp_path, file="my/clips.csv").rule == "left-alone"
    assert parse(table, "other/c.wav", tmp_path, file="my/clips.csv") is None
    assert table.listed(tmp_path, file="my/clips.csv") == [PurePosixPath("my/a.wav"), PurePosixPath("my/sub/b.wav")]


def test_a_table_may_be_parquet(tmp_path):
    import pandas as pd
    rows = pd.DataFrame({"path": ["a.wav"], "label": ["joy"], "speaker": [7], "age": [30.0]})
    rows.to_parquet(tmp_path / "t.parquet")
    assert parse(table, "a.wav", tmp_path, file="t.parquet") == Clip("joy", "joy", "7", age=30)


@pytest.mark.parametrize(("text", "message"), [
    ("path,speaker\na.wav,1\n", "column 'label' is missing"),
    ("path,label\na.wav,\n", "row 1: no label"),
    ("path,label\na.wav,x\na.wav,y\n", "row 2: 'a.wav' is listed a second time"),
    ("path,label\na.wav,x\nb/../a.wav,y\n", "row 2: 'b/../a.wav' is listed a second time"),
    ("path,label,sex\na.wav,x,other\n", "sex 'other'"),
    ("path,label,age\na.wav,x,old\n", "age 'old'"),
    ("path,label,age\na.wav,x,inf\n", "age 'inf'"),
    ("path,label,age\na.wav,x,200\n", "age 200 is not from 0 to 130"),
])
def test_what_is_wrong_with_a_table_is_said(tmp_path, text, message):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(UserError, match=message):
        table.make_parser(tmp_path, file="t.csv")


@pytest.mark.parametrize(("file", "message"), [("", "ingest.table"), ("none.csv", "no such table"),
                                               ("bad.parquet", "cannot be read"), ("empty.csv", "cannot be read"),
                                               ("book.xlsx", "save it as CSV"), ("latin.csv", "no text in UTF-8")])
def test_a_table_that_cannot_be_read_is_named(tmp_path, file, message):
    (tmp_path / "bad.parquet").write_bytes(b"not parquet")
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04 and so on")
    (tmp_path / "latin.csv").write_bytes("path,label\na.wav,Ärger\n".encode("cp1252"))
    with pytest.raises(UserError, match=message):
        table.make_parser(tmp_path, file=file)
