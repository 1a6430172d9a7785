"""What is proposed for folders and tables of many kinds, and that ingest takes it as it is."""

from itertools import product
from pathlib import Path

import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.ingest.intake import take_in
from speech_emotion.proposal import propose
from speech_emotion.testing import make_corpus, write_clip

PEOPLE = ("anna", "ben", "cleo", "dan")
GERMAN = {"Wut": "anger", "Angst": "fear", "Freude": "happiness"}


def write(folder: Path, name: str, labels=tuple(GERMAN), people=PEOPLE, takes=3) -> Path:
    """Clips of all speakers and labels, with their numbers from 1."""
    for seed, (speaker, label, take) in enumerate(product(people, labels, range(1, takes + 1))):
        write_clip(folder / name.format(speaker=speaker, label=label, take=take, seed=seed), seed, duration=0.05)
    return folder


def accepted(folder: Path, proposal) -> pd.DataFrame:
    """What ingest takes by the proposal as it was written."""
    proposal.target.write_text(proposal.text, "utf-8")
    intake = take_in(folder)
    assert intake.rejected.empty
    return intake.clips


@pytest.mark.parametrize(("names", "pattern"), [
    ("{speaker}/{label}/{take}.wav", "{speaker}/{label}/*"),
    ("{label}/{speaker}/{take}.wav", "{label}/{speaker}/*"),
    ("audio/wav/{speaker}/{label}/{take}.flac", "audio/wav/{speaker}/{label}/*"),
    ("{label}_{speaker}_{take}.wav", "{label}_{speaker}_*"),
    ("x-{speaker}-{take}-{label}.wav", "*-{speaker}-*-{label}"),
    ("{speaker}/{label}{take:02}.wav", "{speaker}/{label}#"),
    ("{speaker}/{label}_{take}_a_b.wav", "{speaker}/{label}_*"),
])
def test_folders_and_names_are_taken_apart(tmp_path, names, pattern):
    folder = write(tmp_path / "Zz 9", names)
    proposal = propose(folder)
    assert proposal.description.pattern == (pattern,)
    assert proposal.description.labels == GERMAN
    assert proposal.description.language == "de"
    clips = accepted(folder, proposal)
    assert set(clips["speaker"]) == {f"zz_9-{speaker}" for speaker in PEOPLE}
    assert clips["label"].value_counts().to_dict() == dict.fromkeys(GERMAN.values(), 12)


def test_codes_without_separators_are_read_by_their_places_and_asked_about(tmp_path):
    source = tmp_path / "blorp"
    make_corpus(source, "emodb", clips=3, duration=0.05)
    for path in sorted(source.rglob("*.wav")):  # other numbers than EMO-DB's speakers have
        path.rename(path.with_name(f"{70 + int(path.stem[:2])}{path.stem[2:]}.wav"))
    proposal = propose(source)
    assert proposal.description.pattern == ("wav/{speaker:2}???{label:1}*",)
    assert proposal.description.labels == {"A": "fear", "E": "disgust", "F": "happiness", "L": "boredom",
                                           "N": "neutral", "T": "sadness", "W": "anger"}
    assert "# ? the labels are codes, read as initials of words (de): check each of them" in proposal.text
    assert accepted(source, proposal)["speaker"].nunique() == 10


@pytest.mark.parametrize("absolute", [True, False])
def test_a_table_with_other_columns(tmp_path, absolute):
    folder = tmp_path / "study"
    audio = tmp_path / "elsewhere" if absolute else folder / "wav/all"
    rows = ["Nr;Aufnahme;Gefühl;VP;Geschlecht;Alter;Satz"]
    for seed, (person, label) in enumerate(product(range(4), list(GERMAN) * 3)):
        path = write_clip(audio / f"{seed:03}.wav", seed, duration=0.05)
        rows.append(f"{seed};{path if absolute else path.name};{label};VP{person};{'wm'[person % 2]};{30 + person};"
                    "Der Lappen liegt auf dem Eisschrank.")
    folder.mkdir(exist_ok=True)
    (folder / "Liste 1.csv").write_text("\n".join(rows), "utf-8")
    proposal = propose(folder)
    assert proposal.description == propose(folder / "Liste 1.csv").description
    assert proposal.description.columns == {"path": "Aufnahme", "label": "Gefühl", "speaker": "VP", "sex": "Geschlecht",
                                            "age": "Alter", "statement": "Satz"}
    assert proposal.description.audio == ("" if absolute else "wav/all")
    assert "# ? columns that nothing is taken from: Nr" in proposal.text
    clips = accepted(folder, proposal)
    assert clips.groupby("speaker")[["sex", "age"]].first().to_numpy().tolist() == [
        ["female", 30], ["male", 31], ["female", 32], ["male", 33]]


def test_what_is_not_known_is_asked(tmp_path):
    folder = write(tmp_path / "few", "{label}/{seed}.wav", labels=("HAPPY", "smug", "on"), people=("me",), takes=4)
    proposal = propose(folder)
    assert "# ? nothing in the paths looks like speakers" in proposal.text
    assert "# ? labels that mean nothing to this project: on, smug. They stay as they are" in proposal.text
    assert set(accepted(folder, proposal)["label"]) == {"happiness", "smug", "on"}
    two = write(tmp_path / "two", "{speaker}/{label}_{take}.wav", people=("s1", "s2"))
    assert "# ? 2 speakers: to test on a speaker who was never heard takes three" in propose(two).text
    write_clip(two / "s1/old/Wut_9.wav")
    assert "# ? 1 file will not be taken, such as s1/old/Wut_9.wav: 1 folder deeper" in propose(two).text


def test_a_corpus_that_is_known_is_recognised(tmp_path):
    make_corpus(tmp_path / "emodb", "emodb", clips=2, duration=0.05)
    proposal = propose(tmp_path / "emodb")
    assert "files are named as EMO-DB's (emodb), which needs no description" in proposal.text
    assert "name: my_emodb" in proposal.text


def test_rows_without_a_file_are_counted(tmp_path):
    folder = write(tmp_path / "study", "{seed}.wav")
    names = [f"{number}.wav" for number in range(40)]
    table = pd.DataFrame({"clip": names, "emotion": ["sad", "HAPPY"] * 20, "speaker_id": [*"abcd"] * 10})
    table.to_csv(folder / "t.csv", index=False)
    assert "# ? 4 of 40 rows name a file that is not there" in propose(folder).text


@pytest.mark.parametrize(("make", "message"), [
    (lambda root: None, "there is no such folder or table"),
    (lambda root: root.mkdir(), "holds no audio, and no table that names audio"),
    (lambda root: write(root, "{seed}.wav"), "neither folders nor file names look like labels"),
    (lambda root: write(root, "03-01-{seed:02}-01-02-01-12.wav"), "neither folders nor file names look like labels"),
])
def test_where_nothing_can_be_proposed_the_message_says_why(tmp_path, make, message):
    make(tmp_path / "root")
    with pytest.raises(UserError, match=message):
        propose(tmp_path / "root")


def test_a_table_that_names_no_audio_is_said_to_name_none(tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1.wav,sad\n2.wav,HAPPY\n")
    with pytest.raises(UserError, match=r"no column names audio that is there.*it has the columns a, b"):
        propose(tmp_path / "t.csv")
    for name in ("1.wav", "2.wav"):
        write_clip(tmp_path / name)
    (tmp_path / "t.csv").write_text("a,b\n1.wav,some words\n2.wav,other words\n")
    with pytest.raises(UserError, match="no column looks like labels"):
        propose(tmp_path / "t.csv")
