import shutil

import pytest
import soundfile

from speech_emotion.acquisition.validate import describe, validate
from speech_emotion.core.errors import UserError
from speech_emotion.corpora import published, registry
from speech_emotion.testing import make_corpus


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """All of RAVDESS by name: that is all that can be compared of it."""
    root = tmp_path_factory.mktemp("whole")
    make_corpus(root / "ravdess", "ravdess", clips=99, duration=0.001)
    return root


@pytest.fixture
def ravdess(whole, tmp_path):
    shutil.copytree(whole / "ravdess", tmp_path / "ravdess")
    return tmp_path / "ravdess"


def test_a_whole_corpus_is_complete(whole):
    result, = validate(whole)
    assert result.complete
    assert (result.expected, result.intact, result.converted, result.repeated) == (1440, 1440, 0, 0)
    assert not result.unknown
    assert "RAVDESS, speech: complete (by name alone" in describe(result)


def test_missing_and_unknown_files_are_named_and_other_containers_count(ravdess):
    (ravdess / "Actor_03/03-01-05-01-01-01-03.wav").unlink()
    one = ravdess / "Actor_04/03-01-05-01-01-01-04.wav"
    samples, rate = soundfile.read(one)
    soundfile.write(one.with_suffix(".flac"), samples, rate)
    one.unlink()
    shutil.copy(ravdess / "Actor_05/03-01-05-02-02-01-05.wav", ravdess / "Actor_05/03-01-05-01-01-01-02.wav")
    result, = validate(ravdess)
    assert not result.complete
    assert result.missing == ["Actor_03/03-01-05-01-01-01-03.wav"]
    assert result.unknown == ["Actor_05/03-01-05-01-01-01-02.wav"]
    assert (result.intact, result.converted) == (1438, 1)


def test_a_nested_second_copy_is_counted_as_such(ravdess):
    shutil.copytree(ravdess / "Actor_01", ravdess / "copy/Actor_01")
    result, = validate(ravdess)
    assert result.complete
    assert result.repeated == 60


def test_files_under_published_names_but_with_other_bytes_are_altered(tmp_path):
    make_corpus(tmp_path / "SAVEE", "savee", speakers=["dc"], labels=["anger"], clips=2)
    make_corpus(tmp_path / "emodb", "emodb", speakers=["03"], labels=["anger"])
    savee, emodb = validate(tmp_path)
    assert (savee.corpus.name, emodb.corpus.name) == ("savee", "emodb")
    assert savee.altered == ["SAVEE/DC/a01.wav", "SAVEE/DC/a02.wav"]
    assert len(savee.missing) == 478
    assert not savee.complete
    shown = describe(savee, limit=1)
    assert "altered: 2\n    SAVEE/DC/a01.wav\n    ... and 1 more" in shown
    assert "SAVEE/DC/a02.wav" in describe(savee, limit=None)


def test_the_flat_naming_is_the_same_corpus(tmp_path):
    paths = make_corpus(tmp_path / "savee", "savee", labels=["anger"])
    for path in paths:
        path.rename(tmp_path / "savee" / f"{path.parent.name}_{path.name}")
        path.parent.rmdir()
    result, = validate(tmp_path / "savee")
    assert len(result.altered) == 4
    assert not result.unknown


def test_a_corpus_that_should_be_there_and_is_not_is_reported(ravdess):
    tess, = validate(ravdess, ["tess"])
    assert len(tess.missing) == len(published.files(registry.CORPORA["tess"])) == 2800


def test_what_cannot_be_validated_is_said(tmp_path):
    with pytest.raises(UserError, match="there is no such folder"):
        validate(tmp_path / "none")
    with pytest.raises(UserError, match="holds no clip of a known corpus"):
        validate(tmp_path)
    with pytest.raises(UserError, match="unknown corpus"):
        validate(tmp_path, ["ravdes"])
    with pytest.raises(UserError, match="no published list"):
        validate(tmp_path, ["folder"])
