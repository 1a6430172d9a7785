"""Memory for many clips, time for one more, memory for a long file.

    python benchmarks/scale.py [--clips 50000] [--minutes 60]

Synthesises that many different clips (16 kHz, 1 to 2 s), extracts them, adds one and extracts again; then does the same
with one long file. Memory is the largest sum of proportional set sizes (PSS) of all processes, sampled every 0.2 s.
"""

import argparse
import pickle
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from cases import SHIPPED
from corpus import synthesize

from speech_emotion.extraction.worker import ClipFile


def measure(clips: list[ClipFile], scratch: Path) -> str:
    """Extract in a fresh process; say how long the whole process took, what it did, and its memory."""
    job = scratch / "job.pickle"
    job.write_bytes(pickle.dumps((clips, SHIPPED, scratch / "features", scratch / "cache")))
    began = time.perf_counter()
    program = str(Path(__file__).with_name("stage.py"))
    run = subprocess.Popen([sys.executable, program, str(job)], stdout=subprocess.PIPE)
    largest, counted = watched(run)
    assert run.stdout is not None
    seconds = float(run.stdout.read())
    return (f"{time.perf_counter() - began:.1f} s with start ({seconds:.1f} s of work), "
            f"{largest / 2**20:.0f} MiB in {counted} processes")


def watched(run: "subprocess.Popen[bytes]") -> tuple[int, int]:
    """Wait for a process; give its largest memory in bytes, with its children, and how many processes that was."""
    largest, counted = 0, 0
    while run.poll() is None:
        total, processes = _memory(run.pid)
        if total > largest:
            largest, counted = total, processes
        time.sleep(0.2)
    if run.returncode:
        raise SystemExit(run.returncode)
    return largest, counted


def _memory(pid: int) -> tuple[int, int]:
    total, processes = 0, 0
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0, 0
    for process in family:
        try:
            total += process.memory_full_info().pss
            processes += 1
        except psutil.Error:
            continue
    return total, processes


def main() -> None:
    """Print three lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=50_000)
    parser.add_argument("--minutes", type=float, default=60.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        (scratch / "audio").mkdir()
        clips = synthesize(scratch / "audio", options.clips + 1, sample_rate=16000, shortest=1.0, longest=2.0)
        print(f"{options.clips} clips: {measure(clips[:-1], scratch)}")
        print(f"the same and one more: {measure(clips, scratch)}")
        (scratch / "long").mkdir()
        seconds = 60 * options.minutes
        (long,) = synthesize(scratch / "long", 1, sample_rate=48000, shortest=seconds, longest=seconds)
        print(f"one file of {options.minutes:g} minutes at 48 kHz: {measure([long], scratch)}")


if __name__ == "__main__":
    main()
