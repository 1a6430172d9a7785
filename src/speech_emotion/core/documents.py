"""JSON of unknown origin."""

import json
import math
from typing import Any

DEPTH = 32
"""Objects and lists within one another, at most; the project's own documents have a quarter of it."""


def parse(text: str | bytes, depth: int = DEPTH) -> Any:
    """Read JSON as its standard has it: every number finite, no key twice; and not deep.

    Parameters
    ----------
    text : str or bytes
        The document.
    depth : int > 0
        See `DEPTH`.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> parse('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    >>> parse('{"a": NaN}')
    Traceback (most recent call last):
    ValueError: NaN is no number in JSON
    """
    try:
        document = json.loads(text, parse_constant=_no_number, object_pairs_hook=_unique)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    _check(document, depth)
    return document


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number in JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError("it has a key twice")
    return document


def _check(value: Any, depth: int) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it has a number that is not finite")
    if isinstance(value, dict | list):
        if depth == 0:
            raise ValueError("it is nested too deeply")
        for each in value.values() if isinstance(value, dict) else value:
            _check(each, depth - 1)
