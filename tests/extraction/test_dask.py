"""The same features from a real Dask scheduler with two worker processes, one of which is killed."""

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.extraction import cache, fingerprint
from speech_emotion.extraction.run import extract
from speech_emotion.extraction.worker import ClipFile
from speech_emotion.parallel import cluster as connection
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.store import FeatureStore

pytest.importorskip("distributed")

Settings = Callable[..., ExtractMfcc]
SOURCE = Path(__file__).resolve().parents[2] / "src"


@dataclasses.dataclass
class Cluster:
    address: str
    workers: list["subprocess.Popen[bytes]"]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s"}
    contact = tmp_path / "scheduler.json"

    def start(program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        with (tmp_path / "dask.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{program}", "--scheduler-file", str(contact), *arguments],
                env=environment, stdout=log, stderr=log,
            )

    processes = [start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        processes += [
            start("dask_worker", "--no-nanny", "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1",
                  "--local-directory", str(tmp_path / "dask"))
            for _ in range(2)
        ]
        import distributed

        until = time.monotonic() + 30
        while not contact.exists():
            assert time.monotonic() < until, (tmp_path / "dask.log").read_text()
            time.sleep(0.05)
        with distributed.Client(scheduler_file=str(contact), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=30)
            address = client.scheduler.address
        yield Cluster(address, processes[1:])
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def test_same_bytes_though_a_worker_is_killed(
    cluster: Cluster, many_clips: list[ClipFile], extract_settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changes = {"features__mfcc__n_fft": 2048, "features__spectral_contrast__n_fft": 2048, "hop_length": 80}
    chosen = extract_settings("mfcc", "spectral_contrast", **changes)
    here = extract(many_clips, chosen, tmp_path / "here", cache=tmp_path / "cache1", workers=2)
    assert here.computed == 360

    monkeypatch.setattr(cache, "SHARD_SECONDS", 0.0)
    killed = []

    def kill_in_the_middle() -> None:
        until = time.monotonic() + 30
        while not list((tmp_path / "cache2").glob("*/*.zip")) and time.monotonic() < until:
            time.sleep(0.005)
        killed.append(not (tmp_path / "there").exists())
        os.kill(cluster.workers[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_in_the_middle)
    killer.start()
    remote = extract_settings("mfcc", "spectral_contrast", **changes, scheduler=cluster.address)
    there = extract(many_clips, remote, tmp_path / "there", cache=tmp_path / "cache2")
    killer.join()
    assert killed == [True]  # before the run was over
    assert there.computed == 360
    for path in (tmp_path / "here").iterdir():
        assert (tmp_path / "there" / path.name).read_bytes() == path.read_bytes()
    index = FeatureStore(tmp_path / "there").index
    assert len(index) == 360
    assert index["clip_id"].is_unique
    # nothing is left to compute, and then no cluster is needed
    cluster.workers[1].kill()
    assert extract(many_clips, remote, tmp_path / "there", cache=tmp_path / "cache2").computed == 0


def test_worker_with_other_code_and_clip_that_vanished(
    cluster: Cluster, corpus: Callable[[int], list[ClipFile]], extract_settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clips, remote = corpus(3), extract_settings(scheduler=cluster.address)
    changed = bytearray(Path(clips[1].path).read_bytes())
    changed[-100] ^= 16
    Path(clips[1].path).write_bytes(changed)
    with pytest.raises(UserError, match=f"{clips[1].clip_id}' has changed"):
        extract(clips, remote, tmp_path / "f")
    monkeypatch.setattr(fingerprint, "of_code", lambda _features: "0" * 64)
    with pytest.raises(UserError, match="runs other code or libraries"):
        extract(clips, remote, tmp_path / "f")
    assert not (tmp_path / "f").exists()


def test_no_scheduler(
    corpus: Callable[[int], list[ClipFile]], extract_settings: Settings, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.5)
    with pytest.raises(UserError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1 "):
        extract(corpus(1), extract_settings(scheduler="tcp://127.0.0.1:1"), tmp_path / "f")
