"""A user's own corpora: patterns, tables, labels, and the files that describe them."""

from pathlib import Path, PurePosixPath

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from speech_emotion.core.errors import UserError
from speech_emotion.corpora import own
from speech_emotion.corpora.base import VOCABULARY, Clip, Unfit
from speech_emotion.corpora.own.pattern import Pattern
from speech_emotion.params.base import load
from speech_emotion.params.ingest import Description, Ingest


def parse(path, root=Path("root"), **description):
    corpus = own.from_description("mine", Description(**description), root, PurePosixPath(), "here")
    return corpus.make_parser(root)(PurePosixPath("root", path))


@pytest.mark.parametrize(("pattern", "path", "said"), [
    ("{speaker}/{label}/*.wav", "ann/sad/1.WAV", {"speaker": "ann", "label": "sad"}),
    ("{speaker}/{label}/*.wav", "ann/sad/1.flac", None),
    ("{speaker}/{label}/*", "ann/sad/1.flac", {"speaker": "ann", "label": "sad"}),
    ("{speaker}/{label}/*", "ann/sad/more/1.wav", None),
    ("{speaker}/**/{label}_*", "ann/sad_1.wav", {"speaker": "ann", "label": "sad"}),
    ("{speaker}/**/{label}_*", "ann/a/b/sad_1.wav", {"speaker": "ann", "label": "sad"}),
    ("{label}_{speaker}_*.wav", "sad_ann_2_b.wav", {"speaker": "ann", "label": "sad"}),
    ("{label}_{speaker}", "sad_ann.wav", {"speaker": "ann", "label": "sad"}),
    ("{speaker}_{label}", "ann_maria_sad.wav", None),
    ("{speaker}_{label}", "ann_very_sad.wav", {"speaker": "ann", "label": "very_sad"}),
    ("{speaker:2}{statement:3}{label:1}*", "03a01Fa.wav", {"speaker": "03", "statement": "a01", "label": "F"}),
    ("{label}#", "sad12.wav", {"label": "sad"}),
    ("?{speaker}/{speaker}_{label}", "xann/ann_sad.wav", {"speaker": "ann", "label": "sad"}),
    ("?{speaker}/{speaker}_{label}", "xann/bob_sad.wav", None),
    ("a.b/{label}/*", "a.b/sad/1.wav", {"label": "sad"}),
    ("a.b/{label}/*", "axb/sad/1.wav", None),
])
def test_a_pattern_takes_what_its_names_stand_for(pattern, path, said):
    assert Pattern(pattern, ["very_sad"]).match(PurePosixPath(path)) == said


@pytest.mark.parametrize(("pattern", "message"), [
    ("{speaker}/*", "must say with {label}"),
    ("{emotion}/*", "{emotion} is none of {label}, {speaker}"),
    ("{label/*", "a brace is not part of a {name}"),
    ("{speaker}{label}", "where does {speaker} end and {label} begin"),
])
def test_a_pattern_that_cannot_be_used_is_explained_with_its_place(pattern, message):
    with pytest.raises(UserError) as refused:
        parse("x.wav", pattern=pattern)
    assert str(refused.value).startswith(f"here: pattern '{pattern}'")
    assert message in str(refused.value)


def test_a_deeper_folder_is_an_error_that_shows_what_it_would_have_been_taken_for():
    outcome = parse("anna/happy/session1/x.wav", pattern="{speaker}/{label}/*.wav")
    assert isinstance(outcome, Unfit)
    assert outcome.rule == "off-pattern"
    assert "1 folder deeper" in outcome.reason
    assert "speaker happy, label session1" in outcome.reason
    assert "1 folder higher" in parse("anna/x.wav", pattern="{speaker}/{label}/*.wav").reason


def test_what_a_description_adds_is_in_the_clip():
    about = {"pattern": "{label}/*", "speaker_regex": "(spk[0-9])-", "language": "de", "labels": {"Wut": "anger"},
             "speakers": {"SPK1": {"sex": "female", "age": 31}}, "sex": "male"}
    assert parse("Wut/SPK1-3.wav".replace("SPK", "spk"), **about) == Clip(
        "anger", "Wut", "spk1", sex="female", age=31, language="de")
    assert parse("Wut/spk2-3.wav", **about) == Clip("anger", "Wut", "spk2", sex="male", language="de")
    assert "finds no speaker" in parse("Wut/3.wav", **about).reason
    assert parse("Wut/3.wav", pattern="{label}/*").speaker == "unknown"
    assert parse("Wut/3.wav", pattern="{label}/*", speaker="Me").speaker == "me"
    assert "sex 'x' is none of" in parse("x/Wut/3.wav", pattern="{sex}/{label}/*").reason


@pytest.mark.parametrize("ignore", ["raw", "*/raw", "ann/raw", "ann/r*", ["x", "raw/"]])
def test_ignored_folders_are_left_alone_at_any_depth(ignore):
    for path in ("ann/raw/1.wav", "ann/raw/deeper/1.wav"):
        assert parse(path, pattern="{speaker}/{label}/*", ignore=ignore).rule == "left-alone"
    assert isinstance(parse("ann/sad/raw.wav", pattern="{speaker}/{label}/*", ignore=ignore), Clip)


@pytest.mark.parametrize(("native", "label"), [
    ("HAPPY", "happiness"), ("surprised", "surprise"), ("Pleasant-Surprise", "surprise"), ("sad", "sadness"),
    ("ang", "anger"), ("frustrated", "frustrated"), ("joy", "joy"), ("Wut", "Wut"),
])
def test_labels_in_other_letters_are_the_common_ones(native, label):
    clip = parse(f"{native}/1.wav", pattern="{label}/*")
    assert (clip.label, clip.native_label) == (label, native)


def test_every_common_label_is_itself_and_a_user_may_keep_a_word():
    assert [own.known_as(label) for label in VOCABULARY] == list(VOCABULARY)
    assert parse("HAPPY/1.wav", pattern="{label}/*", labels={"HAPPY": "HAPPY"}).label == "HAPPY"
    assert parse("1/1.wav", pattern="{label}/*", labels={1: "Angry"}).label == "anger"


def test_a_table_may_have_other_columns_and_absolute_paths(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "root/meta").mkdir(parents=True)
    (tmp_path / "root/meta/t.csv").write_text(
        f"file;mood;who;label\n{tmp_path}/root/wav/a.wav;Wut;P1;x\n{elsewhere}/b.wav;sad;P2;y\nc.wav;sad;P2;z\n")
    about = Description(table="meta/t.csv", columns={"path": "file", "label": "mood", "speaker": "who"}, audio="wav",
                        labels={"Wut": "anger"})
    corpus = own.from_description("mine", about, tmp_path / "root", PurePosixPath(), "here")
    assert corpus.listed(tmp_path / "root") == [
        PurePosixPath("wav/a.wav"), PurePosixPath(f"{elsewhere}/b.wav"), PurePosixPath("wav/c.wav")]
    read = corpus.make_parser(tmp_path / "root")
    assert read(PurePosixPath("root/wav/a.wav")) == Clip("anger", "Wut", "p1")
    assert read(PurePosixPath(elsewhere, "b.wav")) == Clip("sadness", "sad", "p2")


def test_a_path_by_way_of_a_link_is_still_below_the_root(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real/t.csv").write_text(f"path,label\n{tmp_path}/real/a.wav,sad\n")
    corpus = own.from_description("mine", Description(table="t.csv"), tmp_path / "link", PurePosixPath(), "here")
    assert corpus.listed(tmp_path / "link") == [PurePosixPath("a.wav")]


@pytest.mark.parametrize(("columns", "message"), [
    ({"path": "file", "label": "feeling"}, "the column 'feeling' for the label is missing; it has file, mood"),
    (None, "the column 'path' is missing"),
])
def test_a_column_that_is_not_there_is_named_with_its_role(tmp_path, columns, message):
    (tmp_path / "t.csv").write_text("file,mood\na.wav,sad\n")
    with pytest.raises(UserError, match=message):
        parse("a.wav", tmp_path, table="t.csv", columns=columns)


@pytest.mark.parametrize(("description", "message"), [
    ({}, "must hold either `table` or `pattern`"),
    ({"table": "t.csv", "pattern": "{label}/*"}, "must hold either `table` or `pattern`"),
    ({"pattern": "{label}/*", "columns": {"path": "a", "label": "b"}}, "only a `table` has"),
    ({"table": "t.csv", "columns": {"path": "a"}}, "which column of the table is the label"),
    ({"table": "t.csv", "columns": {"path": "a", "labl": "b"}}, "columns.labl"),
    ({"pattern": "{label}/*", "speaker_regex": "spk"}, "must have a group"),
    ({"pattern": "{label}/*", "speaker_regex": "(spk"}, "is no regular expression"),
])
def test_a_description_that_contradicts_itself_is_refused(description, message):
    with pytest.raises(ValidationError, match=message):
        Description(**description)


def described(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


def test_slips_in_either_place_are_named_with_file_and_key(tmp_path, shipped):
    described(tmp_path, "calls/corpus.yaml", "{name: calls, patern: '{label}/*'}")
    with pytest.raises(UserError, match=r"calls/corpus.yaml has .*\n  patern: unknown key \(did you mean 'pattern"):
        own.described_corpora(tmp_path, [PurePosixPath("calls/corpus.yaml")], {})
    document = shipped()
    document["ingest"]["own"] = {"calls": {"pattern": "{label}/*", "langage": "de"}}
    YAML().dump(document, tmp_path / "params.yaml")
    with pytest.raises(UserError, match=r"ingest.own.calls.langage: unknown key \(did you mean 'language'"):
        load(tmp_path / "params.yaml", Ingest)


@pytest.mark.parametrize(("name", "message"), [
    ("Calls", "must begin with a letter"), ("1st", "must begin with a letter"), ("emodb", "name of a built-in corpus"),
    ("folder", "name of a built-in corpus"), ("lab", "is also described in ingest.own.lab"),
])
def test_a_name_is_checked(tmp_path, name, message):
    described(tmp_path, "x/corpus.yaml", f"{{name: {name}, pattern: '{{label}}/*'}}")
    with pytest.raises(UserError, match=message):
        own.described_corpora(tmp_path, [PurePosixPath("x/corpus.yaml")], {"lab": Description(pattern="{label}/*")})


def test_a_pattern_outside_the_root_is_refused(tmp_path):
    with pytest.raises(UserError, match="audio lies outside"):
        parse("x.wav", tmp_path, pattern="{label}/*", audio="/elsewhere")
