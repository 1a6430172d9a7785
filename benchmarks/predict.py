"""An exported model beside the pipeline's own path: the same answers, how fast, and what fewer bits cost.

    python benchmarks/predict.py demo/audio
    python benchmarks/predict.py --models models --every 6 path/to/corpus path/to/another

Every clip is judged by `Predictor` and by the exported file at each precision. Then a clip of 4 s: from the start of a
process, or of `ser predict`, to the answer, and once loaded; and clips of 4 s a second, on two cores, by two threads
with one each, and by `ser predict` from its start; and the load of the machine meanwhile.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from speech_emotion.export.write import Trained, load, write
from speech_emotion.ingest.listing import audio_files
from speech_emotion.models import backend
from speech_emotion.models.identity import EXPORTED
from speech_emotion.portable.card import Precision
from speech_emotion.portable.model import Model
from speech_emotion.prediction.predictor import Predictor
from speech_emotion.prediction.said import NotJudged
from speech_emotion.testing import voice, write_samples

SECONDS, CLIPS = 4.0, 100
_SER = ("from speech_emotion.cli.main import main; sys.argv = ['ser', 'predict', '--models', {model}, sys.argv[3]]; "
        "main()")
_STARTS = {
    "ser predict, exported": _SER.format(model="sys.argv[1]"),
    "ser predict, model folder": _SER.format(model="sys.argv[2]"),
    "exported": "from speech_emotion import load; print(load(sys.argv[1]).file(sys.argv[3]))",
    "pipeline": "from speech_emotion.models import backend; backend.load(); from speech_emotion import Predictor; "
                "print(Predictor.load(sys.argv[2]).windows_of_file(sys.argv[3]))",
}


def main() -> None:
    """Print differences and times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("audio", type=Path, nargs="*", help="Folders of clips to compare on.")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--every", type=int, default=1, help="Take every so manieth clip.")
    parser.add_argument("--no-times", action="store_true", help="Compare answers alone.")
    arguments = parser.parse_args()
    backend.load()
    trained = load(arguments.models)
    with tempfile.TemporaryDirectory() as folder:
        files = {precision: Path(folder, f"{precision}.onnx") for precision in Precision}
        for precision, file in files.items():
            print(f"{precision}: {write(trained, file, precision=precision).num_bytes / 1e6:.2f} MB")
        for audio in arguments.audio:
            _compare(trained, files, audio, arguments.every)
        if not arguments.no_times:
            print(f"LiteRT: {write(trained, Path(folder, 'model.tflite')).num_bytes / 1e6:.2f} MB")
            clip = write_samples(Path(folder, "clip.wav"), voice(1, duration=SECONDS))
            weights = shutil.copytree(arguments.models, Path(folder, "models"), ignore=shutil.ignore_patterns(EXPORTED))
            for name, program in _STARTS.items():
                command = [sys.executable, "-c", f"import sys; {program}", files[Precision.FLOAT32], weights, clip]
                began = _best(partial(subprocess.run, command, check=True, capture_output=True), 3)
                print(f"process to answer, {name}: {began:.2f} s", flush=True)
            _times(trained.predictor, files[Precision.FLOAT32])
            clips = Path(folder, "clips")
            for number in range(CLIPS):
                write_samples(clips / f"{number}.wav", voice(number, duration=SECONDS))
            command = [sys.executable, "-c", f"import sys; {_STARTS['ser predict, exported']}",
                       files[Precision.FLOAT32], weights, clips]
            taken = _best(partial(subprocess.run, command, check=True, capture_output=True), 2)
            print(f"ser predict of a folder of {CLIPS}: {taken:.2f} s, {CLIPS / taken:.0f} clips a second", flush=True)
            print(f"load of the machine, over the last minute: {os.getloadavg()[0]:.1f}")


def _compare(trained: Trained, files: dict[Precision, Path], audio: Path, every: int) -> None:
    exported = {precision: Model(file, threads=1) for precision, file in files.items()}
    apart: dict[Precision, list[float]] = {precision: [] for precision in files}
    labels: dict[Precision, int] = dict.fromkeys(files, 0)
    refused = 0
    for path in (audio / name for name in audio_files(audio)[::every]):
        try:
            said = trained.predictor.windows_of_file(path)
        except NotJudged as why:
            reason = exported[Precision.FLOAT32].file(path).not_judged
            assert reason is not None and reason.rule == why.rule, path
            refused += 1
            continue
        for precision, model in exported.items():
            judged = model.file(path).judged
            assert judged is not None, path
            apart[precision].append(float(np.abs(judged.clip - said.clip).max()))
            labels[precision] += int(judged.clip.argmax() != said.clip.argmax())
    for precision, each in apart.items():
        print(f"{audio}, {precision}: {len(each)} clips, largest difference {max(each):.1e}, median "
              f"{np.median(each):.1e}, above 1e-4 in {np.count_nonzero(np.array(each) > 1e-4)}; another label in "
              f"{labels[precision]}", flush=True)
    if refused:
        print(f"{audio}: {refused} not judged, by both for the same reason")


def _times(predictor: Predictor, file: Path) -> None:
    samples, rate = voice(1, duration=SECONDS), predictor.recipe.sample_rate
    both, alone = Model(file, threads=2), Model(file, threads=1)
    print(f"once loaded, exported, 2 threads: {1000 * _best(lambda: both(samples, rate), 20):.1f} ms")
    print(f"once loaded, exported, 1 thread: {1000 * _best(lambda: alone(samples, rate), 20):.1f} ms; of processor "
          f"time, {1000 * _best(lambda: alone(samples, rate), 20, time.thread_time):.1f} ms")
    print(f"once loaded, pipeline: {1000 * _best(lambda: predictor.windows(samples, rate), 10):.1f} ms")

    def many() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: alone(samples, rate), range(CLIPS)))

    print(f"clips a second, exported: {CLIPS / _best(many, 3):.0f}")


def _best(what: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    what()
    taken = []
    for _ in range(times):
        began = clock()
        what()
        taken.append(clock() - began)
    return min(taken)


if __name__ == "__main__":
    main()
