"""Audio that comes through a pipe lies in a temporary file while it is needed, and no longer."""

import io
import os
import sys
from pathlib import Path
from threading import Thread

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.prediction.streams import as_file, is_stream


class Terminal(io.StringIO):
    """A standard input at which a person sits."""

    def isatty(self) -> bool:
        return True


def test_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"audio")
    assert not is_stream(path)
    with as_file(path) as file:
        assert file is path
    assert path.exists()


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\x00 audio")))
    assert is_stream(Path(name))
    with as_file(Path(name)) as file:
        assert file.read_bytes() == file.read_bytes() == b"\xff\x00 audio"
    assert not file.exists()
    # It is read to its end: a second time there is nothing.
    with pytest.raises(UserError, match="nothing came in; pipe audio in"), as_file(Path(name)):
        pass


def test_a_named_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = bytes(range(256)) * 1000
    writer = Thread(target=pipe.write_bytes, args=[content])
    writer.start()
    assert is_stream(pipe)
    with as_file(pipe) as file:
        assert file.read_bytes() == content
    writer.join()
    assert not file.exists()
    assert pipe.exists()


def test_the_copy_is_removed_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"audio")))
    with pytest.raises(UserError, match="no audio"), as_file(Path("-")) as file:
        assert file.exists()
        raise UserError("no audio")
    assert not file.exists()


@pytest.mark.parametrize(("stdin", "message"), [
    (Terminal(), "-: standard input is a terminal; pipe audio in, as in: cat some.wav | ser predict -"),
    (None, "-: standard input is closed; pipe audio in, as in: cat some.wav | ser predict -"),
])
def test_nobody_pipes(stdin: Terminal | None, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    with pytest.raises(UserError) as caught, as_file(Path("-")):
        pass
    assert str(caught.value) == message
