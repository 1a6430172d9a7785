"""Fetching files from servers that break off, are busy, or are not there."""

import re

import pytest

from speech_emotion.acquisition.download import download
from speech_emotion.acquisition.transfer import ATTEMPTS
from speech_emotion.core.errors import UserError


def test_a_cut_connection_is_taken_up_where_it_broke(server, emodb, packed, tmp_path):
    server.cut["emodb.zip"] = [70_000, 30_000]
    download(emodb(packed), tmp_path / "emodb", pause=0.01)
    assert (tmp_path / "emodb/wav").is_dir()
    starts = [wanted for _, wanted in server.log]
    assert starts[0] is None
    assert [int(re.search(r"\d+", wanted)[0]) for wanted in starts[1:]] == [70_000, 100_000]


def test_a_later_run_goes_on_where_an_earlier_one_gave_up(server, emodb, packed, tmp_path):
    server.cut["emodb.zip"] = [70_000] + [0] * ATTEMPTS
    with pytest.raises(UserError, match="run the same command to go on"):
        download(emodb(packed), tmp_path / "emodb", pause=0.001)
    assert not (tmp_path / "emodb").exists()
    server.log.clear()
    download(emodb(packed), tmp_path / "emodb")
    assert server.log == [("emodb.zip", "bytes=70000-")]
    assert [path.name for path in tmp_path.iterdir()] == ["emodb"]


def test_a_server_that_cannot_resume_sends_all_again(server, emodb, packed, tmp_path):
    server.ranges = False
    server.cut["emodb.zip"] = [70_000]
    download(emodb(packed), tmp_path / "emodb", pause=0.001)
    assert (tmp_path / "emodb/wav").is_dir()


def test_a_busy_server_is_asked_again(server, emodb, packed, tmp_path):
    server.busy = 2
    download(emodb(packed), tmp_path / "emodb", pause=0.001)
    assert (tmp_path / "emodb/wav").is_dir()


def test_a_file_that_was_replaced_by_a_shorter_one_is_fetched_anew(server, emodb, packed, tmp_path):
    server.cut["emodb.zip"] = [len(packed) - 1] + [0] * ATTEMPTS
    with pytest.raises(UserError, match="the connection failed"):
        download(emodb(packed), tmp_path / "emodb", pause=0.001)
    part, = (tmp_path / ".emodb.download/.parts").iterdir()
    part.write_bytes(packed + b"more")
    download(emodb(packed), tmp_path / "emodb", pause=0.001)
    assert (tmp_path / "emodb/wav").is_dir()


def test_no_server_at_all_is_said(server, emodb, packed, tmp_path):
    corpus = emodb(packed)
    server.shutdown()
    server.server_close()
    with pytest.raises(UserError, match="the connection failed"):
        download(corpus, tmp_path / "emodb", pause=0.001)
    assert not list(tmp_path.iterdir())
