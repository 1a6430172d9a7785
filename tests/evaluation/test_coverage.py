"""Intervals hold the truth about as often as they say, with speakers who differ; those over clips do not.

The large version is benchmarks/interval_coverage.py.
"""

import numpy as np
import pandas as pd
import pytest

from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.intervals import by_speaker

TRIALS, CLIPS, LABELS = 150, 8, ("anger", "fear", "neutral")
BETA = (4.0, 2.0)
"""Each speaker's own recall, of mean 2/3."""


def run(random: np.random.Generator, speakers: int) -> pd.DataFrame:
    recalls = random.beta(*BETA, speakers)
    rows = pd.DataFrame([(f"{speaker:02d}", label) for speaker in range(speakers) for label in LABELS
                         for _ in range(CLIPS)], columns=["speaker", "label"])
    right = random.random(len(rows)) < recalls[rows["speaker"].astype(int)]
    wrong = rows["label"].map({"anger": "fear", "fear": "neutral", "neutral": "anger"})
    return rows.assign(predicted=rows["label"].where(right, wrong))


@pytest.mark.parametrize("speakers", [8, 16])
def test_ninety_five_percent_hold_the_truth(speakers: int) -> None:
    random = np.random.default_rng(speakers)
    truth = BETA[0] / sum(BETA)
    held = held_over_clips = 0
    for trial in range(TRIALS):
        made = run(random, speakers)
        ends = by_speaker(made, metrics.uar_of_counts, resamples=400, confidence=0.95, seed=trial)
        assert ends is not None
        held += ends[0] <= truth <= ends[1]
        # Every label has as many clips: the UAR is the accuracy, and that of drawn clips has a binomial distribution.
        accuracy = metrics.accuracy(made["label"], made["predicted"])
        drawn = random.binomial(len(made), accuracy, 400) / len(made)
        low, high = np.quantile(drawn, [0.025, 0.975])
        held_over_clips += low <= truth <= high
    # Of so many trials, three standard deviations are 5 %.
    assert held / TRIALS > 0.90
    assert held_over_clips / TRIALS < 0.85, "clips of one speaker are alike"
