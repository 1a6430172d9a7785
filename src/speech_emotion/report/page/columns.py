"""The test clips column by column, small enough for a page of 12,000 of them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from speech_emotion.evaluation.slices import UNKNOWN
from speech_emotion.manifest import FLAG_SEPARATOR
from speech_emotion.report.page.places import Places

_NAMED = ("corpus", "speaker", "sex", "language", "intensity", "statement")
"""Columns of the manifest by which clips are told apart and chosen."""


def columns(clips: pd.DataFrame, labels: Sequence[str], found: Places) -> dict[str, Any]:
    """Lay the test clips out for the page.

    Parameters
    ----------
    clips : pd.DataFrame
        As `pool_test_parts` gives them; of what the manifest says of clips, what there is.
    labels : sequence of str
        The classes.
    found : Places
        Where the clips lie on the maps.

    Returns
    -------
    dict
        Ready for JSON: `id`, `fold`, `actual`, `predicted` and `baseline` (numbers of labels), `p` (per mille, the
        labels of one clip after another), `seconds`; `named`, by column its `values` and each clip's number among them;
        `flags` likewise, with a list of numbers each; `answers` and, where there is one, `layer`: x and y of each.

    Examples
    --------
    >>> clips = pd.DataFrame({"clip_id": ["toy-1"], "fold": 0, "label": "fear", "predicted": "anger", "baseline":
    ...                       "fear", "p_anger": [0.75], "p_fear": 0.25, "duration": 1.234, "corpus": "toy",
    ...                       "speaker": "toy-ann", "sex": None, "audit_flags": "quiet;clipped"})
    >>> there = Places(np.array([[500, 500]]), None, {})
    >>> told = columns(clips, ["anger", "fear"], there)
    >>> told["actual"], told["predicted"], told["p"], told["named"]["sex"]
    ([1], [0], [750, 250], {'values': ['not known'], 'codes': [0]})
    >>> told["flags"]
    {'values': ['clipped', 'quiet'], 'codes': [[1, 0]]}
    """
    number = {label: at for at, label in enumerate(labels)}
    shares = clips[[f"p_{label}" for label in labels]].to_numpy(dtype=np.float64)
    flags = [str(value).split(FLAG_SEPARATOR) if value else []
             for value in clips.get("audit_flags", pd.Series([""] * len(clips))).fillna("")]
    names = sorted({name for of_clip in flags for name in of_clip})
    return {
        "id": clips["clip_id"].astype(str).tolist(),
        "fold": clips["fold"].astype(int).tolist(),
        **{name: clips[column].astype(str).map(number).astype(int).tolist() for name, column in
           (("actual", "label"), ("predicted", "predicted"), ("baseline", "baseline"))},
        "p": np.rint(shares * 1000).astype(int).ravel().tolist(),
        **({"seconds": clips["duration"].astype(float).round(2).tolist()} if "duration" in clips else {}),
        "named": {name: _coded(clips[name]) for name in _NAMED if name in clips},
        "flags": {"values": names, "codes": [[names.index(name) for name in of_clip] for of_clip in flags]},
        "answers": found.answers.ravel().tolist(),
        **({} if found.layer is None else {"layer": found.layer.ravel().tolist()}),
    }


def _coded(column: pd.Series) -> dict[str, Any]:
    known = column.astype(object).where(column.notna(), UNKNOWN).astype(str)
    values = sorted(set(known))
    number = {value: at for at, value in enumerate(values)}
    return {"values": values, "codes": known.map(number).astype(int).tolist()}
