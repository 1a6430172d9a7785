"""How often an interval holds the truth.

    python benchmarks/interval_coverage.py [--trials 1000]

Speakers are simulated who differ in how well they are recognised, altogether and label by label, by standard deviations
of log odds; each says every label as often. The truth is the UAR over all speakers that could be drawn. Printed is, by
number of speakers, how often the 95 % interval of `evaluation.intervals` holds it, how often the plain percentile
interval over speakers and the one over clips do, and how often the p-value of two models that are equally good over all
speakers is below 0.05. Fixed seed; three minutes for 1,000 trials.
"""

import argparse

import numpy as np
from scipy.special import expit

from speech_emotion.evaluation import intervals

LABELS, CLIPS, RESAMPLES = 6, 5, 2000
SPREAD = 0.6
"""Standard deviation of log odds over speakers, and over labels within a speaker."""


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=1000)
    trials = parser.parse_args().trials
    print("| speakers | UAR | as shipped | plain percentiles | over clips | p < 0.05 without a difference |\n"
          "|---|---|---|---|---|---|")
    for num_speakers in (5, 6, 8, 12, 24, 48):
        for log_odds in (0.5, 2.0):
            random = np.random.default_rng([num_speakers, int(10 * log_odds)])
            truth = float(speakers(random, 400_000, log_odds).mean())
            held = np.mean([_trial(random, num_speakers, log_odds, truth) for _ in range(trials)], axis=0)
            print(f"| {num_speakers} | {truth:.2f} | " + " | ".join(f"{share:.1%}" for share in held) + " |")


def speakers(random: np.random.Generator, number: int, log_odds: float) -> np.ndarray:
    """Draw how often each speaker is recognised: float64 [number, LABELS]."""
    effects = random.standard_normal((number, 1)) + random.standard_normal((number, LABELS))
    recalls: np.ndarray = expit(log_odds + SPREAD * effects)
    return recalls


def _trial(random: np.random.Generator, number: int, log_odds: float, truth: float) -> list[bool]:
    names = np.repeat([f"{at:02d}" for at in range(number)], LABELS)
    labels = np.tile([str(at) for at in range(LABELS)], number)
    times = intervals.draw(names, labels, resamples=RESAMPLES, seed=int(random.integers(2**31)))
    if times is None:
        raise RuntimeError("every speaker has every label")
    one, other = ((random.binomial(CLIPS, speakers(random, number, log_odds)) / CLIPS).mean(axis=1) for _ in range(2))
    values = times @ one / number
    over_clips = random.binomial(number * LABELS * CLIPS, one.mean(), RESAMPLES) / (number * LABELS * CLIPS)
    return [
        *(low <= truth <= high for low, high in (
            intervals.ends(values, 0.95, number), np.quantile(values, [0.025, 0.975]),
            np.quantile(over_clips, [0.025, 0.975]))),
        intervals.p_value(values - times @ other / number, number) < 0.05,
    ]


if __name__ == "__main__":
    main()
