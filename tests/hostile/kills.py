"""Stages, and downloads, that are killed, or interrupted, at a random moment, and run again.

Each worker has a small project that it runs once undisturbed. A case takes away what a stage wrote (as DVC does before
it runs one), starts the stage and ends it. What then lies in place of an output is whole. `IN_A_ROW` cases are of one
stage, half of the time without its caches at first; each begins with what the one before left beside the outputs. Then
the same command gives the same bytes and leaves neither rubbish nor a process behind. The download of a corpus, as an
archive and as single files, counts as a stage; its cache is what has been fetched.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
from ruamel.yaml import YAML

from speech_emotion.testing import make_corpus

from .guard import ROOT, generator
from .summary import Summary
from .toy_server import serve

OUTS = {
    "packed": ("raw/packed",),
    "single": ("raw/single",),
    "ingest": ("data/manifest.parquet", "data/files.parquet", "data/rejected.csv"),
    "extract_mfcc": ("data/features",),
    "train_cnn": ("models", "data/predictions.parquet", "data/history.csv"),
    "evaluate": ("metrics", "plots"),
}
DOWNLOADS = ("packed", "single")
CACHES = {"packed": "raw/.packed.download", "single": "raw/.single.download", "extract_mfcc": ".cache/features",
          "train_cnn": ".cache/training"}
IN_A_ROW = 4
"""Times that a stage is ended before it may run to its end, which takes longer than all of them but one."""
OFTEN = {"packed": 2, "single": 2, "ingest": 3, "extract_mfcc": 4, "train_cnn": 2, "evaluate": 1}
HEARS = 0.3
"""Before that, in s, Ctrl-C may meet Python itself at its start."""
PATIENCE = 240.0
"""Longest time that a stage of so little work may take, in s, on a machine that is busy."""
_CHANGES = {
    "train_cnn": {"epochs": 2, "num_networks": 1, "batch_size": 8, "seconds": 0.5, "model": "cnn"},
    "evaluate": {"resamples": 100, "dpi": 50},
}


class Project:
    """A small project that has run once.

    Parameters
    ----------
    folder : Path
        Empty.
    listing : Path
        Of what the server has; see `toy_server.serve`.
    stages : iterable of str
        Which of `OUTS`, in their order.
    """

    def __init__(self, folder: Path, listing: Path, stages: Iterable[str] = tuple(OUTS)) -> None:
        self.folder = folder
        self.listing = listing
        folder.mkdir(parents=True)
        self.seconds: dict[str, float] = {}
        self.seconds_again: dict[str, float] = {}
        self.written: dict[str, dict[str, bytes]] = {}
        make_corpus(folder / "audio", "emodb", speakers=["03", "08", "09", "10", "11", "12"],
                    labels=["anger", "neutral"], clips=3)
        yaml = YAML(typ="safe", pure=True)
        params = yaml.load(ROOT / "params.yaml")
        params["ingest"]["root"] = "audio"
        params["networks"]["cnn"] |= {"filters": [4], "dense": 4}
        params["train_cnn"]["split"] |= {"protocol": "speaker_kfold", "folds": 2}
        for section, changes in _CHANGES.items():
            assert changes.keys() <= params[section].keys()
            params[section] |= changes
        with (folder / "params.yaml").open("w") as file:
            yaml.dump(params, file)
        for stage in stages:
            began = time.monotonic()
            status, said, _ = self.run(stage)
            if status:
                raise RuntimeError(f"{stage} fails undisturbed: {said}")
            self.seconds[stage] = self.seconds_again[stage] = time.monotonic() - began
            self.written[stage] = self.outs(stage)

    def run(self, stage: str, after: float | None = None, how: int = signal.SIGKILL) -> tuple[int, str, list[int]]:
        """Run a stage, and end it after some seconds; exit status, what it said, and the processes it had then."""
        command = ([ROOT / "tests/hostile/toy_ser.py", self.listing, "download", stage, "--to", "raw",
                    "--accept-licence", "--allow-tracked"] if stage in DOWNLOADS
                   else [ROOT / "src/stages" / f"{stage}.py"])
        log = self.folder / "log.txt"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, stdout=errors, stderr=errors,
                env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TF_CPP_MIN_LOG_LEVEL": "3", "SER_CACHE": "",
                     "SER_MEMO": ""})
            others: list[int] = []
            try:
                process.wait(PATIENCE if after is None else after)
            except subprocess.TimeoutExpired:
                others = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
                process.send_signal(how if after is not None else signal.SIGKILL)
                process.wait(PATIENCE)
        return process.returncode, log.read_text("utf-8", "replace"), others

    def outs(self, stage: str) -> dict[str, bytes]:
        """Give the bytes of what a stage has written."""
        files = [path for out in OUTS[stage] for path in (self.folder / out, *(self.folder / out).rglob("*"))]
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files if path.is_file()}

    def clear(self, stage: str, *, caches: bool) -> None:
        """Take away what a stage has written."""
        for out in (*OUTS[stage], *([CACHES[stage]] if caches and stage in CACHES else [])):
            path = self.folder / out
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def trial(random: random.Random, project: Project, times: int) -> tuple[list[str], list[str]]:
    """End a stage some times, and run it again; what became of it each time, and what was found."""
    stage = random.choices(list(project.seconds), [OFTEN[stage] for stage in project.seconds])[0]
    expected = project.written[stage]
    outcomes, findings, others, what = list[str](), list[str](), list[int](), stage
    anew = bool(random.randrange(2))
    project.clear(stage, caches=anew)
    for at in range(times):
        how = random.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGINT))
        # What an earlier run has done is not done again, and so takes less.
        after = random.uniform(0.05, 0.9) * (project.seconds if anew and not at else project.seconds_again)[stage]
        if how == signal.SIGINT:
            after = max(after, HEARS)
        what += f", after {after:.2f} s {how.name}"
        project.clear(stage, caches=False)
        status, said, children = project.run(stage, after, how)
        others += children
        outcomes.append("finished" if status == 0 else "ended")
        if "Traceback" in said:
            findings.append(f"{what}: a traceback: {said.strip().splitlines()[-1]}")
        if status not in (0, 130, -how):
            findings.append(f"{what}: exit status {status}: {said.strip()[-200:]}")
        for path, content in project.outs(stage).items():
            if not any(part.startswith(".") for part in Path(path).parts) and expected.get(path) != content:
                findings.append(f"{what}: {path} is half-written")
    # Who asks again for a corpus that is there is told so.
    there = stage in DOWNLOADS and project.outs(stage) == expected
    began = time.monotonic()
    again, said, _ = project.run(stage)
    project.seconds_again[stage] = time.monotonic() - began
    if again and not (there and "exists already" in said):
        findings.append(f"{what}: fails when it is run again: {said.strip()[-200:]}")
    elif (found := project.outs(stage)) != expected:
        other = sorted(path for path in {*found, *expected} if found.get(path) != expected.get(path))
        findings.append(f"{what}: other bytes when it is run again: {', '.join(other[:3])}")
    hidden = [*project.folder.rglob(".*.tmp"), *project.folder.glob("raw/.*")]
    if rubbish := [path for path in hidden if ".cache" not in path.parts]:
        findings.append(f"{what}: leaves {rubbish[0].relative_to(project.folder)}")
    findings += [f"{what}: leaves a process behind" for pid in others if not _gone(pid)]
    return outcomes, findings


def _gone(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return True
        process.wait(10)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        process.kill()
        return False
    return True


def attack(seed: int, cases: int, folder: Path, *, first: int = 0, workers: int = 1,
           stages: Iterable[str] = tuple(OUTS)) -> Summary:
    """Try that many kills. Those in a row are known by the number of the first: `--first N --cases 4`."""
    began = time.monotonic()

    def share(worker: int, listing: Path) -> list[tuple[int, list[str], list[str]]]:
        numbers = range(first + worker * IN_A_ROW, first + cases, workers * IN_A_ROW)
        project = Project(folder / f"project-{worker}", listing, stages) if numbers else None
        return [(number, *trial(generator(seed, number), project, min(IN_A_ROW, first + cases - number)))
                for number in numbers if project]

    with serve(folder / "served") as listing, ThreadPoolExecutor(workers) as pool:
        done = sorted(each for part in pool.map(lambda worker: share(worker, listing), range(workers)) for each in part)
    tally = Counter(outcome for _, outcomes, _ in done for outcome in outcomes)
    findings = [f"{number}: {finding}" for number, _, found in done for finding in found]
    return Summary("kills", seed, cases, findings, time.monotonic() - began, dict(tally))
