"""What a command is given to predict: files, folders, and what is piped in."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

from speech_emotion.audio.recording import UnreadableAudio
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import shown
from speech_emotion.ingest.listing import audio_files
from speech_emotion.prediction.streams import as_file, is_stream


class Input(NamedTuple):
    """One recording.

    Attributes
    ----------
    path : Path
        As it was given or found; "-" for standard input.
    piped : bool
        Whether it comes through a pipe, and can be read once.
    """

    path: Path
    piped: bool

    @property
    def name(self) -> str:
        """The path as text, whatever bytes it is made of."""
        return shown(self.path)


def inputs(paths: Iterable[Path]) -> list[Input]:
    """List files, all audio files in folders (sorted by path), and pipes.

    Raises
    ------
    UserError
        If a path does not exist or a folder holds no audio.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import write_clip
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_clip(Path(folder, "a.wav"))
    ...     [(one.path.name, one.piped) for one in inputs([Path(folder), Path("-")])]
    [('a.wav', False), ('-', True)]
    """
    found = []
    for path in paths:
        if is_stream(path):
            found.append(Input(path, piped=True))
        elif path.is_dir():
            # A pipe that lies in a folder is not meant: nobody may ever write to it.
            within = [Input(path / name, piped=False) for name in audio_files(path)]
            if not within:
                raise UserError(f"{path}: there is no audio in this folder")
            found += within
        elif path.exists():
            found.append(Input(path, piped=False))
        else:
            raise UserError(f"{path}: there is no such file or folder")
    return found


@contextmanager
def readable(one: Input) -> Iterator[Path]:
    """Give a file that can be decoded more than once; errors name what was given.

    Raises
    ------
    UserError
        If nothing came through a pipe, or what is read within is no audio.
    """
    with as_file(one.path) if one.piped else nullcontext(one.path) as path:
        try:
            yield path
        except UnreadableAudio as error:  # which names the file that was read
            raise UserError(f"{one.path}: {str(error).removeprefix(f'{path}: ')}") from error


def sha256(path: Path) -> str:
    """Hash a file's bytes; "" for what is no file, or cannot be read, as decoding says."""
    if not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
