"""Serve a page's folder to browsers of this machine alone."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from speech_emotion.core.errors import UserError

LOOPBACK = "127.0.0.1"
"""Where it is served: nobody else's machine can reach it, and browsers let it use the microphone without HTTPS."""

_TYPES = {"": "application/octet-stream", ".html": "text/html", ".css": "text/css", ".js": "text/javascript",
          ".json": "application/json", ".txt": "text/plain; charset=utf-8", ".wasm": "application/wasm"}


@contextmanager
def served(folder: Path, port: int = 0) -> Iterator[str]:
    """Serve a folder while the block runs.

    Parameters
    ----------
    folder : Path
        That `write` wrote.
    port : int
        On which; 0 for any that is free.

    Yields
    ------
    str
        The page's address.

    Raises
    ------
    UserError
        If the port cannot be had.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from urllib.request import urlopen
    >>> with TemporaryDirectory() as name:
    ...     _ = Path(name, "main.js").write_text("1")
    ...     with served(Path(name)) as address, urlopen(address + "main.js") as answer:
    ...         print(answer.headers["Content-Type"], answer.read())
    text/javascript b'1'
    """
    try:
        server = _Server((LOOPBACK, port), partial(_Handler, directory=str(folder)))
    except (OSError, OverflowError) as error:
        raise UserError(f"port {port} cannot be had ({error}); name another (--port), or 0 for any that is "
                        "free") from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield f"http://{LOOPBACK}:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a browser that is closed or goes on breaks off
            super().handle_error(request, client_address)


class _Handler(SimpleHTTPRequestHandler):
    """Types by this list, whatever the system's own says; nothing is kept by the browser, nothing is printed."""

    extensions_map = _TYPES

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass
