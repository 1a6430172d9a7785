"""What trainings leave behind so that nothing is trained twice: networks that are finished, and how far others are.

In the folder lies one folder for each fingerprint, with ``finished`` or ``checkpoint`` in it. Both are written under
another name and renamed when whole, and begin with the checksum of the rest: what is damaged is removed, and as if it
had never been there. Any number of processes may use the folder at once, and deleting any part of it, at any time, is
safe.
"""

import hashlib
import io
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from speech_emotion.core.files import replacing
from speech_emotion.core.locks import alone

VARIABLE = "SER_MEMO"
"""Environment variable that names the memo's folder, such as one that the copies of a project share."""

DEFAULT = Path(".cache/training")
"""The memo's folder otherwise, relative to the project's."""

MAX_BYTES = 2 << 30
"""What a training leaves of it, the least recently used first to go."""

EPOCH_COLUMNS = ("epoch", "kept", "accuracy", "loss", "val_accuracy", "val_loss")
"""What `fit.fit` tells of every epoch, at least."""

_FINISHED, _CHECKPOINT, _LOCK = "finished", "checkpoint", "lock"
_CHECKSUM = hashlib.sha256


def location() -> Path:
    """Folder of the memo: `VARIABLE` or `DEFAULT`."""
    return Path(os.environ.get(VARIABLE) or DEFAULT)


@dataclass(frozen=True)
class Trained:
    """A network that is finished.

    Attributes
    ----------
    weights : bytes
        The file that Keras writes of them, ``.weights.h5``.
    history : list of dict
        What `fit.fit` tells of every epoch, one after the other.
    resumed : int
        Epochs that an earlier process had done.
    reused : bool
        Whether nothing was done at all.
    processor : str
        `fingerprint.of_processor` of whoever trained it.
    machine : dict
        `machine.described` of whoever trained it; {} if that is not known.
    """

    weights: bytes
    history: list[dict[str, Any]]
    processor: str
    resumed: int = 0
    reused: bool = False
    machine: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """How far a training is: arrays by name, and what JSON can hold."""

    arrays: dict[str, np.ndarray]
    about: dict[str, Any] = field(default_factory=dict)


class Entry:
    """What is kept of one unit.

    Parameters
    ----------
    root : Path
        Folder of the memo; made when something is written.
    unit : str
        `fingerprint.of_unit`.
    processor : str
        `fingerprint.of_processor`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     entry = Entry(Path(folder), "ab" * 32, "cd" * 32)
    ...     entry.keep(State({"weights": np.zeros(3)}, {"epochs": 2}))
    ...     entry.state().about
    {'epochs': 2}
    """

    def __init__(self, root: Path, unit: str, processor: str) -> None:
        self._processor = processor
        self._warned = False
        self.folder = root / hashlib.sha256(f"{unit} {processor}".encode()).hexdigest()[:32]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until no other process trains this unit, and keep others waiting."""
        with ExitStack() as held:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                held.enter_context(alone(self.folder / _LOCK, "waiting for another process that trains the same "
                                                              f"network ({self.folder})"))
            except OSError as error:  # a read-only folder, a full disk
                self._not_kept(error)
            yield

    def finished(self) -> Trained | None:
        """Give the finished network, if it is there and whole."""
        state = _read(self.folder / _FINISHED)
        if state is None:
            return None
        with suppress(OSError):  # of a read-only folder
            os.utime(self.folder / _FINISHED)
        return Trained(state.arrays["weights"].tobytes(), state.about["history"], self._processor, reused=True,
                       machine=state.about.get("machine", {}))

    def finish(self, trained: Trained) -> None:
        """Keep a finished network; how far it was does not matter any more."""
        weights = np.frombuffer(trained.weights, np.uint8)
        state = State({"weights": weights}, {"history": trained.history, "machine": trained.machine})
        # Where there is no room for both, the checkpoint's is taken.
        kept = self._write(_FINISHED, state, quiet=(self.folder / _CHECKPOINT).exists())
        with suppress(OSError):
            (self.folder / _CHECKPOINT).unlink(missing_ok=True)
        if not kept:
            self._write(_FINISHED, state)

    def finish_unless_there(self, trained: Trained) -> None:
        """Keep a finished network that another process may have kept already."""
        if not (self.folder / _FINISHED).exists():
            self.finish(trained)

    def state(self) -> State | None:
        """Tell how far the training is, if that is there and whole."""
        return _read(self.folder / _CHECKPOINT)

    def keep(self, state: State) -> None:
        """Keep how far the training is."""
        self._write(_CHECKPOINT, state)

    def _write(self, name: str, state: State, *, quiet: bool = False) -> bool:
        buffer = io.BytesIO()
        about = np.frombuffer(json.dumps(state.about).encode(), np.uint8)
        np.savez(buffer, allow_pickle=False, **state.arrays, **{".about": about})
        payload = buffer.getvalue()
        try:
            with replacing(self.folder / name) as unfinished:
                unfinished.write_bytes(_CHECKSUM(payload).digest() + payload)
        except OSError as error:
            if not quiet:
                self._not_kept(error)
            return False
        return True

    def _not_kept(self, error: OSError) -> None:
        if not self._warned:
            _warn(f"how far the training is, is not kept: {self.folder}: {error.strerror or error}")
        self._warned = True


def _read(path: Path) -> State | None:
    try:
        content = memoryview(path.read_bytes())
    except OSError:
        return None
    size = _CHECKSUM().digest_size
    if _CHECKSUM(content[size:]).digest() != content[:size]:
        _warn(f"a part of what was trained before is damaged and is done anew: {path}")
        with suppress(OSError):
            path.unlink()
        return None
    try:
        with np.load(io.BytesIO(content[size:]), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return State(arrays, json.loads(arrays.pop(".about").tobytes()))
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:  # whole, as another version has written it
        _warn(f"a part of what was trained before is not for this version and is done anew: {path}: {error}")
        return None


@dataclass(frozen=True)
class Part:
    """One unit in a memo: its folder, whether it is finished, its size in bytes, and when it was last used (epoch)."""

    folder: Path
    finished: bool
    size: int
    last_used: float


def parts(root: Path) -> list[Part]:
    """List what a memo holds, the most recently used first.

    Parameters
    ----------
    root : Path
        Its folder.

    Examples
    --------
    >>> parts(Path("no/such/folder"))
    []
    """
    found = []
    for folder in sorted(root.iterdir()) if root.is_dir() else []:
        stats: Mapping[str, os.stat_result] = {}
        with suppress(OSError):  # another process may have removed it
            stats = {file.name: file.stat() for file in folder.iterdir() if file.is_file()}
        held = [about for name, about in stats.items() if name != _LOCK]
        if held:
            found.append(Part(folder, _FINISHED in stats, sum(about.st_size for about in held),
                              max(about.st_mtime for about in held)))
    return sorted(found, key=lambda part: -part.last_used)


def remove(part: Part) -> None:
    """Remove one unit.

    Raises
    ------
    OSError
        If it may not be removed, such as a colleague's.
    """
    if not part.folder.is_dir():
        return
    for path in part.folder.iterdir():
        if path.is_dir():  # of a process that was killed while it wrote
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    with suppress(OSError):  # another process may just have begun to use it
        part.folder.rmdir()


def bound(root: Path, max_bytes: int = MAX_BYTES) -> None:
    """Remove what was not used for longest, until the rest is small enough.

    Parameters
    ----------
    root : Path
        Folder of the memo.
    max_bytes : int >= 0
        Size to keep to.
    """
    kept = 0
    for part in parts(root):
        kept += part.size
        if kept > max_bytes:
            with suppress(OSError):
                remove(part)


def _warn(message: str) -> None:
    print(f"warning: {message}", file=sys.stderr)
