"""Downloads from a real HTTP server on this machine, which misbehaves on request."""

import dataclasses
import hashlib
import json
import re
import subprocess
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import speech_emotion
from speech_emotion.acquisition import download as downloading
from speech_emotion.acquisition.download import download
from speech_emotion.core.errors import UserError
from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import Archive, Corpus, Dataverse, Extra, FilesAt, Published
from speech_emotion.testing import make_corpus


class Server(ThreadingHTTPServer):
    """Serves `files`; `cut` says after how many bytes the next answers for a path break off."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cut: dict[str, list[int]] = {}
        self.ranges = True
        self.busy = 0
        self.log: list[tuple[str, str | None]] = []

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path[1:]
        wanted = self.headers.get("Range")
        self.server.log.append((name, wanted))
        if self.server.busy:
            self.server.busy -= 1
            return self._answer(503, b"", {})
        if name not in self.server.files:
            return self._answer(404, b"no such file", {})
        data, status, headers = self.server.files[name], 200, {}
        if wanted and self.server.ranges:
            start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if start >= len(data):
                return self._answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            headers = {"Content-Range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
            data, status = data[start:], 206
        cuts = self.server.cut.get(name)
        return self._answer(status, data, headers, cuts.pop(0) if cuts else None)

    def _answer(self, status, data, headers, cut=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def packed(tmp_path_factory) -> bytes:
    folder = tmp_path_factory.mktemp("packed")
    files = make_corpus(folder / "in", "emodb", labels=["anger"], clips=1)
    with zipfile.ZipFile(folder / "emodb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder / "in"))
    return (folder / "emodb.zip").read_bytes()


def emodb(server: Server, data: bytes, checksum: str | None = None) -> Corpus:
    server.files["emodb.zip"] = data
    return dataclasses.replace(registry.CORPORA["emodb"], source=Archive(
        server.base + "emodb.zip", checksum or f"md5:{hashlib.md5(data).hexdigest()}", len(data)))


def left(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_an_archive_is_fetched_and_unpacked(server, packed, tmp_path):
    download(emodb(server, packed), tmp_path / "raw/emodb")
    assert len(list((tmp_path / "raw/emodb/wav").iterdir())) == 10
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["emodb"]


def test_a_cut_connection_is_taken_up_where_it_broke(server, packed, tmp_path):
    server.cut["emodb.zip"] = [70_000, 30_000]
    download(emodb(server, packed), tmp_path / "emodb", pause=0.01)
    assert (tmp_path / "emodb/wav").is_dir()
    starts = [wanted for _, wanted in server.log]
    assert starts[0] is None
    assert [int(re.search(r"\d+", wanted)[0]) for wanted in starts[1:]] == [70_000, 100_000]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(server, packed, tmp_path):
    server.cut["emodb.zip"] = [70_000] + [0] * downloading.ATTEMPTS
    with pytest.raises(UserError, match="run the same command to go on"):
        download(emodb(server, packed), tmp_path / "emodb", pause=0.001)
    assert not (tmp_path / "emodb").exists()
    server.log.clear()
    download(emodb(server, packed), tmp_path / "emodb")
    assert server.log == [("emodb.zip", "bytes=70000-")]
    assert left(tmp_path) == {f"emodb/{path}" for path in left(tmp_path / "emodb")}


def test_a_server_that_cannot_resume_sends_all_again(server, packed, tmp_path):
    server.ranges = False
    server.cut["emodb.zip"] = [70_000]
    download(emodb(server, packed), tmp_path / "emodb", pause=0.001)
    assert (tmp_path / "emodb/wav").is_dir()


def test_a_busy_server_is_asked_again(server, packed, tmp_path):
    server.busy = 2
    download(emodb(server, packed), tmp_path / "emodb", pause=0.001)
    assert (tmp_path / "emodb/wav").is_dir()


def test_a_file_that_was_replaced_by_a_shorter_one_is_fetched_anew(server, packed, tmp_path):
    server.cut["emodb.zip"] = [len(packed) - 1] + [0] * downloading.ATTEMPTS
    with pytest.raises(UserError, match="the connection failed"):
        download(emodb(server, packed), tmp_path / "emodb", pause=0.001)
    part, = (tmp_path / ".emodb.download/.parts").iterdir()
    part.write_bytes(packed + b"more")
    download(emodb(server, packed), tmp_path / "emodb", pause=0.001)
    assert (tmp_path / "emodb/wav").is_dir()


@pytest.mark.parametrize(("spoil", "message"), [
    (lambda server: server.files.update({"emodb.zip": b"something else"}), "its checksum differs"),
    (lambda server: server.files.clear(), r"no such file any more \(status 404\)"),
])
def test_a_wrong_or_missing_file_leaves_nothing(server, packed, tmp_path, spoil, message):
    corpus = emodb(server, packed)
    spoil(server)
    with pytest.raises(UserError, match=message):
        download(corpus, tmp_path / "emodb", pause=0.001)
    assert not list(tmp_path.iterdir())


def test_no_server_at_all_is_said(server, packed, tmp_path):
    corpus = emodb(server, packed)
    server.shutdown()
    server.server_close()
    with pytest.raises(UserError, match="the connection failed"):
        download(corpus, tmp_path / "emodb", pause=0.001)
    assert not list(tmp_path.iterdir())


def test_a_hostile_archive_leaves_nothing(server, tmp_path):
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as archive:
        archive.writestr("wav/a.wav", b"123")
        archive.writestr("../../evil.wav", b"123")
    data = (tmp_path / "evil.zip").read_bytes()
    with pytest.raises(UserError, match="leads out of the folder"):
        download(emodb(server, data), tmp_path / "raw/emodb")
    assert left(tmp_path) == {"evil.zip"}
    assert not list((tmp_path / "raw").iterdir())


FULL_DISK = """
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


@pytest.mark.parametrize("room", [50_000, "unpacked"])
def test_a_full_disk_is_said_and_a_later_run_goes_on(server, packed, tmp_path, room):
    # The system refuses to let a file grow, as it does on a full disk: while fetching, or while unpacking.
    corpus = emodb(server, packed)
    if room == "unpacked":
        with zipfile.ZipFile(tmp_path / "big.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("wav/03a01Fa.wav", b"\0" * 900_000)
        packed, room = (tmp_path / "big.zip").read_bytes(), 100_000
        corpus = emodb(server, packed)
    source = Path(speech_emotion.__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", FULL_DISK, source, corpus.source.url, corpus.source.checksum,
                           str(len(packed)), str(room), tmp_path / "raw/emodb"], capture_output=True, text=True)
    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "raw/emodb").exists()
    assert [path.name for path in (tmp_path / "raw").iterdir()] == [".emodb.download"]
    server.log.clear()
    download(corpus, tmp_path / "raw/emodb")
    assert [path.name for path in (tmp_path / "raw").iterdir()] == ["emodb"]


def test_too_little_room_is_noticed_before_anything_is_fetched(server, packed, tmp_path):
    corpus = emodb(server, packed)
    corpus = dataclasses.replace(corpus, source=dataclasses.replace(corpus.source, bytes=1 << 60))
    with pytest.raises(UserError, match="the disk is full"):
        download(corpus, tmp_path / "emodb")
    assert not server.log


def test_a_folder_with_something_in_it_is_left_alone(server, packed, tmp_path):
    (tmp_path / "emodb").mkdir()
    (tmp_path / "emodb/mine.txt").write_text("x")
    with pytest.raises(UserError, match="exists already"):
        download(emodb(server, packed), tmp_path / "emodb")
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


def test_crema_d_has_an_address_and_a_checksum_for_every_clip():
    corpus = registry.CORPORA["crema_d"]
    items = downloading.items(corpus)
    assert len(items) == 7443
    assert items[0].url == ("https://media.githubusercontent.com/media/CheyneyComputerScience/CREMA-D/master/"
                            "AudioWAV/1001_DFA_ANG_XX.wav")
    assert items[0].checksum == "sha256:c6f94b2592487c7556bd86df7df6e8f4420d1b9c11414aeec9d8e5e640b51495"
    assert downloading.size(corpus) == sum(file.bytes for file in published.files(corpus))


def test_a_dataverse_is_asked_for_the_numbers_of_its_files(server):
    names = [Path(file.path).name for file in published.files(registry.CORPORA["tess"])]
    listing = {"data": [{"dataFile": {"id": number, "filename": name.upper()}} for number, name in enumerate(names)]}
    server.files["api/datasets/:persistentId/versions/:latest-published/files?persistentId=doi:1"] = (
        json.dumps(listing).encode())
    corpus = dataclasses.replace(registry.CORPORA["tess"], source=Dataverse(server.base.rstrip("/"), "doi:1"))
    items = downloading.items(corpus)
    assert len(items) == 2800
    assert items[5].url == f"{server.base}api/access/datafile/5"
    assert items[5].path == published.files(registry.CORPORA["tess"])[5].path
    listing["data"].pop()
    server.files["api/datasets/:persistentId/versions/:latest-published/files?persistentId=doi:1"] = (
        json.dumps(listing).encode())
    with pytest.raises(UserError, match="no longer lists 1 files of TESS"):
        downloading.items(corpus)


@pytest.mark.parametrize("answer", [b"<html>", b'{"data": 3}', b'{"data": [{"x": 1}]}'])
def test_a_dataverse_that_answers_something_else_is_said_to(server, answer):
    server.files["api/datasets/:persistentId/versions/:latest-published/files?persistentId=doi:1"] = answer
    corpus = dataclasses.replace(registry.CORPORA["tess"], source=Dataverse(server.base.rstrip("/"), "doi:1"))
    with pytest.raises(UserError, match="does not answer with a list"):
        downloading.items(corpus)
