"""Killed at any moment, the next `dvc repro` finishes as if nothing had happened."""

import os
import signal
import subprocess
import time
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


def _kill_repro(project: Project, patterns: list[str], target: Target, log: Path) -> None:
    with log.open("wb") as stream:
        process = subprocess.Popen(["dvc", "repro"], cwd=project.folder, env=project.environment(), stdout=stream,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
    while not any(any(project.folder.glob(pattern)) for pattern in patterns):
        assert process.poll() is None, log.read_text("utf-8")
        time.sleep(0.005)
    if target == "all":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL and process groups")
@pytest.mark.parametrize(("target", "moments"), [("all", [WORKING, WRITTEN]), ("dvc alone", [WORKING])],
                         ids=["all at work and then at the end", "dvc alone at work"])
def test_killed_in_every_stage_in_turn(
    base: Project, fresh: Project, tmp_path: Path, target: Target, moments: list[dict[str, str]]
) -> None:
    for stage in STAGES:
        for files in moments:
            _kill_repro(fresh, [files[stage], WRITTEN[stage]], target, tmp_path / "log")
    fresh.repro()
    assert fresh.locks() == base.locks()
    assert fresh.leftovers() == []
    fresh.commit("run")
    assert fresh.git("rev-parse", "HEAD^{tree}") == base.git("rev-parse", "HEAD^{tree}"), "what is in git, too"
    assert fresh.repro().stages == fates()
