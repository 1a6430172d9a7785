"""A user's own corpora beside the built-in ones: who takes which file, and what ingest says."""

from pathlib import Path

import pandas as pd
import pytest

from speech_emotion import manifest
from speech_emotion.core.errors import UserError
from speech_emotion.ingest.intake import take_in
from speech_emotion.ingest.summary import summary, text
from speech_emotion.params.ingest import Description
from speech_emotion.testing import make_corpus, write_clip


@pytest.fixture
def root(tmp_path):
    """Two own corpora, one by a pattern and one by a table, beside a built-in one."""
    root = tmp_path / "audio"
    for seed, clip in enumerate(["ann/HAPPY/1.wav", "ann/Wut/1.wav", "bob/HAPPY/1.wav"]):
        write_clip(root / "calls2" / clip, seed)
    (root / "calls2/corpus.yaml").write_text("{name: calls2, pattern: '{speaker}/{label}/*', labels: {Wut: anger}}")
    write_clip(root / "lab/one.wav", 10)
    write_clip(root / "lab/unlisted.wav", 11)
    (root / "lab/t.csv").write_text("path,label,speaker\none.wav,sad,cleo\n")
    make_corpus(root / "emodb", "emodb", speakers=["03"], labels=["anger"])
    return root


LAB = {"lab": Description(table="lab/t.csv")}


def taken(intake) -> dict[str, int]:
    return intake.clips.groupby("corpus").size().to_dict()


def said(intake) -> str:
    return text(summary(intake.clips, intake.rejected, intake.files), intake.not_selected, intake.notices)


def test_all_are_taken_by_default_and_some_by_name(root, tmp_path):
    everything = take_in(root, own=LAB)
    assert taken(everything) == {"calls2": 3, "emodb": 1, "lab": 1}
    assert everything.rejected.empty
    manifest.write(everything.clips, tmp_path / "manifest.parquet")  # where a name has a digit
    assert set(manifest.read(tmp_path / "manifest.parquet")["speaker"]) == {
        "calls2-ann", "calls2-bob", "emodb-03", "lab-cleo"}
    some = take_in(root, ["lab", "emodb"], own=LAB)
    assert taken(some) == {"emodb": 1, "lab": 1}
    assert some.not_selected == {"calls2": 3}
    assert some.rejected.empty
    assert taken(take_in(root, ["calls2"], own=LAB)) == {"calls2": 3}
    with pytest.raises(UserError, match=r"ingest.corpora: unknown corpus 'cals2' \(did you mean 'calls2'\?\)"):
        take_in(root, ["cals2"])


def test_ingest_says_how_labels_were_read_and_what_was_left_alone(root):
    shown = said(take_in(root, own=LAB))
    assert "note: calls2: label HAPPY is taken as happiness (2 clips)" in shown
    assert "note: lab: label sad is taken as sadness (1 clip)" in shown
    assert "Wut" not in shown
    assert "note: lab: 1 file left alone: is not in lab/t.csv" in shown


def test_a_deeper_file_is_rejected_and_shown(root):
    write_clip(root / "calls2/ann/Wut/old/2.wav", 20)
    intake = take_in(root, ["calls2"])
    assert intake.rejected[["corpus", "path", "rule"]].to_numpy().tolist() == [
        ["calls2", "calls2/ann/Wut/old/2.wav", "off-pattern"]]
    assert "such as calls2/ann/Wut/old/2.wav: 1 folder deeper" in said(intake)


def test_the_innermost_description_decides(root):
    write_clip(root / "calls2/inner/sad/1.wav", 30)
    (root / "calls2/inner/corpus.yaml").write_text("{name: inner, pattern: '{label}/*'}")
    assert taken(take_in(root, ["calls2", "inner"])) == {"calls2": 3, "inner": 1}
    assert take_in(root, ["calls2"]).not_selected["inner"] == 1


def test_a_description_of_the_root_leaves_built_in_corpora_alone(root):
    (root / "calls2/corpus.yaml").unlink()
    intake = take_in(root, own={"all": Description(pattern="*/{speaker}/{label}/*")})
    assert taken(intake) == {"all": 3, "emodb": 1}


def test_a_table_of_the_root_leaves_built_in_corpora_alone_unless_it_lists_their_clips(root):
    (root / "corpus.yaml").write_text("{name: listed, table: t.csv}")
    clip, = (root / "emodb/wav").iterdir()
    other = write_clip(clip.with_name("03a02Wb.wav"), 40)
    (root / "t.csv").write_text(f"path,label,speaker\nemodb/wav/{other.name},sad,x\n")
    assert taken(take_in(root, ["listed", "emodb"])) == {"emodb": 1, "listed": 1}


def test_what_is_described_is_not_taken_for_a_corpus_by_its_names(tmp_path):
    """EMO-DB's names in a folder of another name, of which a table lists one."""
    first, *_ = make_corpus(tmp_path / "emodb/quux", "emodb", speakers=["03"], labels=["anger", "fear"])
    (tmp_path / "emodb/quux/corpus.yaml").write_text("{name: quux, table: t.csv}")
    (tmp_path / "emodb/quux/t.csv").write_text(f"path,label,speaker\nwav/{first.name},sad,x\n")
    intake = take_in(tmp_path)
    assert intake.clips[["corpus", "label"]].to_numpy().tolist() == [["quux", "sadness"]]
    assert "quux: 1 file left alone: is not in t.csv" in intake.notices
    assert take_in(tmp_path, ["quux"]).clips["corpus"].tolist() == ["quux"]
    with pytest.raises(UserError, match=r"none of what ingest.corpora selects.*but 2 of quux"):
        take_in(tmp_path, ["emodb"])


def test_a_speaker_may_be_called_like_a_corpus(tmp_path):
    write_clip(tmp_path / "mine/Tess/sad/1.wav")
    own = {"mine": Description(pattern="mine/{speaker}/{label}/*")}
    assert take_in(tmp_path, own=own).clips["speaker"].tolist() == ["mine-tess"]


def test_a_table_is_taken_where_no_corpus_is_named(root):
    options = {"table": {"file": "lab/t.csv"}}
    assert taken(take_in(root, options=options)) == {"calls2": 3, "emodb": 1, "table": 1}
    intake = take_in(root, ["emodb"], options=options)
    assert taken(intake) == {"emodb": 1}
    assert "ingest.table is set, but ingest.corpora does not name the corpus table" in intake.notices


def test_audio_outside_the_root_is_taken_by_absolute_paths_and_said_to_be_unwatched(tmp_path):
    outside = write_clip(tmp_path / "elsewhere/one.wav", 1)
    inside = write_clip(tmp_path / "root/wav/two.wav", 2)
    (tmp_path / "root/t.csv").write_text(f"path,label,speaker\n{outside},sad,1\n{inside},sad,2\n/no/where.wav,sad,3\n")
    intake = take_in(tmp_path / "root", own={"lab": Description(table="t.csv")})
    assert sorted(intake.files["path"]) == sorted([str(outside), "wav/two.wav"])
    assert not intake.clips.astype(str).apply(lambda column: column.str.contains(str(tmp_path))).any(axis=None)
    assert intake.rejected[["path", "rule"]].to_numpy().tolist() == [["/no/where.wav", "missing"]]
    assert "lab: 1 file outside ingest.root, where DVC sees no changes; after one, run: dvc repro --force ingest" in (
        intake.notices)


def test_a_table_outside_the_root_is_said_to_be_unwatched(root, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("path,label,speaker\none.wav,sad,1\n")
    intake = take_in(root, ["lab"], own={"lab": Description(table=str(table), audio="lab")})
    assert taken(intake) == {"lab": 1}
    assert any(notice.startswith("lab: its table lies outside ingest.root") for notice in intake.notices)


def test_when_all_is_left_alone_the_message_says_so(tmp_path):
    write_clip(tmp_path / "raw/1.wav")
    with pytest.raises(UserError, match="1 files of mine are left alone: lies in an ignored folder"):
        take_in(tmp_path, own={"mine": Description(pattern="{label}/*", ignore="raw")})


def test_where_a_description_stands_makes_no_difference(root, tmp_path):
    before = take_in(root, ["calls2"])
    (root / "calls2/corpus.yaml").unlink()
    own = {"calls2": Description(pattern="{speaker}/{label}/*", audio="calls2", labels={"Wut": "anger"})}
    after = take_in(root, ["calls2"], own=own)
    pd.testing.assert_frame_equal(before.clips, after.clips)
    assert Path(before.files["path"][0]).parts[0] == "calls2"


def by_table(folder, text):
    for seed, name in enumerate("abc"):
        write_clip(folder / f"{name}.wav", seed)
    (folder / "t.csv").write_text(text, "utf-8")
    return take_in(folder, ["table"], options={"table": {"file": "t.csv"}})


@pytest.mark.parametrize("label", ["None", "null", "nan", "NA", "N/A", "$x$", "$"])
def test_a_label_is_what_the_table_says_even_if_programs_read_it_as_missing(tmp_path, label):
    clips = by_table(tmp_path, f"path,label,speaker\na.wav,{label},{label}\n").clips
    assert clips[["label", "speaker"]].to_numpy().tolist() == [[label, f"table-{label.lower()}"]]


@pytest.mark.parametrize(("rows", "message"), [
    ("a.wav,joy,1,12\nb.wav,joy,2,3\n", "t.csv, row 1: has 4 values for 3 columns"),
    ("a.wav,joy,1\nb.wav,joy,2,3,4\n", "t.csv, row 2: has 5 values for 3 columns"),
    ('a.wav,joy,1\n"b.wav,joy,2\n', "cannot be read as a table"),
    ("", "no clip is left to take"),
    ("a.wav,,1\n", "t.csv, row 1: no label"),
])
def test_ragged_rows_are_named(tmp_path, rows, message):
    with pytest.raises(UserError, match=message):
        by_table(tmp_path, f"path,label,speaker\n{rows}")


def test_what_spreadsheets_leave_at_the_end_of_rows_does_not_matter(tmp_path):
    intake = by_table(tmp_path, "path,label,speaker,,\na.wav,joy,1,,\nb.wav,joy\n,,,,\n\n")
    assert sorted(intake.clips["speaker"]) == ["table-1", "table-unknown"]


@pytest.mark.parametrize("age", ["400", "-1", "1e400", "inf"])
def test_ages_that_nobody_has_are_named(tmp_path, age):
    with pytest.raises(UserError, match=f"t.csv, row 1, 'a.wav': age '?{age}'? is not"):
        by_table(tmp_path, f"path,label,age\na.wav,joy,{age}\n")


def test_a_path_that_is_too_long_is_missing(tmp_path):
    intake = by_table(tmp_path, f"path,label\na.wav,joy\n{'x' * 300}.wav,joy\n")
    assert list(intake.rejected["rule"]) == ["missing"]
