"""Write a description as YAML, with what was counted beside it."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from speech_emotion.corpora.base import Clip, Unfit
from speech_emotion.corpora.own.clips import UNKNOWN_SPEAKER
from speech_emotion.params.ingest import Description

_PLAIN = re.compile(r"[^\W\d][\w./-]*( [\w./-]+)*")
_WORDS_OF_YAML = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_MOST = 12
"""Speakers that are listed."""


def write(name: str, description: Description, clips: Mapping[PurePosixPath, Clip | Unfit | None],
          questions: Sequence[str]) -> str:
    """Write a description for people to check.

    Parameters
    ----------
    name : str
        Of the corpus.
    description : Description
        What is proposed.
    clips : mapping of PurePosixPath to Clip, Unfit or None
        What it makes of the files.
    questions : sequence of str
        What is open.

    Returns
    -------
    str
        YAML.

    Examples
    --------
    >>> about = Description(pattern="{speaker}/{label}/*", labels={"Wut": "anger"})
    >>> clips = {PurePosixPath("ann/Wut/1.wav"): Clip("anger", "Wut", "ann")}
    >>> print(write("calls", about, clips, ["is it so?"]), end="")
    # An own corpus, as `ser corpus new` understands it. Every key: docs/own-data.md
    # 1 clip, 1 speaker, 1 label
    # ? is it so?
    # ? 1 speaker: to test on a speaker who was never heard takes three
    name: calls
    pattern: "{speaker}/{label}/*"
    # speakers: ann 1
    labels:
      Wut: anger  # 1 clip
    """
    taken = [clip for clip in clips.values() if isinstance(clip, Clip)]
    speakers = Counter(clip.speaker for clip in taken if clip.speaker != UNKNOWN_SPEAKER)
    labels = Counter(clip.native_label for clip in taken)
    counts = [_count(len(taken), "clip"), _count(len(speakers), "speaker"), _count(len(labels), "label")]
    lines = ["# An own corpus, as `ser corpus new` understands it. Every key: docs/own-data.md",
             f"# {', '.join(counts)}"]
    misfits = [(path, what.reason) for path, what in clips.items() if isinstance(what, Unfit)]
    lines += [f"# ? {question}" for question in questions]
    if misfits:
        lines.append(f"# ? {_count(len(misfits), 'file')} will not be taken, such as {misfits[0][0]}: {misfits[0][1]}. "
                     "Move them, correct the pattern, or name their folders in ignore")
    if speakers and len(speakers) < 3:
        lines.append(f"# ? {_count(len(speakers), 'speaker')}: to test on a speaker who was never heard takes three")
    lines.append(f"name: {name}")
    if description.table:
        lines.append(f"table: {_scalar(description.table)}")
        if description.audio:
            lines.append(f"audio: {_scalar(description.audio)}  # the table's paths start there")
        lines += ["columns:", *(f"  {role}: {_scalar(column)}" for role, column in (description.columns or {}).items())]
    else:
        pattern, = description.pattern
        lines.append(f"pattern: {json.dumps(pattern, ensure_ascii=False)}")
    if speakers:
        more = f", ... {len(speakers) - _MOST} more" if len(speakers) > _MOST else ""
        lines.append(f"# speakers: {_counts(sorted(speakers.items())[:_MOST])}{more}")
    if description.language:
        lines.append(f"language: {description.language}")
    lines.append("labels:")
    lines += [f"  {_scalar(native)}: {_scalar(label)}  # {_count(labels[native], 'clip')}"
              for native, label in description.labels.items()]
    return "\n".join(lines) + "\n"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _counts(counts: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts)


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML
    return text if plain else json.dumps(text, ensure_ascii=False)
