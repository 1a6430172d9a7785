"""Runs that differ by their seed alone: how far they spread, and what they say together."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from speech_emotion.comparison.differences import other_settings
from speech_emotion.comparison.sources import Run
from speech_emotion.core.errors import UserError
from speech_emotion.evaluation import metrics
from speech_emotion.predictions import Predictions

SEED = "train_cnn.seed"
"""The setting by which such runs differ."""


def ensemble(runs: Sequence[Run]) -> Run:
    """Average what the runs' models say of each clip that all of them tested.

    None of the models was trained on a clip that it tested, so neither was their ensemble.

    Parameters
    ----------
    runs : sequence of Run
        Two or more.

    Returns
    -------
    Run
        Named after their number; its predictions are the test part alone, with the mean of the probabilities, and all
        else as the first run has it.

    Raises
    ------
    UserError
        If runs differ by more than the seed, or two have the same, or they share no tested clip.
    """
    first, *others = runs
    for run in others:
        different = [key for key in other_settings(first.predictions.origin, run.predictions.origin) if key != SEED]
        if different:
            raise UserError(f"--seeds: {run.name} differs from {first.name} by more than its seed: "
                            f"{', '.join(different[:5])}{', ...' if len(different) > 5 else ''}")
    seeds = [run.predictions.origin.seed for run in runs]
    if len(set(seeds)) < len(seeds):
        raise UserError(f"--seeds: two runs have the same seed ({', '.join(map(str, seeds))}): they are one run")
    labels = first.predictions.origin.labels
    columns = [f"p_{label}" for label in labels]
    tested = [run.predictions.part("test").drop_duplicates("clip_id").set_index("clip_id") for run in runs]
    shared = tested[0].index
    for rows in tested[1:]:
        shared = shared[shared.isin(rows.index)]
    if shared.empty:
        raise UserError("--seeds: the runs share no clip that all have tested")
    mean = np.mean([rows.loc[shared, columns].to_numpy(dtype=np.float64) for rows in tested], axis=0)
    table = tested[0].loc[shared].drop(columns="predicted").assign(**dict(zip(columns, mean.T, strict=True)))
    together = Predictions(table.reset_index(), first.predictions.origin)
    return Run(f"ensemble of {len(runs)} seeds", together, first.clips)


def spread(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Say how far runs of several seeds are apart.

    Parameters
    ----------
    runs : sequence of dict
        Of `compare`: each with `seed` and metrics.

    Returns
    -------
    dict
        Ready for JSON: `seeds`, and of each metric `mean`, `std` (n - 1), `min` and `max`.

    Examples
    --------
    >>> value = lambda uar: dict.fromkeys(("uar", "accuracy", "macro_f1"), {"value": uar})
    >>> spread([{"seed": 1, **value(0.5)}, {"seed": 2, **value(0.7)}])["uar"]
    {'mean': 0.6, 'std': 0.141421, 'min': 0.5, 'max': 0.7}
    """
    said: dict[str, Any] = {"seeds": [run["seed"] for run in runs]}
    for name in metrics.OF_COUNTS:
        values = np.array([run[name]["value"] for run in runs])
        said[name] = {key: round(float(value), 6) for key, value in (
            ("mean", values.mean()), ("std", values.std(ddof=1)), ("min", values.min()), ("max", values.max()))}
    return said
