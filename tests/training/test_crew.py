"""A wider training takes what a narrower one has trained, and nothing that differs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from speech_emotion.evaluation.history import read_history
from speech_emotion.parallel import memory
from speech_emotion.training import crew
from speech_emotion.training.run import Outputs, train

Make = Callable[..., Any]


def test_what_is_trained_is_trained_once(
    clips: Any, store: Any, tiny: Make, tiny_networks: Make, digests: Make, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def said(name: str, networks: Any = None, live: bool = False, **changes: Any) -> str:
        folder = tmp_path / name
        to = Outputs(folder / "models", folder / "predictions.parquet", folder / "history.csv",
                     folder / "live" if live else None, tmp_path / "memo")
        printed = train(clips, store, tiny(epochs=2, **changes), networks or tiny_networks(), to)
        return printed.rpartition("\n")[2].strip()

    assert said("one", live=True) == "networks: 1 trained, 0 reused"
    wider = {"num_networks": 2, "baseline_share": 0.2, "average_speeds": False}
    assert said("two", live=True, **wider) == "networks: 1 trained, 1 reused"
    assert said("two-again", **wider) == "networks: 0 trained, 2 reused"
    both, again = digests(tmp_path / "two"), digests(tmp_path / "two-again")
    assert {name: both[name] for name in again} == again
    assert (tmp_path / "one/models/fold-0/network-0.weights.h5").read_bytes() == (
        tmp_path / "two/models/fold-0/network-0.weights.h5").read_bytes()
    assert len(read_history(tmp_path / "two/history.csv")) == 4
    # Curves of both, though one was reused.
    assert sorted(path.relative_to(tmp_path / "two/live/fold-0").as_posix()
                  for path in (tmp_path / "two/live").rglob("eval/loss.tsv")) == [
        f"network-{number}/plots/metrics/eval/loss.tsv" for number in range(2)]

    # What does not fit, or is damaged, is trained.
    assert said("other", lr=0.5) == "networks: 1 trained, 0 reused"
    damaged = sorted((tmp_path / "memo").glob("*/finished"), key=lambda path: path.stat().st_mtime)[-1]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    assert said("mended", lr=0.5) == "networks: 1 trained, 0 reused"
    assert "is damaged and is done anew" in capsys.readouterr().err
    assert digests(tmp_path / "mended") == digests(tmp_path / "other")


def test_no_more_processes_than_cores_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_WORKERS", "4")
    for free, at_once in ((None, 4), (100, 4), (25, 2), (5, 1)):
        monkeypatch.setattr(memory, "available", lambda free=free: free)
        assert crew._at_once(10) == at_once
