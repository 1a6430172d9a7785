"""The parts of a folder's paths: folders, and what stands between the separators of the files' names."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from speech_emotion.proposal.roles import are_labels

_SEPARATORS = re.compile(r"([_\-. ]+)")
_RUNS = re.compile(r"\d+|[^\W\d_]+|[\W_]+")
_NUMBERED = re.compile(r"([^\W\d]+)\d+")
_ENOUGH = 0.9
"""Share of the names that has to have a separator for it to be one."""


@dataclass(frozen=True)
class Layout:
    """Paths of one depth, taken apart: the depth that most have."""

    parts: pd.DataFrame
    """A row per path and a column per part, named by its place: "folder 1", "name 2"."""
    between: tuple[str, ...]
    """What stands after each part."""
    widths: tuple[int | None, ...]
    """Of each part in characters, where only that tells the parts apart."""
    open_end: bool
    """Whether names go on behind the last part."""

    @property
    def names(self) -> list[str]:
        """Of the parts, in their order."""
        return [str(name) for name in self.parts]

    def pattern(self, roles: Mapping[str, str]) -> str:
        """Write the pattern in which parts say what `roles` tells.

        Parameters
        ----------
        roles : mapping of str to str
            From attributes to names of parts.
        """
        attributes = {part: attribute for attribute, part in roles.items()}
        pieces, last = [], 0
        for number, (part, after, width) in enumerate(zip(self.names, self.between, self.widths, strict=True)):
            values = self.parts[part].unique()
            if part in attributes:
                last = number
                pieces.append(f"{{{attributes[part]}{f':{width}' if width else ''}}}")
            elif part.startswith("folder") and len(values) == 1:
                pieces.append(values[0])
            else:
                pieces.append("?" * width if width else "*")
            pieces.append(after)
        # Behind the last part that says something, all is one to the pattern.
        used, rest = pieces[:2 * last + 1], pieces[2 * last + 1:]
        following = "".join(rest)
        if "/" in following:
            return "".join(used) + "/*" * following.count("/")
        if following in ("", "#") and not self.open_end:
            return "".join(used) + following
        return "".join(used) + rest[0] + "*"


def take_apart(paths: Sequence[PurePosixPath]) -> Layout:
    """Take paths apart.

    Parameters
    ----------
    paths : sequence of PurePosixPath
        Of clips, relative to their folder.

    Returns
    -------
    Layout

    Examples
    --------
    >>> layout = take_apart([PurePosixPath("ann/happy_1.wav"), PurePosixPath("bob/sad_2.wav")])
    >>> layout.parts
      folder 1 name 1 name 2
    0      ann  happy      1
    1      bob    sad      2
    >>> layout.pattern({"speaker": "folder 1", "label": "name 1"})
    '{speaker}/{label}_*'
    """
    depth = Counter(len(path.parts) for path in paths).most_common(1)[0][0]
    paths = [path for path in paths if len(path.parts) == depth]
    rows, between, widths, open_end = _names([path.stem for path in paths])
    columns = [*(f"folder {number}" for number in range(1, depth)),
               *(f"name {number}" for number in range(1, len(between) + 1))]
    table = pd.DataFrame([[*path.parts[:-1], *row] for path, row in zip(paths, rows, strict=True)], columns=columns)
    return Layout(table, ("/",) * (depth - 1) + between, (None,) * (depth - 1) + widths, open_end)


def _names(stems: Sequence[str]) -> tuple[list[list[str]], tuple[str, ...], tuple[int | None, ...], bool]:
    """Give the parts of names, what follows each, their widths, and whether there is more behind them."""
    split = [_SEPARATORS.split(stem) for stem in stems]
    common: list[str] = []
    while True:
        following = Counter(parts[2 * len(common) + 1] for parts in split
                            if len(parts) > 2 * len(common) + 1 and parts[1:2 * len(common) + 1:2] == common)
        if not following:
            break
        sign, count = following.most_common(1)[0]
        if count < _ENOUGH * len(stems):
            break
        common.append(sign)
    if common:
        whole = all(len(parts) <= 2 * len(common) + 1 for parts in split)
        parts = len(common) + whole
        rows = [(parts_of[0::2] + [""] * parts)[:parts] for parts_of in split]
        return *_without_numbers(rows, [*common, ""][:parts]), (None,) * parts, not whole
    runs = [_runs(stem) for stem in stems]
    if len({tuple(map(len, each)) for each in runs}) == 1 and len(runs[0]) > 1:
        return runs, ("",) * len(runs[0]), tuple(map(len, runs[0])), False
    return *_without_numbers([[stem] for stem in stems], [""]), (None,), False


def _without_numbers(rows: list[list[str]], between: list[str]) -> tuple[list[list[str]], tuple[str, ...]]:
    """Take the numbers off labels such as "happy01"."""
    for at in range(len(between)):
        split = [_NUMBERED.fullmatch(row[at]) for row in rows]
        words = [match[1] for match in split if match]
        if len(words) == len(rows) and are_labels(words):
            rows = [[*row[:at], word, *row[at + 1:]] for row, word in zip(rows, words, strict=True)]
            between = [*between[:at], "#" + between[at], *between[at + 1:]]
    return rows, tuple(between)


def _runs(stem: str) -> list[str]:
    """Digits, and letters one by one: in a name without separators each may be a code."""
    return [part for run in _RUNS.findall(stem) for part in ([run] if run.isdigit() else list(run))]
