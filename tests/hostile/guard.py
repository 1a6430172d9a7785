"""Run hostile cases in a child process, and say of each what it must not do.

A case is a function of a module, `case(seed, number, folder) -> str`: it makes the hostile thing from seed and number
in the empty folder, lets the pipeline have it, and returns in a word what became of it ("taken", "refused"). An error
for people is the case's to catch. A finding is whatever else it raises, such as `Finding`; the child's death by a
signal; more than `SECONDS`; more than `MEMORY`; a file outside the folder; and anything on standard output.
"""

import importlib
import json
import os
import queue
import random
import re
import resource
import shutil
import subprocess
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from .summary import Summary

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "tests.hostile"
"""As it is imported from `ROOT`; pytest has other names for it."""
SECONDS = 15.0
"""Longest time that a case may take."""
MEMORY = 1_500_000_000
"""Largest resident set of a process, in bytes."""
_ROOM = 6 << 30
"""Address space that a child may take beyond what it starts with: a stop before the machine itself suffers."""
_START_SECONDS = 120.0


class Finding(Exception):
    """What a case must not do, found by itself."""


def guarded(name: str, case: Callable[[int, int, Path], str], seed: int, cases: int, folder: Path, *,
            first: int = 0, workers: int = 1) -> Summary:
    """Try many cases.

    Parameters
    ----------
    name : str
        Of the attack.
    case : callable
        See the module's head.
    seed : int
    cases : int
        How many.
    folder : Path
        For scratch; must exist.
    first : int
        Number of the first case.
    workers : int
        Child processes at a time.
    """
    began = time.monotonic()
    summary = Summary(name, seed, cases)
    tally: Counter[str] = Counter()
    shares = [range(first + worker, first + cases, workers) for worker in range(workers)]
    with ThreadPoolExecutor(workers) as pool:
        for outcomes, findings in pool.map(lambda share: _share(case, seed, share, folder), shares):
            tally.update(outcomes)
            summary.findings += findings
    summary.findings.sort(key=lambda line: int(line.split(":", 1)[0]))
    summary.tally, summary.seconds = dict(tally), time.monotonic() - began
    return summary


def generator(seed: int, number: int) -> random.Random:
    """Give the random numbers of one case."""
    return random.Random(f"{seed} {number}")


def _importable(case: Callable[..., str]) -> str:
    return f"{PACKAGE}.{case.__module__.rpartition('.')[2]}"


def _share(case: Callable[..., str], seed: int, numbers: Iterable[int], folder: Path) -> tuple[list[str], list[str]]:
    todo, outcomes, findings = list(numbers), list[str](), list[str]()
    while todo:
        child = _Child(case, seed, todo, folder)
        try:
            for number, outcome, found in child.reports():
                todo.remove(number)
                outcomes.append(outcome)
                findings += [f"{number}: {each}" for each in found]
        finally:
            child.end()
        if not child.ready:
            raise RuntimeError(f"the process that should try the cases did not start: {child.how}")
        if todo and not child.renewed:
            outcomes.append("ended the process")
            findings.append(f"{todo.pop(0)}: {child.how}")
    return outcomes, findings


class _Child:
    """A process that tries cases until one ends it."""

    def __init__(self, case: Callable[..., str], seed: int, numbers: list[int], folder: Path) -> None:
        reading, writing = os.pipe()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
                       "PYTHONFAULTHANDLER": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
        self._errors, self._output = (folder / f"{what}-{threading.get_ident()}.txt" for what in ("errors", "output"))
        with self._errors.open("ab") as errors, self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"{PACKAGE}.guard", f"{_importable(case)}:{case.__name__}", str(seed),
                 str(folder), str(writing)],
                cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=errors, pass_fds=[writing],
            )
        os.close(writing)
        assert self._process.stdin
        self._process.stdin.write(json.dumps(numbers).encode())
        self._process.stdin.close()
        self._news: queue.Queue[Any] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(reading,), daemon=True)
        self._reader.start()
        self._folder = folder
        self.ready = False
        self.renewed = False
        """Whether it has ended because it said so: the next process goes on."""
        self.how = ""
        """How it ended, if not by itself."""

    def reports(self) -> Iterable[tuple[int, str, list[str]]]:
        """Give number, outcome and findings of each case, until the process ends."""
        patience = _START_SECONDS
        while True:
            try:
                news = self._news.get(timeout=patience)
            except queue.Empty:
                self.how = f"hangs for more than {patience:g} s"
                return
            patience = SECONDS
            if news is None:
                status = self._process.wait()
                said = self._errors.read_text("utf-8", "replace").strip().splitlines()
                self.how = (f"signal {-status}" if status < 0 else f"exit status {status}") + (
                    f": {' | '.join(said[:12])}" if said else "")
                return
            if news == "renew":
                self.renewed = True
                return
            if news == "ready":
                self.ready = True
            else:
                yield news

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._errors.unlink()
        self._output.unlink()
        shutil.rmtree(self._folder / f"child-{self._process.pid}", ignore_errors=True)

    def _read(self, reading: int) -> None:
        with os.fdopen(reading, encoding="utf-8") as pipe:
            for line in pipe:
                self._news.put(json.loads(line))
        self._news.put(None)


def _main() -> None:
    name, seed, scratch, writing = sys.argv[1:]
    numbers = json.load(sys.stdin)
    module, _, function = name.partition(":")
    case = getattr(importlib.import_module(module), function)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + _ROOM, resource.RLIM_INFINITY))
    top = Path(scratch, f"child-{os.getpid()}")
    # Deep, so that what leads out of the folder is still seen.
    folder = top / "a/b/c/case"
    with os.fdopen(int(writing), "w", encoding="utf-8") as pipe:
        def tell(news: object) -> None:
            pipe.write(json.dumps(news) + "\n")
            pipe.flush()

        tell("ready")
        for number in numbers:
            folder.mkdir(parents=True)
            outcome, findings = _tried(case, int(seed), number, folder)
            outside = [path for path in top.rglob("*") if not path.is_relative_to(folder)
                       and not folder.is_relative_to(path)]
            findings += [f"a file outside its folder: {path.relative_to(top)}" for path in outside]
            shutil.rmtree(top)
            largest = _most_memory()
            if largest > MEMORY:
                findings.append(f"takes {largest / 1e9:.1f} GB")
            tell([number, "found" if findings else outcome, findings])
            if largest > MEMORY:  # the mark never falls again
                tell("renew")
                return


def _most_memory() -> int:
    """Largest resident set of this process, in bytes; `getrusage` would count what its parent had when it was made."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return int(re.findall(r"^VmHWM:\s+(\d+) kB$", status, re.MULTILINE)[0]) * 1024


def _tried(case: Callable[..., str], seed: int, number: int, folder: Path) -> tuple[str, list[str]]:
    outcome, findings = "found", []
    try:
        outcome = case(seed, number, folder)
    except Finding as error:
        findings.append(str(error))
    except BaseException as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        text = " ".join(str(error).split())[:160]
        findings.append(f"{type(error).__name__} at {last.filename}:{last.lineno}: {text}")
    sys.stdout.flush()
    if printed := os.fstat(1).st_size:
        findings.append(f"prints {printed} bytes")
        os.ftruncate(1, 0)
    return outcome, findings


if __name__ == "__main__":
    # Not this module's own, which is another one than the cases import.
    importlib.import_module(f"{PACKAGE}.guard")._main()
