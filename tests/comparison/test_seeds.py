"""Mean, spread and ensemble of runs that differ by their seed alone, worked out otherwise."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from speech_emotion.comparison import seeds
from speech_emotion.comparison.sources import Run
from speech_emotion.core.errors import UserError
from speech_emotion.predictions import Predictions

Make = Callable[..., Predictions]
P = ["p_anger", "p_neutral", "p_sadness"]


@pytest.fixture
def runs(clips: pd.DataFrame, make_run: Make) -> list[Run]:
    """Three, of which each is right in two of three clips."""
    return [Run(f"run {seed}", seeded(make_run(0.67, seed=seed), seed), clips) for seed in (1, 2, 3)]


def seeded(made: Predictions, seed: int, **others: Any) -> Predictions:
    settings = {"train_cnn": {"seed": seed, **others}}
    return Predictions(made.table, dataclasses.replace(made.origin, seed=seed, settings=settings))


def test_the_ensemble_is_the_mean_of_the_probabilities(runs: list[Run]) -> None:
    # In whatever order a run has its clips.
    shuffled = Predictions(runs[1].predictions.table.sample(frac=1, random_state=0), runs[1].predictions.origin)
    together = seeds.ensemble([runs[0], dataclasses.replace(runs[1], predictions=shuffled), runs[2]])
    assert together.name == "ensemble of 3 seeds"
    said = together.predictions.part("test").set_index("clip_id")
    each = [run.predictions.part("test").set_index("clip_id").loc[said.index] for run in runs]
    mean = sum(rows[P].to_numpy(dtype=float) for rows in each) / 3
    np.testing.assert_allclose(said[P].to_numpy(dtype=float), mean)
    assert said["predicted"].tolist() == [P[best][2:] for best in mean.argmax(axis=1)]
    single = [balanced_accuracy_score(rows["label"].tolist(), rows["predicted"].tolist()) for rows in each]
    assert balanced_accuracy_score(said["label"].tolist(), said["predicted"].tolist()) > np.mean(single)


def test_it_judges_only_what_all_have_tested(runs: list[Run]) -> None:
    table = runs[1].predictions.table
    lost = table.loc[table["part"] == "test", "clip_id"].iloc[0]
    fewer = Predictions(table[table["clip_id"] != lost], runs[1].predictions.origin)
    together = seeds.ensemble([runs[0], dataclasses.replace(runs[1], predictions=fewer)]).predictions.part("test")
    assert set(runs[0].predictions.part("test")["clip_id"]) - set(together["clip_id"]) == {lost}
    none = Predictions(table[table["part"] != "test"], runs[1].predictions.origin)
    with pytest.raises(UserError, match="share no clip"):
        seeds.ensemble([runs[0], dataclasses.replace(runs[1], predictions=none)])


def test_other_settings_and_the_same_seed_are_refused(runs: list[Run]) -> None:
    other = dataclasses.replace(runs[1], predictions=seeded(runs[1].predictions, 2, lr=0.5))
    with pytest.raises(UserError, match=r"run 2 differs from run 1 by more than its seed: train_cnn\.lr"):
        seeds.ensemble([runs[0], other])
    with pytest.raises(UserError, match=r"two runs have the same seed \(1, 1\)"):
        seeds.ensemble([runs[0], dataclasses.replace(runs[0], name="again")])
