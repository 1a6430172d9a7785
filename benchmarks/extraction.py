"""Time the stage `extract_mfcc` against the loop of the tutorials, against the floor, and against openSMILE.

    python benchmarks/extraction.py [--audio FOLDER] [--clips 2000] [--repeats 5]

Without --audio, clips are synthesised (48 kHz, 16-bit WAV, 3 to 4.4 s, as RAVDESS's). All rows of a table use the same
clips and settings, in turn; the best of the repeats counts. Each run of the stage is a fresh process with an empty
cache; its time begins when the libraries are loaded, as the loop's does, and takes in the check of each clip's digest
and the writing of cache and store. The floor is what the plain library calls take.
"""

import argparse
import datetime
import os
import pickle
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import librosa
import numpy as np
import scipy.fft
import soundfile
import soxr
from cases import SETTINGS
from corpus import synthesize

from speech_emotion.extraction.worker import ClipFile
from speech_emotion.features import mfcc, spectrum
from speech_emotion.parallel.workers import local_workers
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.store import FeatureStore

OPENSMILE = """
[componentInstances:cComponentManager]
instance[dataMemory].type=cDataMemory
instance[frame].type=cFramer
instance[window].type=cWindower
instance[fft].type=cTransformFFT
instance[magnitude].type=cFFTmagphase
instance[mel].type=cMelspec
instance[mfcc].type=cMfcc
\\{{\\cm[source{{?}}:include external source]}}
\\{{\\cm[sink{{?}}:include external sink]}}
[frame:cFramer]
reader.dmLevel=wave
writer.dmLevel=frames
frameSize={window}
frameStep={hop}
frameCenterSpecial=left
[window:cWindower]
reader.dmLevel=frames
writer.dmLevel=windowed
winFunc=han
[fft:cTransformFFT]
reader.dmLevel=windowed
writer.dmLevel=fft
[magnitude:cFFTmagphase]
reader.dmLevel=fft
writer.dmLevel=magnitude
[mel:cMelspec]
reader.dmLevel=magnitude
writer.dmLevel=mel
nBands={n_mels}
lofreq={fmin}
hifreq={fmax}
usePower=1
[mfcc:cMfcc]
reader.dmLevel=mel
writer.dmLevel=mfcc
firstMfcc=0
lastMfcc=39
"""


def plain_loop(clips: list[ClipFile], settings: ExtractMfcc) -> list[np.ndarray]:
    """Compute MFCCs as every tutorial does."""
    return [_tutorial(clip.path, settings) for clip in clips]


def _tutorial(path: str, settings: ExtractMfcc) -> np.ndarray:
    samples, sample_rate = librosa.load(path, sr=settings.sample_rate)
    chosen = _mfcc(settings)
    return librosa.feature.mfcc(
        y=samples, sr=sample_rate, n_mfcc=chosen.n_mfcc, n_fft=chosen.n_fft, hop_length=settings.hop_length,
        n_mels=chosen.n_mels, fmin=chosen.fmin, fmax=chosen.fmax,
    )


def _mfcc(settings: ExtractMfcc) -> mfcc.Settings:
    chosen = settings.features.chosen()["mfcc"]
    assert isinstance(chosen, mfcc.Settings)
    return chosen


def floor(clips: list[ClipFile], settings: ExtractMfcc) -> dict[str, float]:
    """Time what nobody can leave out, in seconds: decoding, resampling, FFT and power."""
    n_fft = _mfcc(settings).n_fft
    window = spectrum.padded_window(spectrum.Spectrum.part_of(_mfcc(settings)))
    spent = dict.fromkeys(("decode", "resample", "FFT and power"), 0.0)
    for clip in clips:
        began = time.perf_counter()
        samples, sample_rate = soundfile.read(clip.path, dtype="float32")
        if samples.ndim > 1:
            samples = samples.mean(axis=1)
        decoded = time.perf_counter()
        samples = soxr.resample(samples, sample_rate, settings.sample_rate)
        resampled = time.perf_counter()
        padded = np.pad(samples, n_fft // 2)
        framed = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[:: settings.hop_length]
        spectra = scipy.fft.rfft(framed * window, axis=1)
        np.square(spectra.real) + np.square(spectra.imag)
        done = time.perf_counter()
        for part, seconds in zip(spent, (decoded - began, resampled - decoded, done - resampled), strict=True):
            spent[part] += seconds
    return spent


def stage(clips: list[ClipFile], settings: ExtractMfcc, scratch: Path) -> float:
    """Run the stage's work in a fresh process; in seconds."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        job = Path(folder) / "job.pickle"
        job.write_bytes(pickle.dumps((clips, settings, scratch / "features", Path(folder) / "cache")))
        program = str(Path(__file__).with_name("stage.py"))
        run = subprocess.run([sys.executable, program, str(job)], capture_output=True, text=True, check=True)
        return float(run.stdout)


def opensmile(clips: list[ClipFile], settings: ExtractMfcc, scratch: Path) -> Callable[[], object] | None:
    """Give a function that computes the same kind of MFCCs with openSMILE, or None if it is not installed."""
    try:
        import opensmile as library  # type: ignore[import-not-found]  # optional: pip install opensmile
    except ImportError:
        return None
    chosen = _mfcc(settings)
    path = scratch / f"mfcc-{chosen.n_fft}.conf"
    # Without resampling: openSMILE takes the clips at their own rate, with windows as long in seconds.
    path.write_text(OPENSMILE.format(
        window=chosen.win_length / settings.sample_rate, hop=settings.hop_length / settings.sample_rate,
        n_mels=chosen.n_mels, fmin=max(chosen.fmin, 1), fmax=chosen.fmax,
    ))
    smile = library.Smile(feature_set=str(path), feature_level="mfcc")

    def smile_all() -> None:
        for clip in clips:
            samples, sample_rate = soundfile.read(clip.path, dtype="float32")
            smile.process_signal(samples, sample_rate)

    return smile_all


def main() -> None:
    """Print one table for each of `SETTINGS`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--audio", type=Path, help="folder of audio to measure with")
    parser.add_argument("--clips", type=int, default=2000, help="how many clips at most")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if options.audio:
            found = sorted(path for path in options.audio.rglob("*.*") if path.suffix in {".wav", ".flac"})
            found = found[: options.clips]
            clips = [ClipFile.describe(path, f"bench-{at:06d}", "bench") for at, path in enumerate(found)]
            source = f"{len(clips)} clips of {options.audio.name}"
        else:
            clips = synthesize(scratch, options.clips, sample_rate=48000, shortest=3.0, longest=4.4)
            source = f"{len(clips)} synthetic clips (48 kHz, 16-bit WAV)"
        workers = local_workers()
        seconds = sum(clip.duration for clip in clips) / len(clips)
        print(f"{datetime.date.today()}: {source}, {seconds:.2f} s on average; {_machine()}, {workers} processes; "
              f"Python {platform.python_version()}, librosa {version('librosa')}; best of {options.repeats}")
        for title, settings in SETTINGS.items():
            table(title, clips, settings, scratch, workers, options.repeats)


def table(title: str, clips: list[ClipFile], settings: ExtractMfcc, scratch: Path, workers: int, repeats: int) -> None:
    """Measure and print one table."""
    warnings.simplefilter("ignore")  # librosa's, about clips shorter than n_fft
    for clip in clips[:3]:  # the first calls load and compile
        _tutorial(clip.path, settings)
    some = clips[::10]
    smile = opensmile(some, settings, scratch)
    loops, stages, floors, smiles = [], [], [], []
    expected: list[np.ndarray] = []
    loads = [_load()]
    for _ in range(repeats):
        began = time.perf_counter()
        expected = plain_loop(clips, settings)
        loops.append(time.perf_counter() - began)
        stages.append(stage(clips, settings, scratch))
        floors.append(floor(clips, settings))
        if smile:
            began = time.perf_counter()
            smile()
            smiles.append((time.perf_counter() - began) * len(clips) / len(some))
        loads.append(_load())
    least = min(floors, key=lambda spent: sum(spent.values()))
    bottom = sum(least.values())
    loop, best = min(loops), min(stages)
    store = FeatureStore(scratch / "features")
    error = max(float((np.abs(store.frames(clip.clip_id) - matrix.T) / np.abs(matrix).max(axis=1)).max())
                for clip, matrix in zip(clips, expected, strict=True))

    def row(name: str, seconds: float) -> str:
        return f"| {name} | {seconds / len(clips) * 1e3:.2f} | {len(clips) / seconds:.0f} | {loop / seconds:.2f} |"

    print(f"\n{title}\n\n| | ms per clip | clips/s | times the loop |\n|---|---|---|---|")
    print(row("plain loop: librosa.load + librosa.feature.mfcc, one process", loop))
    print(row(f"this stage, {workers} processes", best))
    parts = ", ".join(f"{name} {seconds / len(clips) * 1e3:.2f}" for name, seconds in least.items())
    print(row(f"floor, one process ({parts})", bottom))
    print(row(f"floor / {workers}", bottom / workers))
    if smiles:
        print(row("openSMILE, decode + MFCC without resampling, one process, every tenth clip", min(smiles)))
    else:
        print("| openSMILE | not installed | | |")
    busy = min(loads) > workers * 1.1 or max(loads) > workers * 1.5
    print(f"\nload average while measuring: {min(loads):.1f} to {max(loads):.1f}"
          + ("; OTHER WORK WAS RUNNING: these times say nothing" if busy else ""))
    print(f"stage / (floor / {workers}): {best / (bottom / workers):.2f}; largest difference from the loop, "
          f"relative to each coefficient's largest magnitude in the clip: {error:.1e}")


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _machine() -> str:
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        name = names[0] if names else name
    return f"{name}, {os.cpu_count()} cores"


if __name__ == "__main__":
    main()
