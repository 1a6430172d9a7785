"""The same features from a real Dask scheduler with two worker processes, one of which is killed."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def test_same_bytes_though_a_worker_is_killed(
    cluster: Any, many_clips: list[ClipFile], extract_settings: Settings, tmp_path: Path,
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
    cluster: Any, corpus: Callable[[int], list[ClipFile]], extract_settings: Settings, tmp_path: Path,
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
