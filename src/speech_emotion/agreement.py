"""Whether a result agrees with another one of the same settings, made on another machine or at another time."""

from collections.abc import Mapping
from typing import Any

from scipy.stats import binomtest

ROUNDING = "docs/results.md says why machines differ (\"Other machines round differently\")"


def agreement(now: Mapping[str, Any], then: Mapping[str, Any]) -> str:
    """Say in a line whether a result agrees with an earlier one.

    It does if its UAR lies in the earlier one's interval over speakers. From too few speakers there is no such
    interval; then its accuracy has to lie in the earlier accuracy's 95 % interval over clips (Wilson 1927, doi
    10.1080/01621459.1927.10502953, as `scipy.stats.binomtest` gives it), which says what so many clips can tell apart
    and nothing of other speakers.

    Parameters
    ----------
    now, then : mapping
        Two documents as in ``metrics/evaluate.json``, of the same settings.

    Returns
    -------
    str

    Examples
    --------
    >>> then = {"uar": 0.6, "accuracy": 0.6, "counts": {"test_clips": 100},
    ...         "interval": {"uar": {"low": 0.55, "high": 0.66}, "confidence": 0.95}}
    >>> agreement(then, then)
    'The result is the committed one: UAR 0.600.'
    >>> print(agreement({**then, "uar": 0.57}, then).partition(";")[0])
    The result agrees with the committed one: UAR 0.570, committed 0.600 (95 % interval over speakers 0.550 to 0.660)
    """
    if dict(now) == dict(then):
        return f"The result is the committed one: UAR {now['uar']:.3f}."
    bounds = then["interval"]["uar"]
    if bounds["low"] is not None:
        name, low, high = "uar", bounds["low"], bounds["high"]
        kind = f"{then['interval']['confidence'] * 100:g} % interval over speakers"
    else:
        clips = then["counts"]["test_clips"]
        interval = binomtest(round(then["accuracy"] * clips), clips).proportion_ci(0.95, method="wilson")
        name, low, high = "accuracy", interval.low, interval.high
        kind = f"95 % interval over {clips} clips"
    agrees = low <= now[name] <= high
    said = {"uar": "UAR"}.get(name, name)
    return (f"The result {'agrees' if agrees else 'DOES NOT AGREE'} with the committed one: {said} {now[name]:.3f}, "
            f"committed {then[name]:.3f} ({kind} {low:.3f} to {high:.3f}); {ROUNDING}.")
