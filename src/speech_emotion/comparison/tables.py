"""A comparison as text: for a terminal, for programs, for a README or a paper."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from speech_emotion.comparison.differences import GAINED, LOST, OTHER
from speech_emotion.comparison.formats import Format

_NAMES = {"UAR": "uar", "accuracy": "accuracy", "macro-F1": "macro_f1"}
_LATEX = {"\\": "\\textbackslash{}", "~": "\\textasciitilde{}", "^": "\\textasciicircum{}",
          **{sign: f"\\{sign}" for sign in "&%$#_{}"}}


def text(comparison: dict[str, Any], kind: Format) -> str:
    """Write a comparison.

    Parameters
    ----------
    comparison : dict
        As `compare` gives it.
    kind : Format
        JSON holds all of it, the clips that changed sides too; CSV the numbers of each run; the others, figures for
        people, and what is to be said of them.

    Returns
    -------
    str
        With a line's end.
    """
    match kind:
        case Format.json:
            return json.dumps(comparison, indent=2, ensure_ascii=False) + "\n"
        case Format.csv:
            written: str = numbers(comparison).to_csv(index=False, lineterminator="\n")
            return written
    rows = _cells(comparison)
    writers: dict[Format, Callable[[list[list[str]]], str]] = {
        Format.table: _plain, Format.markdown: _markdown, Format.latex: _latex}
    said = _said(comparison)
    if kind is Format.latex:
        return "".join(f"% {line}\n" for line in said) + writers[kind](rows)
    return writers[kind](rows) + "\n" + "\n".join(said) + "\n"


def numbers(comparison: dict[str, Any]) -> pd.DataFrame:
    """Lay the numbers of each run out in a row.

    Parameters
    ----------
    comparison : dict
        As `compare` gives it.

    Returns
    -------
    pd.DataFrame
        Columns run, same_split, clips, speakers; of each metric its value, low and high, those of its difference to the
        first run, p and p_holm; and how many clips changed sides.
    """
    rows = []
    for run in comparison["runs"]:
        row = {"run": run["name"], **{key: comparison[key] for key in ("same_split", "clips", "speakers")}}
        for metric in ("uar", "accuracy", "macro_f1"):
            row |= {metric: run[metric]["value"], f"{metric}_low": run[metric]["low"],
                    f"{metric}_high": run[metric]["high"]}
            difference = run.get("difference", {}).get(metric, {})
            row |= {f"{metric}_difference{'' if key == 'value' else f'_{key}'}": difference.get(key)
                    for key in ("value", "low", "high", "p", "p_holm")}
        row |= {side.replace(" ", "_"): run.get("sides", {}).get(side) for side in (GAINED, LOST, OTHER)}
        rows.append(row)
    return pd.DataFrame(rows).convert_dtypes()


def changed(comparison: dict[str, Any]) -> pd.DataFrame:
    """List the clips that changed sides.

    Parameters
    ----------
    comparison : dict
        As `compare` gives it.

    Returns
    -------
    pd.DataFrame
        Columns run, clip_id, speaker, label, first (what the first run says), now, change.
    """
    rows = [{"run": run["name"], **clip} for run in comparison["runs"] for clip in run.get("changed", [])]
    return pd.DataFrame(rows, columns=["run", "clip_id", "speaker", "label", "first", "now", "change"])


def _cells(comparison: dict[str, Any]) -> list[list[str]]:
    several = len(comparison["runs"]) > 2
    rows = [["run", "UAR", "difference", "p (Holm)" if several else "p", "accuracy", "macro-F1", GAINED, LOST]]
    for run in comparison["runs"]:
        gain, p, sides = "", None, dict.fromkeys((GAINED, LOST), "")
        if "difference" in run:  # all but the first
            gain, p, sides = _interval(run["difference"]["uar"], "+"), run["difference"]["uar"]["p_holm"], run["sides"]
        rows.append([
            run["name"], _interval(run["uar"], ""), gain,
            "" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}",
            *(f"{run[metric]['value']:.3f}" for metric in ("accuracy", "macro_f1")),
            *(str(sides[side]) for side in (GAINED, LOST)),
        ])
    return rows


def _interval(measured: Mapping[str, Any], sign: str) -> str:
    low, high = measured["low"], measured["high"]
    return f"{measured['value']:{sign}.3f}" + ("" if low is None else f" [{low:{sign}.3f}, {high:{sign}.3f}]")


def _said(comparison: dict[str, Any]) -> list[str]:
    said = [f"{comparison['clips']:,} clips, {len(comparison['labels'])} labels; differences to "
            f"{comparison['reference']}; {comparison['confidence']:.0%} intervals over speakers "
            f"({comparison['interval_note']})"]
    if not comparison["same_split"]:
        said.append("NOT THE SAME SPLIT, so differences need not be of the models: " + "; ".join(comparison["split"]))
    if "seeds" in comparison:
        said += [f"{name} over {len(comparison['seeds']['seeds'])} seeds: mean {of['mean']:.3f}, standard deviation "
                 f"{of['std']:.3f} ({of['min']:.3f} to {of['max']:.3f})"
                 for name, of in ((name, comparison["seeds"][key]) for name, key in _NAMES.items())]
    said += comparison["notes"]
    for run in comparison["runs"]:
        if settings := run.get("settings"):
            shown = ", ".join(f"{key} {json.dumps(value)}" for key, value in list(settings.items())[:8])
            more = f" and {len(settings) - 8} more (--format json)" if len(settings) > 8 else ""
            said.append(f"{run['name']} has other settings: {shown}{more}")
    return said


def _plain(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n"
                   for row in rows)


def _markdown(rows: list[list[str]]) -> str:
    head, *body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows]
    return head + "|" + "---|" * len(rows[0]) + "\n" + "".join(body)


def _latex(rows: list[list[str]]) -> str:
    head, *body = ["  " + " & ".join("".join(_LATEX.get(sign, sign) for sign in cell) for cell in row) + " \\\\\n"
                   for row in rows]
    return (f"\\begin{{tabular}}{{l{'c' * (len(rows[0]) - 1)}}}\n  \\hline\n{head}  \\hline\n{''.join(body)}  \\hline\n"
            "\\end{tabular}\n")
