"""A run that is stopped, or that cannot go on, loses no finished work and says what happened."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from speech_emotion.extraction.worker import ClipFile
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.store import FeatureStore

Settings = Callable[..., ExtractMfcc]
SOURCE = Path(__file__).resolve().parents[2] / "src"

RUN = """
import pickle, signal, sys
from pathlib import Path
from speech_emotion.core.console import errors_for_people
from speech_emotion.extraction import cache, run
from speech_emotion.parallel import pool

pool.NOTICE_SECONDS = 0.5
cache.SHARD_SECONDS, cache.SHARD_BYTES = 0.2, 1 << 20
if __name__ == "__main__":
    if len(sys.argv) > 2:
        # The system refuses to make a file longer, as it does when a disk is full.
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    # What a shell starts in the background ignores Ctrl-C, and so would this.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    clips, settings, target, kept = pickle.loads(Path(sys.argv[1]).read_bytes())
    with errors_for_people():
        print(run.extract(clips, settings, target, cache=kept, workers=2))
"""


@pytest.fixture
def slow_run(
    many_clips: list[ClipFile], extract_settings: Settings, tmp_path: Path
) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """A function that starts an extraction of a few seconds in a process group of its own."""
    chosen = extract_settings(
        "mfcc", "spectral_contrast", features__mfcc__n_fft=2048, features__spectral_contrast__n_fft=2048, hop_length=40
    )
    (tmp_path / "job.pickle").write_bytes(pickle.dumps((many_clips, chosen, tmp_path / "f", tmp_path / "kept")))
    (tmp_path / "run.py").write_text(RUN)
    started: list[subprocess.Popen[str]] = []

    def start(largest_file: int | None = None) -> "subprocess.Popen[str]":
        limit = [] if largest_file is None else [str(largest_file)]
        started.append(subprocess.Popen(
            [sys.executable, str(tmp_path / "run.py"), str(tmp_path / "job.pickle"), *limit], text=True,
            env={**os.environ, "PYTHONPATH": str(SOURCE)}, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ))
        return started[-1]

    yield start
    for run in started:
        run.kill()
        run.communicate()


def shards(folder: Path) -> int:
    return len(list(folder.glob("*/*.zip")))


def wait_for_shard(folder: Path, more_than: int = 0) -> None:
    until = time.monotonic() + 60
    while shards(folder) <= more_than:
        assert time.monotonic() < until
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    found = psutil.Process(pid).children(recursive=True)
    return [child.pid for child in found if "resource_tracker" not in " ".join(child.cmdline())]


def assert_gone(pids: list[int]) -> None:
    until = time.monotonic() + 10
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_run_that_is_stopped_in_every_way_keeps_its_work(
    slow_run: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    for how in ("ctrl-c", "kill", "kill a worker"):
        done = shards(tmp_path / "kept")
        run = slow_run()
        wait_for_shard(tmp_path / "kept", more_than=done)
        workers = children(run.pid)
        assert workers
        if how == "ctrl-c":
            os.killpg(run.pid, signal.SIGINT)  # a terminal's Ctrl-C reaches the whole group
        else:
            os.kill(run.pid if how == "kill" else max(workers), signal.SIGKILL)
        _, messages = run.communicate(timeout=60)
        expected, says = {"ctrl-c": (130, "interrupted; finished work is kept"), "kill": (-signal.SIGKILL, ""),
                          "kill a worker": (1, "a process that computed features died")}[how]
        assert run.returncode == expected, how
        assert says in messages
        assert "Traceback" not in messages
        assert_gone(workers)
        assert not (tmp_path / "f").exists()

    again = slow_run()
    output, messages = again.communicate(timeout=60)
    assert again.returncode == 0, messages
    computed, reused = (int(part.split()[0]) for part in output.split(","))
    assert computed + reused == 360
    assert 0 < computed < 360
    assert len(FeatureStore(tmp_path / "f").index) == 360


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_worker_that_is_killed_while_it_sends_a_result_is_a_clear_message(
    slow_run: Callable[..., "subprocess.Popen[str]"], tmp_path: Path
) -> None:
    run = slow_run()
    wait_for_shard(tmp_path / "kept")
    workers = [pid for pid in children(run.pid) if psutil.Process(pid).ppid() != run.pid]  # not what forks them
    # While nobody reads, the workers stop in the middle of sending.
    os.kill(run.pid, signal.SIGSTOP)
    until = time.monotonic() + 60
    while any(psutil.Process(pid).cpu_percent(interval=0.5) > 0 for pid in workers):
        assert time.monotonic() < until
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    os.kill(run.pid, signal.SIGCONT)
    _, messages = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "a process that computed features died" in messages
    assert "Traceback" not in messages


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_full_disk(slow_run: Callable[..., "subprocess.Popen[str]"], tmp_path: Path) -> None:
    run = slow_run(largest_file=4 << 20)  # of the cache's shards and of the store, which is larger
    _, messages = run.communicate(timeout=60)
    assert run.returncode == 1
    assert "f: the features cannot be written (File too large); make room there" in messages
    assert str(tmp_path) in messages
    assert "Traceback" not in messages
    assert not (tmp_path / "f").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    output, messages = slow_run().communicate(timeout=60)
    computed, reused = (int(part.split()[0]) for part in output.split(","))
    assert computed + reused == 360
    assert reused > 0
