"""How a run fares on parts of its test clips: by corpus, sex, speaker, label and what else the manifest knows."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from speech_emotion.evaluation import intervals, metrics
from speech_emotion.manifest import FLAG_SEPARATOR
from speech_emotion.params.evaluate import Intervals

MIN_CLIPS = 20
"""Of a slice with fewer, nothing but their number is told: a share of so few is uncertain by a fifth."""
MAX_VALUES = 50
"""Of a dimension, such as the statements of a corpus of free speech; the rarer ones are only counted."""
UNKNOWN = "not known"
"""The slice of what the manifest does not say."""

_DIMENSIONS = ("corpus", "language", "sex", "speaker", "label", "intensity", "statement")
"""Columns of the manifest; `duration` and `flag` are made of others."""


def slices(clips: pd.DataFrame, settings: Intervals, seed: int) -> pd.DataFrame:
    """Measure each slice of the test clips.

    Parameters
    ----------
    clips : pd.DataFrame
        As `pool_test_parts` gives it; of what it says of clips (`sex`, `statement` and so on), what there is.
    settings : Intervals
        How intervals are drawn.
    seed : int
        Of the draws of speakers.

    Returns
    -------
    pd.DataFrame
        By dimension (only such as have more than one value) and value: clips, speakers, labels, uar, accuracy, and the
        interval over speakers of either as `<metric>_low` and `<metric>_high`. Numbers are missing where a slice has
        fewer than `MIN_CLIPS` clips, intervals where it has fewer speakers than `intervals.MIN_SPEAKERS`.

    Examples
    --------
    >>> clips = pd.DataFrame({"speaker": ["toy-ann"] * 20 + ["toy-bob"] * 4, "label": ["anger", "fear"] * 12,
    ...                       "predicted": "fear"})
    >>> found = slices(clips, Intervals(resamples=1000, confidence=0.95), seed=1)
    >>> print(found[["dimension", "value", "clips", "labels", "uar"]].to_string(index=False))
    dimension   value  clips  labels  uar
      speaker toy-ann     20       2  0.5
      speaker toy-bob      4       2  NaN
        label   anger     12       1  NaN
        label    fear     12       1  NaN
    """
    rows = []
    for dimension, values in _dimensions(clips):
        if len(values) < 2:
            continue
        common = set(sorted(values, key=lambda value: -len(values[value]))[:MAX_VALUES])  # of equal ones the first
        rows += [{"dimension": dimension, "value": value, **_measured(of_value, settings, seed)}
                 for value, of_value in values.items() if value in common]
        if rest := [of_value for value, of_value in values.items() if value not in common]:
            others = pd.concat(rest)
            rows.append({"dimension": dimension, "value": f"{len(rest)} rarer ones", "clips": len(others),
                         "speakers": others["speaker"].nunique(), "labels": others["label"].nunique()})
    numbers = [f"{metric}{end}" for metric in ("uar", "accuracy") for end in ("", "_low", "_high")]
    columns = ["dimension", "value", "clips", "speakers", "labels", *numbers]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(numbers, float))


def gaps(clips: pd.DataFrame, settings: Intervals, seed: int) -> dict[str, dict[str, Any]]:
    """Say how far apart the best and the worst sex are, and the best and the worst speaker.

    Parameters
    ----------
    clips : pd.DataFrame
        As for `slices`.
    settings : Intervals
        How intervals are drawn.
    seed : int
        Of the draws of speakers.

    Returns
    -------
    dict
        Ready for JSON: for `sex` and `speaker`, where two have `MIN_CLIPS` clips, the best and the worst with UAR and
        clips, and their difference; that of the sexes with an interval, where either has enough speakers.

    Examples
    --------
    >>> clips = pd.DataFrame({"speaker": ["toy-ann"] * 20 + ["toy-bob"] * 20, "label": ["anger", "fear"] * 20,
    ...                       "predicted": ["fear"] * 20 + ["anger", "fear"] * 10})
    >>> gaps(clips, Intervals(resamples=1000, confidence=0.95), seed=1)["speaker"]["gap"]
    0.5
    """
    found: dict[str, dict[str, Any]] = {}
    for dimension in ("sex", "speaker"):
        if dimension not in clips:
            continue
        groups = {str(value): group for value, group in clips.groupby(dimension) if len(group) >= MIN_CLIPS}
        if len(groups) < 2:
            continue
        uars = {value: metrics.uar(group["label"], group["predicted"]) for value, group in groups.items()}
        best, worst = max(uars, key=lambda value: uars[value]), min(uars, key=lambda value: uars[value])
        found[dimension] = {
            "gap": _rounded(uars[best] - uars[worst]),
            **{f"{name}{key}": number for name, value in (("best", best), ("worst", worst)) for key, number in
               (("", value), ("_uar", _rounded(uars[value])), ("_clips", len(groups[value])))},
        }
        if dimension == "sex":
            low, high = _gap_interval(groups[best], groups[worst], settings, seed) or (None, None)
            found[dimension] |= {"low": low, "high": high}
    return found


def _dimensions(clips: pd.DataFrame) -> Iterator[tuple[str, dict[str, pd.DataFrame]]]:
    """Give each dimension with the clips of each of its values, in the order in which they are shown."""
    for name in _DIMENSIONS:
        if name in clips:
            known = clips[name].astype(object).where(clips[name].notna(), UNKNOWN)
            yield name, {str(value): group for value, group in clips.groupby(known, sort=True)}
    if "duration" in clips:
        seconds = clips["duration"].to_numpy(dtype=float)
        first, second = np.quantile(seconds, [1 / 3, 2 / 3]).tolist()
        thirds = {f"up to {first:.3f} s": seconds <= first,
                  f"{first:.3f} to {second:.3f} s": (first < seconds) & (seconds <= second),
                  f"over {second:.3f} s": seconds > second}
        yield "duration", {name: clips[which] for name, which in thirds.items() if which.any()}
    if "audit_flags" in clips:
        flags = clips["audit_flags"].astype(object).str.split(FLAG_SEPARATOR)
        names = sorted({name for of_clip in flags for name in of_clip})
        yield "flag", {name or "none": clips[[name in of_clip for of_clip in flags]] for name in names}


def _measured(clips: pd.DataFrame, settings: Intervals, seed: int) -> dict[str, float | None]:
    counted: dict[str, float | None] = {
        "clips": len(clips), "speakers": clips["speaker"].nunique(), "labels": clips["label"].nunique()}
    if len(clips) < MIN_CLIPS:
        return counted
    counts = metrics.counts_by(clips["speaker"], clips["label"], clips["predicted"])
    times = intervals.draw(clips["speaker"], clips["label"], resamples=settings.resamples, seed=seed)
    drawn = None if times is None else intervals.recount(times, counts)
    for name in ("uar", "accuracy"):
        metric = metrics.OF_COUNTS[name]
        counted[name] = float(metric(counts.sum(axis=0)))
        if drawn is not None:
            low, high = intervals.ends(metric(drawn), settings.confidence, len(counts))
            counted |= {f"{name}_low": low, f"{name}_high": high}
    return counted


def _gap_interval(
    best: pd.DataFrame, worst: pd.DataFrame, settings: Intervals, seed: int
) -> tuple[float, float] | None:
    """Draw the speakers of either sex; none where one has too few."""
    values: list[np.ndarray] = []
    for group in (best, worst):
        times = intervals.draw(group["speaker"], group["label"], resamples=settings.resamples, seed=seed + len(values))
        if times is None:
            return None
        counts = metrics.counts_by(group["speaker"], group["label"], group["predicted"])
        values.append(metrics.uar_of_counts(intervals.recount(times, counts)))
    fewer = min(group["speaker"].nunique() for group in (best, worst))
    low, high = intervals.ends(values[0] - values[1], settings.confidence, fewer)
    return _rounded(low), _rounded(high)


def _rounded(value: float) -> float:
    return round(float(value), 6) + 0.0  # no -0.0
