"""Runs to compare: twelve speakers, two folds."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from speech_emotion.predictions import Predictions

LABELS = ("anger", "neutral", "sadness")


@pytest.fixture(scope="session")
def clips(grid: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    """A manifest of 72 clips."""
    return grid(12, LABELS)


@pytest.fixture(scope="session")
def make_run(clips: pd.DataFrame, make_predictions: Callable[..., Any]) -> Callable[..., Predictions]:
    """A function that gives predictions of all clips, right in about a share of them.

    Each half of the speakers is tested in one fold and validated in the other. The same `seed` with a higher share is
    right wherever it was, and in more.
    """
    def make(share: float = 0.5, seed: int = 0, settings: dict[str, Any] | None = None, **origin: Any) -> Predictions:
        speakers = sorted(clips["speaker"].unique())
        of_first_half = clips["speaker"].isin(speakers[:6])
        rows = pd.concat([clips[["clip_id", "label"]].assign(
            fold=fold, part=np.where(of_first_half == (fold == 0), "test", "validation")) for fold in (0, 1)])
        made: Predictions = make_predictions(rows, LABELS, settings=settings or {}, **origin)
        luck = np.random.default_rng(seed).random(len(clips))
        right = pd.Series(luck < share, index=clips["clip_id"])
        codes = made.table["label"].map({label: at for at, label in enumerate(LABELS)}).to_numpy(dtype=int)
        said = np.where(right[made.table["clip_id"]], codes, (codes + 1) % 3)
        columns = {f"p_{label}": np.where(said == at, 0.8, 0.1) for at, label in enumerate(LABELS)}
        return replace(made, table=made.table.assign(**columns))

    return make
