"""A slow server that has a toy corpus, both as an archive and as single files."""

import hashlib
import json
import random
import threading
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import send_from_directory

_FILES = 300
_BYTES = 5_000
_PAUSE = 0.01
"""After each piece of an answer, of 8 kB, in s."""


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[Path]:
    """Serve a new folder while the block lasts.

    Parameters
    ----------
    folder : Path
        To be made.

    Yields
    ------
    Path
        A listing of what there is, for `toy_ser.py`.
    """
    contents = {f"wav/{number:03d}.wav": random.Random(number).randbytes(_BYTES) for number in range(_FILES)}
    (folder / "wav").mkdir(parents=True)
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        for path, content in contents.items():
            (folder / path).write_bytes(content)
            archive.write(folder / path, path)
    packed = (folder / "packed.zip").read_bytes()

    @Request.application
    def answer(request: Request) -> Response:
        response = send_from_directory(folder, request.path[1:], request.environ)
        response.response = _slowly(response.response)
        return response

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=_Quiet)
    address = f"http://127.0.0.1:{server.port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        (folder / "listing.json").write_text(json.dumps({
            "archive": f"{address}packed.zip", "checksum": f"sha256:{hashlib.sha256(packed).hexdigest()}",
            "bytes": len(packed), "files": address,
            "published": [{"path": path, "sha256": hashlib.sha256(content).hexdigest(), "bytes": _BYTES}
                          for path, content in contents.items()]}))
        yield folder / "listing.json"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _slowly(parts: Iterable[bytes]) -> Iterator[bytes]:
    for part in parts:
        yield part
        time.sleep(_PAUSE)
