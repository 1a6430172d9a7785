"""How long the stage `evaluate` takes with its report, and how large the page is: made-up predictions, real audio."""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from corpus import synthesize
from scipy.special import softmax

from speech_emotion import manifest, predictions
from speech_emotion.audio import resampling
from speech_emotion.predictions import Origin, Predictions

ROOT = Path(__file__).resolve().parents[1]
LABELS = ("anger", "calm", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
HEARD = 400
"""Clips that have audio; no page holds more."""


def make(folder: Path, num_clips: int) -> None:
    """Write what the stage reads, for clips of 24 speakers that are recognised in half of the cases."""
    random = np.random.default_rng(1)
    (folder / "data").mkdir()
    audio = folder / "demo/audio"
    audio.mkdir(parents=True)
    written = synthesize(audio, min(HEARD, num_clips), sample_rate=16_000, shortest=2.5, longest=4.5)
    paths = [Path(clip.path) for clip in written]
    digests = [resampling.load(path, 16_000)[1] for path in paths]
    digests += [random.bytes(16).hex() for _ in range(num_clips - len(paths))]
    label = random.integers(0, len(LABELS), num_clips)
    speaker = random.integers(0, 24, num_clips)
    clips = pd.DataFrame({
        "clip_id": [f"ravdess-{digest[:16]}" for digest in digests], "corpus": "ravdess",
        "label": np.array(LABELS)[label], "native_label": "x",
        "speaker": [f"ravdess-{number:02}" for number in speaker],
        "sex": np.where(speaker % 2, "male", "female"), "age": None, "language": "en",
        "statement": np.where(random.random(num_clips) < 0.5, "Kids", "Dogs"), "intensity": "normal",
        "repetition": None, "duration": random.uniform(2.5, 4.5, num_clips), "sample_rate": 16_000, "channels": 1,
        "peak_dbfs": -1.0, "rms_dbfs": random.normal(-25, 5, num_clips), "leading_silence": 0.1,
        "trailing_silence": 0.1, "noise_dbfs": random.normal(-60, 5, num_clips), "bandwidth": 8000,
        "encoding": manifest.LOSSLESS, "digest": digests, "audit_flags": ""})
    manifest.write(clips, folder / "data/manifest.parquet")
    manifest.write_files(pd.DataFrame({
        "clip_id": clips["clip_id"], "path": [path.name for path in paths] + [f"{at}.wav" for at in
                                                                              range(len(paths), num_clips)],
        "sha256": "0" * 64, "bytes": 1, "published": None, "renamed": False}), folder / "data/files.parquet")
    logits = random.normal(0, 1.5, (num_clips, len(LABELS))) + 2 * np.eye(len(LABELS))[label]
    embeddings = random.normal(0, 1, (num_clips, 64)).astype(np.float32)
    table = pd.DataFrame({
        "fold": speaker % 4, "clip_id": clips["clip_id"], "part": "test", "label": clips["label"],
        **{f"{kind}_{name}": values[:, at] for kind, values in (("logit", logits), ("p", softmax(logits, axis=1)))
           for at, name in enumerate(LABELS)}, "embedding": list(embeddings), "baseline": clips["label"]})
    validation = table[speaker < 4].assign(part="validation", fold=lambda rows: (rows["fold"] + 1) % 4)
    predictions.write(Predictions(pd.concat([table, validation]), Origin(
        LABELS, "speaker_kfold", True, False, seed=1, settings={})), folder / "data/predictions.parquet")
    (folder / "data/history.csv").write_text("fold,network,epoch,kept,loss,accuracy,val_loss,val_accuracy\n"
                                             "0,0,1,True,1.0,0.5,1.0,0.5\n")
    (folder / "data/rejected.csv").write_text("corpus,path,sha256,rule,reason,what_to_do\n")
    shutil.copy(ROOT / "params.yaml", folder)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--clips", type=int, nargs="+", default=[1500, 12000])
    for number in arguments.parse_args().clips:
        with tempfile.TemporaryDirectory() as scratch:
            make(Path(scratch), number)
            before, start = os.times(), time.perf_counter()
            subprocess.run([sys.executable, ROOT / "src/stages/evaluate.py"], cwd=scratch, check=True,
                           stdout=subprocess.DEVNULL)
            seconds, after = time.perf_counter() - start, os.times()
            size = Path(scratch, "plots/report.html").stat().st_size
            print(f"{number:,} clips: {seconds:.1f} s, {after.children_user - before.children_user:.1f} s of "
                  f"processor, {size / 1e6:.1f} MB")
