"""Killed at any moment, the next `dvc repro` finishes as if nothing had happened: the same bytes, in any place."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import pytest

from .project import STAGES, Project, fates

WORKING = {
    "synthesize": "demo/.audio.*.tmp/audio/*/*.wav",
    "ingest": ".cache/ingest.lock",
    "extract_mfcc": "data/.features.*.tmp",
    "train_cnn": ".models.*.tmp",
    "evaluate": "metrics/evaluate.json",
}
"""A file that is there when a stage is at work: in the middle of its output, where that takes any time."""

WRITTEN = {
    "synthesize": "demo/audio",
    "ingest": "data/files.parquet",
    "extract_mfcc": "data/features",
    "train_cnn": "models/model.onnx",
    "evaluate": "plots/recall.png",
}
"""What each stage writes last: from then on DVC hashes and caches what it wrote."""

Target = Literal["all", "dvc alone"]

KILLS: tuple[tuple[Target, Mapping[str, str], str], ...] = (
    ("all", WORKING, "1"), ("all", WRITTEN, "2"), ("dvc alone", WORKING, "1"))
"""Of each stage: what is killed, when, and how many workers there are. What `dvc` leaves alone goes on, beside the next
`dvc repro`."""

ELSEWHERE = {"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}


def _there(project: Project, patterns: set[str]) -> Iterator[tuple[Path, int, int]]:
    for path in (path for pattern in patterns for path in project.folder.glob(pattern)):
        try:
            about = path.stat()
        except FileNotFoundError:
            continue
        yield path, about.st_ino, about.st_mtime_ns


def _kill_repro(project: Project, patterns: set[str], target: Target, log: Path, **variables: str) -> None:
    """Kill it as soon as a file is there that was not, or was another."""
    before = set(_there(project, patterns))
    with log.open("wb") as stream:
        process = subprocess.Popen(
            ["dvc", "repro"], cwd=project.folder, env={**project.environment(), **variables}, stdout=stream,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
    while before.issuperset(_there(project, patterns)):
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.005)
    if target == "all":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL and process groups")
def test_killed_in_every_stage_in_turn_elsewhere(base: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another place, für Sprache"
    elsewhere.mkdir()
    other = base.cloned_to(elsewhere / "project", "start")
    for stage in STAGES:
        for target, files, workers in KILLS:
            _kill_repro(other, {files[stage], WRITTEN[stage]}, target, tmp_path / "log", SER_WORKERS=workers,
                        **ELSEWHERE)
    other.repro(**ELSEWHERE)
    assert other.locks() == base.locks()
    assert other.leftovers() == []
    other.commit("run")
    assert other.git("rev-parse", "HEAD^{tree}") == base.git("rev-parse", "HEAD^{tree}"), "metrics and plot data, too"
    assert other.repro().stages == fates()
