"""Patterns of paths, such as "{speaker}/{label}/*.wav": what they take out of a path, and why one does not fit."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import get_args

from speech_emotion.core.errors import UserError
from speech_emotion.params.ingest import Attribute

_PART = re.compile(r"\{(?P<name>\w+)(?::(?P<width>\d+))?\}|(?P<sign>\*\*/|\*+|\?|#)|(?P<text>[^{}*?#]+)")
_SIGNS = {"**/": "(?:[^/]+/)*", "*": "[^/]*?", "?": "[^/]", "#": "[0-9]+"}


@dataclass(frozen=True)
class Pattern:
    """What the paths of a corpus look like.

    `{label}`, `{speaker}` and so on take what stands there: at least one character, none of which is a slash or the
    separator beside it (`{speaker}_` never takes an underscore). `{label:1}` takes exactly one character. A name that
    comes twice has to agree with itself. `*` is anything but a slash, `?` one such character, `**/` any folders.
    Case does not matter. The file's extension has to be given only if it is to matter.

    Parameters
    ----------
    text : str
        The pattern.
    labels : iterable of str
        Labels that may hold the separator beside them.

    Raises
    ------
    UserError
        If it cannot be used, with what is wrong with it.

    Examples
    --------
    >>> pattern = Pattern("{label}_{speaker}_*")
    >>> pattern.match(PurePosixPath("happy_ann_take_2.flac"))
    {'label': 'happy', 'speaker': 'ann'}
    >>> pattern.match(PurePosixPath("happy.flac"))
    >>> Pattern("{speaker:2}{statement:3}{label:1}*").match(PurePosixPath("03a01Fa.wav"))
    {'speaker': '03', 'statement': 'a01', 'label': 'F'}
    """

    text: str
    labels: Iterable[str] = ()
    regex: re.Pattern[str] = field(init=False)
    """Of a whole path."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "regex", self._compiled())

    @property
    def folder(self) -> PurePosixPath:
        """The folder that all paths lie in: the pattern's first parts, as far as they are plain names."""
        plain = itertools.takewhile(lambda part: not set(part) & set("{*?#"), self.text.split("/")[:-1])
        return PurePosixPath(*plain)

    def match(self, path: PurePosixPath) -> dict[str, str] | None:
        """Take a path apart.

        Parameters
        ----------
        path : PurePosixPath
            Relative to where the pattern begins.

        Returns
        -------
        dict of str to str or None
            What stands for each attribute; None if the path does not fit.
        """
        whole = str(path)
        match = self.regex.fullmatch(whole.removesuffix(path.suffix)) or self.regex.fullmatch(whole)
        return match.groupdict() if match else None

    def misfit(self, path: PurePosixPath) -> str:
        """Say why a path does not fit, and what it would have been taken for.

        Parameters
        ----------
        path : PurePosixPath
            One that `match` has nothing for.

        Returns
        -------
        str
            For people.

        Examples
        --------
        >>> print(Pattern("{speaker}/{label}/*").misfit(PurePosixPath("anna/happy/session1/x.wav")))
        1 folder deeper than {speaker}/{label}/*: by its last folders it would be speaker happy, label session1; by \
its first ones speaker anna, label happy
        """
        depth, folders = self.text.count("/"), path.parts[:-1]
        if "**/" in self.text or len(folders) == depth:
            return f"does not fit {self.text}"
        count = abs(len(folders) - depth)
        deeper = "deeper" if len(folders) > depth else "higher"
        where = f"{count} folder{'s' if count > 1 else ''} {deeper} than {self.text}"
        if deeper == "higher":
            return where
        readings = {how: self.match(PurePosixPath(*kept, path.name)) for how, kept in (
            ("by its last folders", folders[len(folders) - depth:]), ("by its first ones", folders[:depth]))}
        taken = [f"{how} {'it would be ' if how.endswith('folders') else ''}{_in_words(said)}"
                 for how, said in readings.items() if said]
        return f"{where}: {'; '.join(taken)}" if taken else where

    def _compiled(self) -> re.Pattern[str]:
        parts = list(_PART.finditer(self.text))
        if "".join(part[0] for part in parts) != self.text:
            raise UserError(f"'{self.text}': a brace is not part of a {{name}}")
        pieces: list[str] = []
        seen: set[str] = set()
        for number, part in enumerate(parts):
            if name := part["name"]:
                if name not in get_args(Attribute):
                    raise UserError(f"'{self.text}': {{{name}}} is none of "
                                    f"{', '.join(f'{{{known}}}' for known in get_args(Attribute))}")
                neighbours = [self.text[part.start() - 1: part.start()], self.text[part.end(): part.end() + 1]]
                if number + 1 < len(parts) and parts[number + 1]["name"] and not part["width"]:
                    raise UserError(f"'{self.text}': where does {part[0]} end and {parts[number + 1][0]} begin? Give "
                                    f"it a width, such as {{{name}:2}}")
                pieces.append(f"(?P={name})" if name in seen
                              else f"(?P<{name}>{self._values(name, part['width'], neighbours)})")
                seen.add(name)
            else:
                pieces.append(_SIGNS.get(part[0], _SIGNS["*"]) if part["sign"] else re.escape(part["text"]))
        if "label" not in seen:
            raise UserError(f"'{self.text}': must say with {{label}} where the label stands")
        return re.compile("".join(pieces), re.IGNORECASE)

    def _values(self, name: str, width: str | None, neighbours: list[str]) -> str:
        if width:
            return f"[^/]{{{width}}}"
        separators = "".join(sign for sign in neighbours if sign not in "{}*?#" and not sign.isalnum())
        anything = f"[^/{re.escape(separators)}{'0-9' if '#' in neighbours else ''}]+"
        if name != "label":
            return anything
        whole = sorted((label for label in self.labels if any(sign in label for sign in separators)), key=len)
        return "|".join([*(re.escape(label) for label in reversed(whole)), anything])


def _in_words(said: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in said.items())
