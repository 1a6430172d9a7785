"""Real trainings whose disk is full: one message, and what was finished is not trained again."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from speech_emotion.core.console import errors_for_people
from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]

LARGEST = 8_000
"""Bytes of a file: room for the curves, and not for the weights of a network."""


@contextmanager
def no_file_grows_larger() -> Iterator[None]:
    """The system refuses to write, as it does when a disk is full: to this process, and to those that it starts.

    They take over the limit of what forks them.
    """
    limited = [psutil.Process(), *psutil.Process().children()]
    before = [process.rlimit(psutil.RLIMIT_FSIZE) for process in limited]
    for process, (_, hard) in zip(limited, before, strict=True):
        process.rlimit(psutil.RLIMIT_FSIZE, (LARGEST, hard))
    try:
        yield
    finally:
        for process, limits in zip(limited, before, strict=True):
            process.rlimit(psutil.RLIMIT_FSIZE, limits)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of other processes")
def test_one_message_and_what_was_finished_survives(
    clips: Any, store: Any, tiny: Make, tiny_networks: Make, digests: Make, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = tiny(split__protocol="speaker_kfold", split__folds=2, epochs=2)

    def outputs(folder: Path) -> Outputs:
        return Outputs(folder / "models", folder / "predictions.parquet", folder / "history.csv", folder / "live",
                       tmp_path / "memo")

    train(clips, store, settings, tiny_networks(), outputs(tmp_path / "expected"))
    finished = sorted((tmp_path / "memo").glob("*/finished"))
    finished[0].unlink()

    full = tmp_path / "full"
    with pytest.raises(SystemExit) as ended, no_file_grows_larger(), errors_for_people():
        train(clips, store, settings, tiny_networks(), outputs(full))
    assert ended.value.code == 1
    said = capsys.readouterr().err.splitlines()
    assert "Traceback" not in "\n".join(said)
    assert len([line for line in said if line.startswith("error: ")]) == 1
    assert len([line for line in said if line.startswith("warning: ")]) <= 3
    assert said[-1].startswith("error: fold ")
    assert "cannot be written (a temporary file: File too large); finished networks and epochs are kept" in said[-1]
    assert not (full / "models").exists()
    assert [path for path in full.rglob("*") if ".tmp" in path.name] == []

    assert "1 trained, 1 reused" in train(clips, store, settings, tiny_networks(), outputs(full))
    assert digests(full) == digests(tmp_path / "expected")


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_weights_that_find_no_room_are_an_error_of_the_system(make_bundle: Make) -> None:
    import resource

    from speech_emotion.models import weights

    network = make_bundle().networks[0]
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            weights.to_bytes(network)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert len(weights.to_bytes(network)) > LARGEST
