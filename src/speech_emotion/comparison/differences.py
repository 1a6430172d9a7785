"""How several runs differ: metrics side by side, paired by speaker, and the clips that changed sides."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from speech_emotion.comparison.alignment import Aligned, Contender, align
from speech_emotion.evaluation import intervals, metrics
from speech_emotion.predictions import Origin

GAINED, LOST, OTHER = "right now", "wrong now", "otherwise wrong"
"""How a clip's answer can differ from that of the first run."""


def compare(
    contenders: Sequence[Contender], speakers: pd.Series, *, resamples: int, confidence: float, seed: int,
    common: bool = False,
) -> dict[str, Any]:
    """Compare runs with the first of them.

    Parameters
    ----------
    contenders : sequence of Contender
        Two or more, of different names.
    speakers : pd.Series
        The speaker of each clip, by clip_id.
    resamples : int
        How many times speakers are drawn, the same for all runs.
    confidence : float
        Of the intervals, in (0, 1).
    seed : int
        Of the draws.
    common : bool
        See `align`.

    Returns
    -------
    dict
        Ready for JSON, numbers rounded to six digits. `runs` has for each run its metrics with intervals; for all but
        the first, also their differences to the first with intervals and p-values (`p_holm`: adjusted for as many
        comparisons as there are, by Holm 1979), counts of the clips that changed sides, these clips, and the settings
        that differ.

    Raises
    ------
    UserError
        See `align`.

    Examples
    --------
    >>> from speech_emotion.predictions import Origin
    >>> origin = Origin(("anger", "fear"), "loso", True, False, seed=1, settings={})
    >>> clips = [f"toy-{number}" for number in range(12)]
    >>> test = pd.DataFrame({"fold": 0, "label": ["anger", "fear"] * 6, "predicted": "fear"}, index=clips)
    >>> none = pd.DataFrame({"fold": [], "clip_id": []})
    >>> old = Contender("old", test, none, origin)
    >>> new = Contender("new", test.assign(predicted=["anger", "fear"] * 5 + ["fear", "fear"]), none, origin)
    >>> speakers = pd.Series(sorted("abcdef" * 2), index=clips)
    >>> said = compare([old, new], speakers, resamples=1000, confidence=0.95, seed=1)
    >>> said["runs"][0]["uar"]["value"], said["runs"][1]["uar"]["value"]
    (0.5, 0.916667)
    >>> said["runs"][1]["difference"]["uar"]["value"], said["runs"][1]["sides"]
    (0.416667, {'right now': 5, 'wrong now': 0, 'otherwise wrong': 0})
    """
    aligned = align(contenders, speakers, common=common)
    speaker, label = aligned.clips["speaker"], aligned.clips["label"]
    times = intervals.draw(speaker, label, resamples=resamples, seed=seed)
    first = aligned.predicted.iloc[:, 0]
    runs = [{"name": each.name, "protocol": each.origin.protocol, "seed": each.origin.seed} for each in contenders]
    of_first = {name: _resampled(metric, times, speaker, label, first) for name, metric in metrics.OF_COUNTS.items()}
    for number, (run, each) in enumerate(zip(runs, contenders, strict=True)):
        predicted = aligned.predicted[each.name]
        difference = {}
        for name, metric in metrics.OF_COUNTS.items():
            value, values = _resampled(metric, times, speaker, label, predicted)
            run[name] = _measured(value, values, confidence, times)
            if number:
                then, values_then = of_first[name]
                gains = None if values is None or values_then is None else values - values_then
                p = None if gains is None or times is None else intervals.p_value(gains, times.shape[1])
                difference[name] = {**_measured(value - then, gains, confidence, times), "p": _rounded(p)}
        if number:
            changed = _changed(aligned, each.name)
            sides = {side: int((changed["change"] == side).sum()) for side in (GAINED, LOST, OTHER)}
            run |= {"difference": difference, "sides": sides, "changed": changed.to_dict("records"),
                    "settings": other_settings(contenders[0].origin, each.origin)}
    _add_holm(runs[1:])
    return {
        "reference": contenders[0].name,
        "same_split": not aligned.split,
        "split": list(aligned.split),
        "notes": list(aligned.notes),
        "clips": len(label),
        "speakers": int(speaker.nunique()),
        "labels": np.unique(label).tolist(),
        "confidence": confidence,
        "resamples": resamples,
        "interval_note": intervals.note(speaker.nunique(), drawn=times is not None),
        "runs": runs,
    }


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjust p-values for their number, by Holm (1979), "A simple sequentially rejective multiple test procedure".

    Parameters
    ----------
    p_values : sequence of float
        In [0, 1].

    Examples
    --------
    >>> [round(p, 6) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = np.asarray(p_values)[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted.tolist()


def _resampled(
    metric: Any, times: np.ndarray | None, speaker: pd.Series, label: pd.Series, predicted: pd.Series
) -> tuple[float, np.ndarray | None]:
    counts = metrics.counts_by(speaker, label, predicted)
    return float(metric(counts.sum(axis=0))), None if times is None else metric(intervals.recount(times, counts))


def _measured(
    value: float, values: np.ndarray | None, confidence: float, times: np.ndarray | None
) -> dict[str, float | None]:
    low, high = (None, None) if values is None or times is None else intervals.ends(values, confidence, times.shape[1])
    return {"value": _rounded(value), "low": _rounded(low), "high": _rounded(high)}


def _changed(aligned: Aligned, name: str) -> pd.DataFrame:
    first, now = aligned.predicted.iloc[:, 0], aligned.predicted[name]
    table = aligned.clips.assign(first=first, now=now).loc[first != now].rename_axis("clip_id").reset_index()
    change = np.select([table["now"] == table["label"], table["first"] == table["label"]], [GAINED, LOST], OTHER)
    return table.assign(change=change)


def other_settings(first: Origin, other: Origin) -> dict[str, Any]:
    """Say which settings, by their names with dots, another run has otherwise, and how.

    Examples
    --------
    >>> one, two = (Origin(("anger", "fear"), "loso", True, False, seed=seed, settings={"train_cnn": {"seed": seed}})
    ...             for seed in (1, 2))
    >>> other_settings(one, two)
    {'train_cnn.seed': 2}
    """
    then, now = _flat(first.settings), _flat(other.settings)
    return {key: now.get(key) for key in sorted(then.keys() | now.keys()) if then.get(key) != now.get(key)}


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _add_holm(others: list[dict[str, Any]]) -> None:
    for name in metrics.OF_COUNTS:
        differences = [run["difference"][name] for run in others]
        known = all(difference["p"] is not None for difference in differences)
        adjusted = holm([difference["p"] for difference in differences]) if known else [None] * len(differences)
        for difference, p in zip(differences, adjusted, strict=True):
            difference["p_holm"] = _rounded(p)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), 6) + 0.0  # no -0.0
