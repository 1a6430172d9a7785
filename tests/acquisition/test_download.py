"""Downloads of whole corpora: checked, and whole or not at all."""

import dataclasses
import hashlib
import resource
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import speech_emotion
from speech_emotion.acquisition.download import download
from speech_emotion.core.errors import UserError
from speech_emotion.corpora import registry
from speech_emotion.corpora.base import Corpus, Extra, FilesAt, Published


def left(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_an_archive_is_fetched_and_unpacked(emodb, packed, tmp_path):
    download(emodb(packed), tmp_path / "raw/emodb")
    assert len(list((tmp_path / "raw/emodb/wav").iterdir())) == 10
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["emodb"]


@pytest.mark.parametrize(("spoil", "message"), [
    (lambda server: server.files.update({"emodb.zip": b"something else"}), "its checksum differs"),
    (lambda server: server.files.clear(), r"no such file any more \(status 404\)"),
])
def test_a_wrong_or_missing_file_leaves_nothing(server, emodb, packed, tmp_path, spoil, message):
    corpus = emodb(packed)
    spoil(server)
    with pytest.raises(UserError, match=message):
        download(corpus, tmp_path / "emodb", pause=0.001)
    assert not list(tmp_path.iterdir())


@pytest.fixture
def hostile(tmp_path) -> bytes:
    """An archive with a path that leads out of the folder."""
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("wav/03a01Fa.wav", b"123")
        archive.writestr("../../evil.wav", b"456")
    data = (tmp_path / "evil.zip").read_bytes()
    (tmp_path / "evil.zip").unlink()
    return data


@pytest.fixture
def opened(monkeypatch) -> list[str]:
    """Names of the zip files that were opened by anyone since the test began."""
    names: list[str] = []
    init = zipfile.ZipFile.__init__

    def note(self, file, *args, **kwargs):
        names.append(Path(file).name)
        init(self, file, *args, **kwargs)

    monkeypatch.setattr(zipfile.ZipFile, "__init__", note)
    return names


@pytest.mark.parametrize("algorithm", ["md5", "sha256"])
def test_an_archive_that_is_not_the_published_one_is_not_even_opened(
        server, emodb, packed, hostile, opened, tmp_path, algorithm):
    corpus = emodb(packed, f"{algorithm}:{hashlib.new(algorithm, packed).hexdigest()}")
    server.files["emodb.zip"] = hostile
    with pytest.raises(UserError, match="its checksum differs"):
        download(corpus, tmp_path / "raw/emodb")
    assert opened == []
    assert left(tmp_path) == set()
    server.files["emodb.zip"] = packed
    download(corpus, tmp_path / "raw/emodb")
    assert set(opened) == {"emodb.zip"}


def test_an_archive_that_was_exchanged_after_it_was_fetched_is_fetched_again(server, emodb, packed, hostile, tmp_path):
    corpus = emodb(packed)
    (tmp_path / "raw/.emodb.download").mkdir(parents=True)
    (tmp_path / "raw/.emodb.download/emodb.zip").write_bytes(hostile)
    download(corpus, tmp_path / "raw/emodb")
    assert server.log == [("emodb.zip", None)]
    assert len(left(tmp_path / "raw/emodb")) == 10
    assert "evil.wav" not in left(tmp_path / "raw/emodb")


def test_a_published_archive_writes_nothing_outside_its_folder(emodb, hostile, tmp_path):
    download(emodb(hostile), tmp_path / "raw/emodb")
    assert left(tmp_path) == {"raw/emodb/wav/03a01Fa.wav", "raw/emodb/evil.wav"}


def test_a_published_archive_that_is_damaged_leaves_nothing(emodb, packed, tmp_path):
    with pytest.raises(UserError, match=r"emodb\.zip: is a damaged or unusual zip file"):
        download(emodb(packed[:-100]), tmp_path / "raw/emodb")
    assert not list((tmp_path / "raw").iterdir())


FETCH = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from speech_emotion.core.console import errors_for_people
from speech_emotion.corpora import registry
from speech_emotion.corpora.base import Archive
from speech_emotion.acquisition.download import download
import dataclasses
corpus = dataclasses.replace(registry.CORPORA["emodb"], source=Archive(sys.argv[2], sys.argv[3], int(sys.argv[4])))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[5]), int(sys.argv[5])))
with errors_for_people():
    download(corpus, Path(sys.argv[6]))
"""


UNLIMITED = str(resource.RLIM_INFINITY)


def start(corpus: Corpus, target: Path) -> subprocess.Popen:
    """Download in a process of its own."""
    source = corpus.source
    return subprocess.Popen([sys.executable, "-c", FETCH, Path(speech_emotion.__file__).parents[1], source.url,
                             source.checksum, str(source.bytes), UNLIMITED, target], stderr=subprocess.PIPE, text=True)


def wait_until(there: Callable[[], bool], process: subprocess.Popen) -> None:
    while not there():
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.001)


@pytest.fixture
def many(tmp_path) -> bytes:
    """An archive that takes a while to unpack."""
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for number in range(5000):
            archive.writestr(f"wav/{number:04d}.wav", b"RIFF")
    data = (tmp_path / "many.zip").read_bytes()
    (tmp_path / "many.zip").unlink()
    return data


def test_two_at_once_fetch_once_and_both_succeed(server, emodb, packed, tmp_path):
    corpus = emodb(packed)
    server.answers.clear()
    first = start(corpus, tmp_path / "raw/emodb")
    wait_until(lambda: bool(server.log), first)
    second = start(corpus, tmp_path / "raw/emodb")
    assert "waiting for another process" in second.stderr.readline()
    server.answers.set()
    said = [process.communicate()[1] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert server.log == [("emodb.zip", None)]
    assert len(left(tmp_path / "raw/emodb")) == 10
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["emodb"]
    assert "waiting for another process" not in said[0]


def test_who_waits_goes_on_when_the_other_is_killed(server, emodb, packed, tmp_path):
    corpus = emodb(packed)
    server.answers.clear()
    first = start(corpus, tmp_path / "raw/emodb")
    wait_until(lambda: bool(server.log), first)
    second = start(corpus, tmp_path / "raw/emodb")
    try:
        assert "waiting for another process" in second.stderr.readline()
    finally:
        first.kill()
        first.communicate()
    server.answers.set()
    second.communicate()
    assert second.returncode == 0
    assert len(left(tmp_path / "raw/emodb")) == 10
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["emodb"]


def test_killed_while_unpacking_it_leaves_nothing_for_long(server, emodb, many, tmp_path):
    corpus = emodb(many)
    process = start(corpus, tmp_path / "raw/emodb")
    wait_until(lambda: any((tmp_path / "raw").glob(".emodb.*.tmp/emodb/wav/*")), process)
    process.kill()
    process.communicate()
    assert not (tmp_path / "raw/emodb").exists()
    assert list((tmp_path / "raw").glob(".emodb.*.tmp"))
    server.log.clear()
    download(corpus, tmp_path / "raw/emodb")
    assert server.log == []  # the archive was there
    assert len(left(tmp_path / "raw/emodb")) == 5000
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["emodb"]


def test_killed_when_all_was_done_it_leaves_nothing_for_long(server, emodb, packed, tmp_path):
    corpus = emodb(packed)
    download(corpus, tmp_path / "raw/emodb")
    for folder in (".emodb.download", ".emodb.x7_k.tmp"):
        (tmp_path / "raw" / folder).mkdir()
    (tmp_path / "raw/.emodb.download/emodb.zip").write_bytes(packed)
    with pytest.raises(UserError, match="exists already"):
        download(corpus, tmp_path / "raw/emodb")
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["emodb"]
    assert len(left(tmp_path / "raw/emodb")) == 10


@pytest.mark.parametrize("room", [50_000, "unpacked"])
def test_a_full_disk_is_said_and_a_later_run_goes_on(server, emodb, packed, tmp_path, room):
    # The system refuses to let a file grow, as it does on a full disk: while fetching, or while unpacking.
    corpus = emodb(packed)
    if room == "unpacked":
        with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("wav/03a01Fa.wav", b"\0" * 900_000)
        packed, room = (tmp_path / "big.zip").read_bytes(), 100_000
        corpus = emodb(packed)
    source = Path(speech_emotion.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", FETCH, source, corpus.source.url, corpus.source.checksum,
                           str(len(packed)), str(room), tmp_path / "raw/emodb"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "raw/emodb").exists()
    assert [path.name for path in (tmp_path / "raw").iterdir()] == [".emodb.download"]
    server.log.clear()
    download(corpus, tmp_path / "raw/emodb")
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["emodb"]


def test_too_little_room_is_noticed_before_anything_is_fetched(server, emodb, packed, tmp_path):
    corpus = emodb(packed)
    corpus = dataclasses.replace(corpus, source=dataclasses.replace(corpus.source, bytes=1 << 60))
    with pytest.raises(UserError, match="the disk is full"):
        download(corpus, tmp_path / "emodb")
    assert not server.log


def test_a_folder_with_something_in_it_is_left_alone(server, emodb, packed, tmp_path):
    (tmp_path / "emodb").mkdir()
    (tmp_path / "emodb/mine.txt").write_text("x")
    with pytest.raises(UserError, match="exists already"):
        download(emodb(packed), tmp_path / "emodb")
    assert left(tmp_path) == {"emodb/mine.txt"}
    assert not server.log


@pytest.fixture
def toy(server) -> Corpus:
    """A corpus of single files, with a table beside them."""
    contents = {f"Audio/clip {number}.wav": bytes([number]) * 1000 for number in range(9)}
    server.files.update({path.replace(" ", "%20"): data for path, data in contents.items()})
    server.files["votes.csv"] = b"a,b"
    return dataclasses.replace(
        registry.CORPORA["crema_d"], name="toy",
        published=lambda: [Published(path, hashlib.sha256(data).hexdigest(), 1000) for path, data in contents.items()],
        source=FilesAt(server.base, (Extra(server.base + "votes.csv", "tables/votes.csv",
                                           f"sha256:{hashlib.sha256(b'a,b').hexdigest()}"),)))


def test_single_files_are_fetched_into_their_folders(server, toy, tmp_path):
    download(toy, tmp_path / "toy")
    assert left(tmp_path) == {"toy/tables/votes.csv", *(f"toy/Audio/clip {number}.wav" for number in range(9))}


def test_of_single_files_only_those_that_are_lacking_are_fetched_again(server, toy, tmp_path):
    whole = server.files.pop("Audio/clip%207.wav")
    with pytest.raises(UserError, match="no such file any more"):
        download(toy, tmp_path / "toy")
    assert not (tmp_path / "toy").exists()
    fetched = left(tmp_path / ".toy.download")
    assert fetched
    server.files["Audio/clip%207.wav"] = whole
    server.log.clear()
    download(toy, tmp_path / "toy")
    assert len(server.log) == 10 - len(fetched)
    assert len(left(tmp_path / "toy")) == 10


def test_single_files_come_without_what_a_killed_download_left(server, toy, tmp_path):
    work = tmp_path / ".toy.download"
    (work / "Audio").mkdir(parents=True)
    (work / ".parts").mkdir()
    (work / ".parts/votes.csv").write_bytes(b"a")
    (work / "Audio/tmpx7_k").touch()  # what pooch had made to write to
    download(toy, tmp_path / "toy")
    assert left(tmp_path) == {"toy/tables/votes.csv", *(f"toy/Audio/clip {number}.wav" for number in range(9))}
