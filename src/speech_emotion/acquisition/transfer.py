"""Get files from other people's servers: patiently, and going on where an answer broke off."""

import time
from pathlib import Path
from typing import Any

import requests
import urllib3
from tqdm import tqdm

from speech_emotion.core.errors import UserError

ATTEMPTS = 5
"""Attempts without a single new byte before giving up."""
TIMEOUT = (15, 60)
"""Seconds to wait for a connection, and for the next bytes."""
_CHUNK = 1 << 16


def refusal(url: str, status: int) -> UserError:
    """Make the error for an address that a server does not serve.

    Parameters
    ----------
    url : str
        The address.
    status : int
        The HTTP status of the answer, 400 or more.

    Returns
    -------
    UserError

    Examples
    --------
    >>> raise refusal("https://zenodo.org/x.zip", 404)
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: https://zenodo.org/x.zip: there is no such file any more (status 404); \
see the corpus's homepage, or try again later
    """
    reason = "there is no such file any more" if status in (404, 410) else "the server refuses it"
    return UserError(f"{url}: {reason} (status {status}); see the corpus's homepage, or try again later")


class ResumingDownloader:
    """A downloader for pooch that goes on where an earlier attempt was cut off.

    Parameters
    ----------
    part : Path
        Where what has come so far is kept.
    progress : tqdm
        Is told of every byte that comes.
    pause : float
        Seconds to wait after a failed attempt; doubled each time.
    """

    def __init__(self, part: Path, progress: "tqdm[Any]", pause: float) -> None:
        self.part = part
        self.progress = progress
        self.pause = pause

    def __call__(self, url: str, output_file: Any, _pooch: Any) -> None:
        """Fetch an address into a file, as pooch asks for it."""
        self.part.parent.mkdir(parents=True, exist_ok=True)
        failures = 0
        while True:
            before = self._fetched()
            try:
                self._attempt(url)
                break
            except (requests.ConnectionError, requests.Timeout, urllib3.exceptions.HTTPError) as error:
                failures = failures + 1 if self._fetched() == before else 0
                if failures == ATTEMPTS:
                    raise UserError(f"{url}: the connection failed {ATTEMPTS} times ({type(error).__name__}); run the "
                                    "same command to go on where it stopped") from error
                time.sleep(self.pause * 2**failures)
        self.part.replace(output_file)

    def _fetched(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _attempt(self, url: str) -> None:
        fetched = self._fetched()
        # Not compressed on the way: positions in the file are to be positions in what is sent.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={fetched}-"} if fetched else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                # All was there already, or more than there is: the checksum will tell.
                if answer.headers.get("Content-Range", "").rpartition("/")[2] == str(fetched):
                    return
                self.part.unlink()
                raise requests.ConnectionError("the server's file is shorter than what was fetched before")
            if answer.status_code >= 500 or answer.status_code == requests.codes.too_many_requests:
                raise requests.ConnectionError(f"status {answer.status_code}")
            if answer.status_code >= 400:
                raise refusal(url, answer.status_code)
            resumed = answer.status_code == requests.codes.partial_content
            due = int(answer.headers.get("Content-Length", -1))
            with self.part.open("ab" if resumed else "wb") as file:
                # Whatever has come is written at once: a whole chunk that never fills would be lost at a cut.
                while chunk := answer.raw.read1(_CHUNK):
                    file.write(chunk)
                    self.progress.update(len(chunk))
                    due -= len(chunk)
            if due > 0:
                raise requests.ConnectionError("the connection was cut")
