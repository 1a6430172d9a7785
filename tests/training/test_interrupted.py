"""Real trainings that are killed, stopped, moved to one core or to a cluster: the same bytes, and clear messages."""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.parallel import cluster as connection
from speech_emotion.training import fingerprint
from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]
SOURCE = Path(__file__).resolve().parents[2] / "src"

ON_ONE_CORE = """
import os, pickle, sys
from pathlib import Path

if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from speech_emotion.store import FeatureStore
    from speech_emotion.training.run import Outputs, train

    clips, store, settings, networks, outputs = pickle.loads(Path(sys.argv[1]).read_bytes())
    print(train(clips, FeatureStore(store), settings, networks, outputs))
    print(sorted({"tensorflow", "keras", "h5py"} & set(sys.modules)))
"""


def outputs(folder: Path, memo: Path | None = None) -> Outputs:
    return Outputs(folder / "models", folder / "predictions.parquet", folder / "history.csv", None, memo)


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """A process that a shell started in the background ignores Ctrl-C, and so would these tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def settings(tiny: Make) -> Any:
    """Two folds of as many epochs as it takes to stop them in the middle."""
    return tiny(split__protocol="speaker_kfold", split__folds=2, epochs=12, augment__noise=0.1)


@pytest.fixture(scope="module")
def networks(tiny_networks: Make) -> Any:
    return tiny_networks(dropout=0.2)


@pytest.fixture(scope="module")
def expected(
    clips: Any, store: Any, settings: Any, networks: Any, digests: Make, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What a run writes that nobody disturbs."""
    folder = tmp_path_factory.mktemp("expected")
    train(clips, store, settings, networks, outputs(folder))
    written: dict[str, str] = digests(folder)
    return written


def wait_for_checkpoint(memo: Path, since: float = 0.0) -> None:
    until = time.monotonic() + 60
    while not any(path.stat().st_mtime > since for path in memo.glob("*/checkpoint")):
        assert time.monotonic() < until
        time.sleep(0.02)


def trainers(pid: int) -> list[int]:
    """The processes that train for another: not what forks them."""
    found = psutil.Process(pid).children(recursive=True)
    return [child.pid for child in found if child.ppid() != pid]


def assert_gone(pids: list[int]) -> None:
    until = time.monotonic() + 10
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        assert time.monotonic() < until
        time.sleep(0.05)


def press_ctrl_c(memo: Path, pids: Callable[[], list[int]]) -> threading.Thread:
    """Do so in the middle of a training: it reaches every process of a terminal."""
    def press() -> None:
        wait_for_checkpoint(memo)
        for pid in [*pids(), os.getpid()]:
            os.kill(pid, signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    return presser


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="signals and affinity of Linux")
def test_the_same_bytes_though_it_was_stopped_and_went_on_with_one_core(
    clips: Any, store: Any, settings: Any, networks: Any, expected: dict[str, str], digests: Make, tmp_path: Path
) -> None:
    memo, processes = tmp_path / "memo", []

    def trained() -> list[int]:
        processes.extend(trainers(os.getpid()))
        return processes

    presser = press_ctrl_c(memo, trained)
    with pytest.raises(KeyboardInterrupt):
        train(clips, store, settings, networks, outputs(tmp_path / "stopped", memo))
    presser.join()
    assert processes
    assert_gone(processes)
    assert list((tmp_path / "stopped").iterdir()) == []

    (tmp_path / "run.py").write_text(ON_ONE_CORE, "utf-8")
    given = clips, store.path, settings, networks, outputs(tmp_path / "one-core", memo)
    (tmp_path / "given").write_bytes(pickle.dumps(given))
    said = subprocess.run([sys.executable, str(tmp_path / "run.py"), str(tmp_path / "given")], check=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE, timeout=300).stdout
    assert "of them from where an earlier run was" in said
    assert said.endswith("\n[]\n"), "who has it done loads no TensorFlow"
    assert digests(tmp_path / "one-core") == expected


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_process_that_dies_is_a_clear_message(
    clips: Any, store: Any, settings: Any, networks: Any, tmp_path: Path
) -> None:
    def kill() -> None:
        wait_for_checkpoint(tmp_path / "memo")
        os.kill(trainers(os.getpid())[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(UserError, match=r"the process that trained fold \d, network 0 died \(signal 9\), perhaps "
                                        r"because .* finished networks and epochs are kept\. Run .* \(SER_WORKERS=1\)"):
        train(clips, store, settings, networks, outputs(tmp_path, tmp_path / "memo"))
    killer.join()
    assert not (tmp_path / "models").exists()


def test_the_same_bytes_from_a_cluster_though_a_worker_is_killed(
    cluster: Any, clips: Any, store: Any, settings: Any, networks: Any, expected: dict[str, str], digests: Make,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    remote = settings.model_copy(update={"scheduler": cluster.address})
    with monkeypatch.context() as patch:
        patch.setattr(fingerprint, "of_code", lambda _network: "0" * 64)
        with pytest.raises(UserError, match="runs other code or libraries"):
            train(clips, store, remote, networks, outputs(tmp_path / "out"))
    # A worker gives up what nobody waits for any more.
    presser = press_ctrl_c(tmp_path / "memo", list)
    with pytest.raises(KeyboardInterrupt):
        train(clips, store, remote, networks, outputs(tmp_path / "stopped", tmp_path / "memo"))
    presser.join()
    assert_gone([process for worker in cluster.workers for process in trainers(worker.pid)])

    killed: list[list[int]] = []
    began = time.time()

    def kill() -> None:
        wait_for_checkpoint(tmp_path / "memo", since=began)
        killed.append(trainers(cluster.workers[0].pid))
        os.kill(cluster.workers[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    said = train(clips, store, remote, networks, outputs(tmp_path / "out", tmp_path / "memo"))
    killer.join()
    assert killed and killed[0]
    assert_gone(killed[0])
    assert "networks: 2 trained" in said
    assert digests(tmp_path / "out") == expected
    # Nothing is left to train, and then no cluster is needed.
    cluster.workers[1].kill()
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.5)
    elsewhere = settings.model_copy(update={"scheduler": "tcp://127.0.0.1:1"})
    said = train(clips, store, elsewhere, networks, outputs(tmp_path / "out", tmp_path / "memo"))
    assert "0 trained, 2 reused" in said
    with pytest.raises(UserError, match=r"train_cnn\.scheduler: no Dask scheduler answers at tcp://127\.0\.0\.1:1 "):
        train(clips, store, elsewhere, networks, outputs(tmp_path / "other"))
