"""Compare `pool` with joblib's generator: time to the first result, time, memory, results that pile up.

    python benchmarks/pools.py [--clips 2000] [--repeats 4]

Both compute the same batches of short synthetic clips (16 kHz, 1 to 2 s) in two fresh processes. Memory is the largest
sum of proportional set sizes (PSS) of all processes. Results pile up when whoever takes them is slow: in a run of its
own the first ten take 0.1 s each, and the largest number of finished batches that wait is counted. Of the other figures
the best of the repeats counts.
"""

import argparse
import pickle
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path

import psutil
from cases import SHIPPED
from corpus import synthesize

from speech_emotion.arrays import Float32
from speech_emotion.extraction import fingerprint
from speech_emotion.extraction.order import AHEAD, BATCH_CLIPS
from speech_emotion.extraction.purpose import PURPOSE
from speech_emotion.extraction.worker import Batch, ClipFile, compute_batch
from speech_emotion.parallel import pool, start
from speech_emotion.params.extract_mfcc import Recipe

WORKERS = 2


def compute(batch: Batch, finished: Path) -> list[Float32 | Path]:
    """Compute a batch and leave a byte in a file for it."""
    results = compute_batch(batch)
    with finished.open("ab") as file:
        file.write(b".")
    return results


def with_pool(batches: Iterable[Batch], finished: Path) -> Iterator[list[Float32 | Path]]:
    """Compute as `extraction.run` does."""
    with pool.processes(WORKERS, PURPOSE) as (executor, capacity):
        under_way = deque[Future[list[Float32 | Path]]]()
        for batch in batches:
            under_way.append(executor.submit(compute, batch, finished))
            if len(under_way) > AHEAD * capacity:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def with_joblib(batches: Iterable[Batch], finished: Path) -> Iterator[list[Float32 | Path]]:
    """Compute through joblib's generator, with as many batches sent ahead."""
    from joblib import Parallel, delayed

    parallel = Parallel(
        n_jobs=WORKERS, backend="loky", return_as="generator", batch_size=1, pre_dispatch=AHEAD * WORKERS
    )
    yield from parallel(delayed(compute)(batch, finished) for batch in batches)


def run(kind: str, folder: Path, seconds_each: float) -> None:
    """Compute once, in this process; print time to the first result, time, and the most results that waited."""
    if kind == "pool":
        start.warm_up(PURPOSE.preload)
    clips: list[ClipFile] = pickle.loads((folder / "clips.pickle").read_bytes())
    recipe = Recipe.part_of(SHIPPED)
    code, numbers = fingerprint.of_code(tuple(recipe.features.chosen())), {"": fingerprint.of_numbers(recipe, "")}
    batches = [
        Batch(tuple((clip, ("",)) for clip in clips[first : first + BATCH_CLIPS]), recipe, code, numbers)
        for first in range(0, len(clips), BATCH_CLIPS)
    ]
    finished = folder / "finished"
    finished.write_bytes(b"")
    began, to_first, waiting = time.perf_counter(), 0.0, 0
    results = (with_pool if kind == "pool" else with_joblib)(batches, finished)
    for taken, _ in enumerate(results, start=1):
        to_first = to_first or time.perf_counter() - began
        if taken <= 10:
            time.sleep(seconds_each)
            waiting = max(waiting, finished.stat().st_size - taken)
    print(to_first, time.perf_counter() - began, waiting)


def measure(kind: str, folder: Path, seconds_each: float) -> tuple[float, float, int, float]:
    """Compute in a fresh process; give what `run` prints, and memory in MiB."""
    command = [sys.executable, __file__, "--run", kind, str(folder), str(seconds_each)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    largest = 0
    while process.poll() is None:
        total = 0
        for member in [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]:
            try:
                total += member.memory_full_info().pss
            except psutil.Error:
                continue
        largest = max(largest, total)
        time.sleep(0.1)
    assert process.stdout is not None
    to_first, seconds, waiting = process.stdout.read().split()
    return float(to_first), float(seconds), int(waiting), largest / 2**20


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        clips = synthesize(folder, options.clips, sample_rate=16000, shortest=1.0, longest=2.0)
        (folder / "clips.pickle").write_bytes(pickle.dumps(clips))
        print("| | first result | all | memory | batches that waited |\n|---|---|---|---|---|")
        for kind in ("pool", "joblib"):
            found = [measure(kind, folder, 0.0) for _ in range(options.repeats)]
            to_first, seconds, _, memory = (min(values) for values in zip(*found, strict=True))
            waiting = measure(kind, folder, 0.1)[2]
            print(f"| {kind} | {to_first:.2f} s | {seconds:.2f} s | {memory:.0f} MiB | {waiting} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(sys.argv[2], Path(sys.argv[3]), float(sys.argv[4]))
    else:
        main()
