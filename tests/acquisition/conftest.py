"""A real HTTP server on this machine, which misbehaves on request, and a small corpus that it serves."""

import dataclasses
import hashlib
import re
import threading
import zipfile
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from speech_emotion.corpora import registry
from speech_emotion.corpora.base import Archive, Corpus
from speech_emotion.testing import make_corpus


class Server(ThreadingHTTPServer):
    """Serves `files`, once `answers` is set; `cut` says after how many bytes the next answers for a path break off."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files: dict[str, bytes] = {}
        self.cut: dict[str, list[int]] = {}
        self.ranges = True
        self.busy = 0
        self.answers = threading.Event()
        self.answers.set()
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
        self.server.answers.wait(60)
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


@pytest.fixture
def emodb(server: Server) -> Callable[..., Corpus]:
    """A function that serves an archive as EMO-DB's and gives the corpus, which expects that archive's checksum."""

    def serve(data: bytes, checksum: str | None = None) -> Corpus:
        server.files["emodb.zip"] = data
        return dataclasses.replace(registry.CORPORA["emodb"], source=Archive(
            server.base + "emodb.zip", checksum or f"md5:{hashlib.md5(data).hexdigest()}", len(data)))

    return serve
