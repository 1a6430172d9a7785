"""Where live sound comes from: a microphone, or a file that is played as if it came from one."""

import math
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from speech_emotion.audio import decoding
from speech_emotion.audio.recording import Recording
from speech_emotion.core.errors import UserError

_PLAYED = 0.05
"""Length in s of the blocks in which a file is played at its own speed."""
_WAIT = 0.2
"""Time in s after which whoever waits for sound looks whether Ctrl-C was pressed, where waiting does not end by it."""


class Source(Protocol):
    """Sound that comes block by block."""

    @property
    def sample_rate(self) -> int:
        """In Hz."""

    @property
    def behind(self) -> float:
        """How many seconds of sound have come in and were not taken yet."""

    @property
    def losses(self) -> int:
        """How often the device has lost sound because nobody took it in time."""

    def blocks(self) -> Iterator[np.ndarray]:
        """Give mono float32 samples [n] in [-1, 1] as they come, until there are no more."""


class Queued:
    """A `Source` that another thread fills.

    Parameters
    ----------
    sample_rate : int > 0
        In Hz.

    Attributes
    ----------
    losses : int
        To be counted by whoever fills it.

    Examples
    --------
    >>> source = Queued(8000)
    >>> source.put(np.zeros(400, np.float32)), source.behind
    (None, 0.05)
    >>> source.close()
    >>> [len(block) for block in source.blocks()], source.behind
    ([400], 0.0)
    """

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.losses = 0
        self._queue: queue.Queue[np.ndarray | None] = queue.Queue()
        self._put = self._taken = 0  # samples; each is written by one thread only

    @property
    def behind(self) -> float:
        """How many seconds of sound have come in and were not taken yet."""
        return (self._put - self._taken) / self.sample_rate

    def put(self, block: np.ndarray) -> None:
        """Bring some samples, float32 [n], which stay as they are."""
        self._put += len(block)
        self._queue.put(block)

    def close(self) -> None:
        """Say that there are no more."""
        self._queue.put(None)

    def blocks(self) -> Iterator[np.ndarray]:
        """Give what was brought, and wait for more until it is closed."""
        while True:
            try:
                block = self._queue.get(timeout=_WAIT)
            except queue.Empty:
                continue
            if block is None:
                return
            self._taken += len(block)
            yield block


class _Played:
    """A file as a `Source` that is never late."""

    behind = 0.0
    losses = 0

    def __init__(self, recording: Recording) -> None:
        self.sample_rate = recording.sample_rate
        self.blocks = recording.blocks


@contextmanager
def played(path: Path, *, at_speed: bool = False) -> Iterator[Source]:
    """Play a file.

    Parameters
    ----------
    path : Path
        Any readable audio file.
    at_speed : bool
        Whether each block comes when it would from a microphone, instead of at once.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, or is damaged; the latter while it is played.
    """
    with decoding.opened(path, longest=math.inf) as recording:
        if not at_speed:
            yield _Played(recording)
            return
        source, stop = Queued(recording.sample_rate), threading.Event()
        failed: list[Exception] = []

        def play() -> None:
            size = round(_PLAYED * recording.sample_rate)
            start, passed = time.monotonic(), 0
            try:
                for block in recording.blocks():
                    for at in range(0, len(block), size):
                        source.put(block[at : at + size].copy())
                        passed += len(block[at : at + size])
                        if stop.wait(max(0.0, start + passed / recording.sample_rate - time.monotonic())):
                            return
            except UserError as error:
                failed.append(error)
            finally:
                source.close()

        player = threading.Thread(target=play, daemon=True)
        player.start()
        try:
            yield source
            if failed:
                raise failed[0]
        finally:
            stop.set()
            player.join()  # before the file is closed


def microphone(device: str | None = None) -> AbstractContextManager[Source]:
    """Open a microphone, at its own sample rate; its first channel is heard.

    Parameters
    ----------
    device : str or None
        Its number, or a part of its name; None for the system's own choice.

    Raises
    ------
    UserError
        If there is no library for it, or no such device, or it cannot be opened.
    """
    try:
        import sounddevice
    except ImportError as error:
        raise UserError("the microphone needs sounddevice, which is not installed: "
                        "pip install 'speech-emotion[live]'") from error
    except OSError as error:  # which sounddevice raises if it does not find it
        raise UserError(f"the microphone needs the library PortAudio, which is not there ({error}); on Debian and "
                        "Ubuntu: apt install libportaudio2") from error
    return _opened(sounddevice, int(device) if device and device.isdecimal() else device)


@contextmanager
def _opened(sounddevice: Any, device: int | str | None) -> Iterator[Source]:
    try:
        about = sounddevice.query_devices(device, "input")
        source = Queued(round(about["default_samplerate"]))

        def heard(samples: np.ndarray, _frames: int, _time: object, status: Any) -> None:
            source.losses += bool(status.input_overflow)
            source.put(samples[:, 0].copy())

        stream = sounddevice.InputStream(source.sample_rate, device=device, channels=1, dtype="float32",
                                         callback=heard, finished_callback=source.close)
        stream.start()
    except (sounddevice.PortAudioError, ValueError) as error:
        raise UserError(f"no microphone: {error}; {_inputs(sounddevice)}") from error
    with stream:
        yield source


def _inputs(sounddevice: Any) -> str:
    names = [f"{each['index']} ({each['name']})" for each in sounddevice.query_devices()
             if each["max_input_channels"] > 0]
    return f"--device takes one of: {', '.join(names)}" if names else "this machine has no device that records"
