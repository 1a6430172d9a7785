"""A small run with audio, and its report."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.audio import resampling
from speech_emotion.evaluation.run import evaluate
from speech_emotion.ingest.summary import summary
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.report.card import model_card
from speech_emotion.report.page.write import write_page
from speech_emotion.testing import write_clip

LABELS = ("</script><b>&'\"", "fear", "neutral")
"""One as nasty as a user's label may be."""


@pytest.fixture(scope="session")
def report_settings(shipped: Callable[[], dict[str, Any]]) -> Callable[..., Evaluate]:
    """A function that gives the shipped section evaluate with changes to its report."""
    def make(**changes: Any) -> Evaluate:
        section = shipped()["evaluate"]
        return Evaluate.model_validate({**section, "resamples": 100, "report": {**section["report"], **changes}})

    return make


@pytest.fixture(scope="session")
def run(
    make_clips: Callable[..., pd.DataFrame], make_predictions: Callable[..., Any],
    report_settings: Callable[..., Evaluate], tmp_path_factory: pytest.TempPathFactory,
) -> SimpleNamespace:
    """48 tones of eight speakers, two of them of a corpus that may not be passed on, tested in two folds."""
    root = tmp_path_factory.mktemp("audio")
    rows, files = [], []
    for speaker in range(8):
        corpus = "calls" if speaker >= 6 else "ravdess"
        for at in range(6):
            path = write_clip(root / f"{speaker}-{at}.wav", seed=speaker * 6 + at, pitch=150 + 20 * at, duration=0.4)
            digest = resampling.load(path, 16_000)[1]
            clip_id = f"{corpus}-{digest[:16]}"
            rows.append({"corpus": corpus, "speaker": f"{speaker:02d}", "label": LABELS[at % 3], "sex": ("female", None)
                         [speaker % 2], "statement": "<i>Kids</i>" if at < 3 else "Dogs", "language": "en-US",
                         "digest": digest, "clip_id": clip_id, "duration": 0.4,
                         "audit_flags": "quiet;clipped" if at == 0 else ""})
            files.append({"clip_id": clip_id, "path": path.name})
    clips = make_clips(rows)
    fold = np.repeat([0, 1], 24)
    test = clips.assign(fold=fold, part="test")
    validation = clips.assign(fold=1 - fold, part="validation")
    rows_of = pd.concat([test, validation[validation["speaker"].str[-1].isin(["0", "7"])]], ignore_index=True)
    made = make_predictions(rows_of, LABELS, made_with={"python": "3.11", "processor": "a <fast> one"},
                            settings={"train_cnn": {"model": "cnn", "num_networks": 1, "baseline_share": 0.5, "lr": 0.1,
                                                    "branches": {}}})
    history = pd.DataFrame([{"fold": fold, "network": 0, "epoch": epoch, "kept": epoch == 3, "loss": 1 / epoch,
                             "accuracy": 1 - 1 / epoch, "val_loss": 1.2 / epoch, "val_accuracy": 0.5}
                            for fold in (0, 1) for epoch in (1, 2, 3)])
    settings = report_settings()
    return SimpleNamespace(clips=clips, files=pd.DataFrame(files), root=root, predictions=made, settings=settings,
                           evaluation=evaluate(clips, made, history, settings), rejected=pd.DataFrame({
                               "corpus": "ravdess", "path": ["a/<b>.wav"], "sha256": "", "rule": "silent",
                               "reason": "digital silence", "what_to_do": "remove it"}))


@pytest.fixture(scope="session")
def write(run: SimpleNamespace) -> Callable[..., Any]:
    """A function that writes the run's report to a path, with changes of what `write_page` is told."""
    def make(path: Path, **changes: Any) -> Any:
        corpus = summary(run.clips, run.rejected)
        stored = path.with_name("predictions.parquet")
        stored.write_bytes(b"predictions")
        settings = changes.pop("settings", run.settings)
        card = model_card(run.evaluation, run.predictions, settings, corpus=corpus, clips=run.clips,
                          predictions_file=stored)
        return write_page(path, run.evaluation, run.predictions, settings, **{
            "corpus": corpus, "rejected": run.rejected, "files": run.files, "root": run.root, "card": card, **changes})

    return make


@pytest.fixture(scope="module")
def browser(launch: Callable[[], Any]) -> Any:
    """Chromium, without a window."""
    return launch()
