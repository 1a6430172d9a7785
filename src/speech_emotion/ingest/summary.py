"""What was taken in and what was not, as numbers and for people."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from speech_emotion.manifest import FLAG_SEPARATOR


def summary(clips: pd.DataFrame, rejected: pd.DataFrame, files: pd.DataFrame | None = None) -> dict[str, Any]:
    """Count what a manifest and a list of rejected files hold.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    rejected : pd.DataFrame
        With the columns corpus and rule.
    files : pd.DataFrame, optional
        The table of files; with it, files that are not as published are counted among the flags, as "altered", and
        those that are known by their bytes under another name as "renamed".

    Returns
    -------
    dict
        clips, hours, speakers; the same by corpus, label and sex; flags and rejected by corpus and name.
        Ready for JSON.

    Examples
    --------
    >>> clips = pd.DataFrame({"clip_id": ["toy-1", "toy-2"], "corpus": "toy", "label": ["anger", "fear"],
    ...                       "speaker": "toy-ann", "sex": "female", "duration": 1800.0, "audit_flags": ["quiet", ""]})
    >>> numbers = summary(clips, pd.DataFrame({"corpus": ["toy"], "rule": ["silent"]}))
    >>> numbers["hours"], numbers["by_label"]["anger"]
    (1.0, {'clips': 1, 'hours': 0.5, 'speakers': 1})
    >>> numbers["flags"], numbers["rejected"]
    ({'toy': {'quiet': 1}}, {'toy': {'silent': 1}})
    """
    return {
        **_amount(clips),
        "by_corpus": _amounts(clips, "corpus"),
        "by_label": _amounts(clips, "label"),
        "by_sex": _amounts(clips.fillna({"sex": "unknown"}), "sex"),
        "flags": _nested(_flags(clips, files), "flag"),
        "rejected": _nested(rejected.assign(corpus=rejected["corpus"].fillna("").replace("", "unknown")), "rule"),
    }


def text(numbers: Mapping[str, Any], not_selected: Mapping[str, int], notices: Sequence[str] = ()) -> str:
    """Lay `summary`'s numbers out for people.

    Parameters
    ----------
    numbers : mapping
        What `summary` gives.
    not_selected : mapping of str to int
        Audio files that were not to be taken, by corpus.
    notices : sequence of str
        What else is to be known, in a line each.

    Returns
    -------
    str
        Tables by corpus, label and sex.

    Examples
    --------
    >>> clips = pd.DataFrame({"clip_id": ["toy-1"], "corpus": "toy", "label": "anger", "speaker": "toy-ann",
    ...                       "sex": "female", "duration": 1800.0, "audit_flags": "quiet"})
    >>> print(text(summary(clips, pd.DataFrame({"corpus": ["toy"], "rule": ["silent"]})), {"savee": 3}, ["toy: x"]))
    corpus  clips  hours  speakers  flagged  rejected
    toy     1      0.50   1         quiet 1  silent 1
    all     1      0.50   1
    <BLANKLINE>
    label  clips  hours  speakers
    anger  1      0.50   1
    <BLANKLINE>
    sex     clips  hours  speakers
    female  1      0.50   1
    <BLANKLINE>
    not selected: savee 3
    <BLANKLINE>
    note: toy: x
    """
    rows = [[name, amount["clips"], f"{amount['hours']:.2f}", amount["speakers"],
             join_counts(numbers["flags"].get(name, {})), join_counts(numbers["rejected"].get(name, {}))]
            for name, amount in [*numbers["by_corpus"].items(), ("all", numbers)]]
    rows += [[name, 0, "", "", "", join_counts(rules)] for name, rules in numbers["rejected"].items()
             if name not in numbers["by_corpus"]]
    tables = [_table(["corpus", "clips", "hours", "speakers", "flagged", "rejected"], rows)]
    tables += [_table([group, "clips", "hours", "speakers"], [
        [name, amount["clips"], f"{amount['hours']:.2f}", amount["speakers"]]
        for name, amount in numbers[f"by_{group}"].items()]) for group in ("label", "sex")]
    if not_selected:
        tables.append(f"not selected: {join_counts(not_selected)}")
    if notices:
        tables.append("\n".join(f"note: {notice}" for notice in notices))
    return "\n\n".join(tables)


def named(clips: pd.DataFrame, files: pd.DataFrame, rejected: pd.DataFrame, limit: int | None = 10) -> str:
    """Name the files that are rejected or flagged, and say why.

    Parameters
    ----------
    clips, files, rejected : pd.DataFrame
        As in `intake.Intake`.
    limit : int or None
        Largest number of files to name for each rule and each flag; None for all.

    Returns
    -------
    str
        "" if there are none.

    Examples
    --------
    >>> clips = pd.DataFrame({"clip_id": ["toy-1"], "label": "anger", "speaker": "toy-ann", "audit_flags": "quiet"})
    >>> files = pd.DataFrame({"clip_id": ["toy-1"], "path": "a.wav", "published": True, "renamed": True})
    >>> rejected = pd.DataFrame({"path": ["b.wav", "c.wav"], "rule": "silent", "reason": "digital silence",
    ...                          "what_to_do": "remove it"})
    >>> print(named(clips, files, rejected, limit=1))
    rejected: silent 2 (remove it)
      b.wav: digital silence
      ... and 1 more
    flagged: quiet 1
      a.wav
    flagged: renamed 1
      a.wav: taken as anger of toy-ann
    """
    parts = [(f"rejected: {rule} {len(rows)} ({rows['what_to_do'].iloc[0]})",
              [f"{path}: {reason}" for path, reason in zip(rows["path"], rows["reason"], strict=True)])
             for rule, rows in rejected.groupby("rule")]
    where = clips.merge(files, on="clip_id").sort_values("path")
    where["said"] = where["path"].where(~where["renamed"], where["path"] + ": taken as " + where["label"] + " of "
                                        + where["speaker"])
    parts += [(f"flagged: {flag} {len(rows)}", list(rows["said" if flag == "renamed" else "path"]))
              for flag, rows in _flags(where, files).groupby("flag")]
    return "\n".join(line for title, lines in parts for line in (
        title, *(f"  {each}" for each in lines[:limit]),
        *([f"  ... and {len(lines) - limit} more"] if limit is not None and len(lines) > limit else [])))


def _flags(clips: pd.DataFrame, files: pd.DataFrame | None) -> pd.DataFrame:
    """Give the rows of `clips` once for each flag, which is in the column flag."""
    flags = clips.assign(flag=clips["audit_flags"].astype(str).str.split(FLAG_SEPARATOR)).explode("flag")
    flags = flags[flags["flag"] != ""]
    if files is None:
        return flags
    noted = {"altered": ~files["published"].fillna(True).astype(bool), "renamed": files["renamed"]}
    return pd.concat([flags, *(clips[clips["clip_id"].isin(files.loc[which, "clip_id"])].assign(flag=flag)
                               for flag, which in noted.items())])


def _amount(clips: pd.DataFrame) -> dict[str, Any]:
    return {
        "clips": len(clips),
        "hours": round(float(clips["duration"].sum()) / 3600, 4),
        "speakers": int(clips["speaker"].nunique()),
    }


def _amounts(clips: pd.DataFrame, column: str) -> dict[str, dict[str, Any]]:
    return {str(name): _amount(part) for name, part in clips.groupby(column)}


def _nested(rows: pd.DataFrame, column: str) -> dict[str, dict[str, int]]:
    return {str(name): {str(key): int(count) for key, count in part[column].value_counts().sort_index().items()}
            for name, part in rows.groupby("corpus")}


def join_counts(counts: Mapping[str, int]) -> str:
    """Write counts in a line, by name; "" for none.

    Examples
    --------
    >>> join_counts({"quiet": 2, "clipped": 1})
    'clipped 1, quiet 2'
    """
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def _table(header: list[str], rows: list[list[Any]]) -> str:
    cells = [header, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                     for row in cells)
