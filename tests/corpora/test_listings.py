"""The parsers on the complete lists of published names, in the spellings that real copies use."""

from collections import Counter
from pathlib import Path, PurePosixPath

import pytest

from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import VOCABULARY, Clip, Unfit

BY_NAME = [name for name, corpus in registry.CORPORA.items() if corpus.by_name]
LISTED = [name for name, corpus in registry.CORPORA.items() if published.files(corpus)]
LABEL_COUNTS = {
    "ravdess": {"anger": 192, "calm": 192, "disgust": 192, "fear": 192, "happiness": 192, "neutral": 96, "sadness": 192,
                "surprise": 192},
    "tess": {"anger": 400, "disgust": 400, "fear": 400, "happiness": 400, "neutral": 400, "sadness": 400,
             "surprise": 400},
    "crema_d": {"anger": 1271, "disgust": 1271, "fear": 1271, "happiness": 1271, "neutral": 1087, "sadness": 1271},
    "savee": {"anger": 60, "disgust": 60, "fear": 60, "happiness": 60, "neutral": 120, "sadness": 60, "surprise": 60},
    "emodb": {"anger": 127, "boredom": 81, "disgust": 46, "fear": 69, "happiness": 71, "neutral": 79, "sadness": 62},
}
SEXES = {"ravdess": {"female": 12, "male": 12}, "tess": {"female": 2}, "crema_d": {"female": 43, "male": 48},
         "savee": {"male": 4}, "emodb": {"female": 5, "male": 5}}


def parsed(name: str, spell=lambda path: path) -> dict[str, Clip | Unfit | None]:
    corpus = registry.CORPORA[name]
    parse = corpus.make_parser(Path("root"))
    return {file.path: parse(PurePosixPath("root", spell(file.path))) for file in published.files(corpus)}


def clips_of(name: str) -> list[Clip]:
    return [what for what in parsed(name).values() if isinstance(what, Clip)]


@pytest.mark.parametrize("name", LISTED)
def test_every_published_name_is_understood_and_is_another_clip(name):
    corpus, outcomes = registry.CORPORA[name], parsed(name)
    # TESS has one name with the wrong speaker, which the audit rejects.
    wrong = [path for path, what in outcomes.items() if not isinstance(what, Clip)]
    assert wrong == (["OAF_neutral/OA_bite_neutral.wav"] if name == "tess" else [])
    assert len(outcomes) == corpus.num_clips
    assert len(set(clips_of(name))) == len(outcomes) - len(wrong), "two names are the same clip"
    assert {clip.speaker for clip in clips_of(name)} == set(corpus.speakers)
    assert {clip.label for clip in clips_of(name)} == set(corpus.labels.values())


@pytest.mark.parametrize("name", BY_NAME)
def test_labels_are_of_the_common_vocabulary(name):
    assert set(registry.CORPORA[name].labels.values()) <= set(VOCABULARY)


@pytest.mark.parametrize("name", LABEL_COUNTS)
def test_counts_are_the_published_ones(name):
    expected = Counter(LABEL_COUNTS[name])
    if name == "tess":
        expected["neutral"] -= 1
    assert Counter(clip.label for clip in clips_of(name)) == expected
    assert Counter(sex for _, sex in {(clip.speaker, clip.sex) for clip in clips_of(name)}) == SEXES[name]


@pytest.mark.parametrize("name", LABEL_COUNTS)
@pytest.mark.parametrize("spell", [str.upper, str.lower, lambda path: f"copy/deep/{path}",
                                   lambda path: str(PurePosixPath(path).with_suffix(".flac")),
                                   lambda path: path.replace("_", "-")],
                         ids=["upper", "lower", "nested", "flac", "hyphens"])
def test_case_nesting_extension_and_separators_change_nothing(name, spell):
    if name == "ravdess" and spell("a_b") == "a-b":
        def spell(path):
            return str(PurePosixPath(path).with_stem(PurePosixPath(path).stem.replace("-", "_")))
    usual = {path: what for path, what in parsed(name).items() if isinstance(what, Clip)}
    assert {path: what for path, what in parsed(name, spell).items() if isinstance(what, Clip)} == usual


def test_savee_in_the_flat_naming_is_the_same_480_clips():
    assert parsed("savee", lambda path: path.replace("/", "_")) == parsed("savee")
    counts = Counter(what.speaker for what in parsed("savee").values())
    assert counts == {"dc": 120, "je": 120, "jk": 120, "kl": 120}


def test_the_stray_ravdess_file_is_at_odds_with_its_folder_and_the_other_1440_are_not():
    parse = registry.CORPORA["ravdess"].make_parser(Path("ravdess"))
    names = [file.path for file in published.files(registry.CORPORA["ravdess"])]
    assert len(names) == 1440
    stray = parse(PurePosixPath("ravdess/Actor_05/03-01-05-01-01-01-02.wav"))
    assert isinstance(stray, Unfit)
    assert stray.rule == "speaker-at-odds"
    assert Counter(name.split("/")[0] for name in names) == {f"Actor_{actor:02}": 60 for actor in range(1, 25)}


@pytest.mark.parametrize("name", LISTED)
def test_a_name_is_of_one_corpus_only(name):
    for other in set(BY_NAME) - {name}:
        parse = registry.CORPORA[other].make_parser(Path("root"))
        files = published.files(registry.CORPORA[name])
        assert not [file.path for file in files if parse(PurePosixPath("root", file.path))], other


def test_ages_and_sexes_of_crema_d_are_those_of_its_demographics():
    speakers = registry.CORPORA["crema_d"].speakers
    assert len(speakers) == 91
    assert (speakers["1001"].sex, speakers["1001"].age) == ("male", 51)
    assert (speakers["1034"].sex, speakers["1034"].age) == ("male", 74)
    assert (speakers["1091"].sex, speakers["1091"].age) == ("female", 29)
    assert sum(speaker.age for speaker in speakers.values()) == 3315


def test_the_index_files_are_small():
    from importlib import resources

    from speech_emotion.corpora import index
    sizes = [len(file.read_bytes()) for file in resources.files(index).iterdir() if file.name.endswith(".parquet")]
    assert len(sizes) == 4
    assert sum(sizes) < 500_000


def test_an_index_is_made_from_a_listing_with_the_same_bytes_each_time(tmp_path):
    listing = tmp_path / "a.tsv"
    rows = [f"{'ab' * 32}\t12\twav/03a01Fa.wav", f"{'cd' * 32}\t34\twav/03a01Nc.wav"]
    made = []
    for order in (rows, rows[::-1]):
        listing.write_text("\n".join(["sha256\tbytes\tpath", *order, ""]))
        published.build(listing, tmp_path / "out.parquet")
        made.append((tmp_path / "out.parquet").read_bytes())
    assert made[0] == made[1]
