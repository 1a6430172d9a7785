"""Which column of a table, or which part of a path, says what about a clip: guesses from values and names."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from speech_emotion.corpora.own.clips import SEXES
from speech_emotion.proposal.words import initials, meaning

NAMES: Mapping[str, str] = {
    "path": "file files filename path audio wav wave clip recording datei pfad fichier aufnahme",
    "label": "label emotion emo class category target affect mood feeling gefühl gefuehl emocja émotion",
    "speaker": "speaker spk actor actress subject participant talker person voice sprecher sprecherin user who",
    "sex": "sex gender geschlecht",
    "age": "age alter years wiek",
    "language": "language lang locale sprache",
    "statement": "statement sentence utterance text transcript transcription script phrase prompt satz",
    "intensity": "intensity strength",
    "repetition": "repetition take",
}
"""Words that name a column, by what it says."""
MOST_LABELS = 30
"""More labels than that are no labels."""
_SPEAKER = re.compile(r"(spk|speaker|actor|actress|subj|sub|sp|p|s|vp|sprecher)[ _-]?\d+", re.IGNORECASE)


def assign(columns: pd.DataFrame) -> dict[str, str]:
    """Guess what each column says.

    Parameters
    ----------
    columns : pd.DataFrame
        A row per clip, values as text, "" where there is none.

    Returns
    -------
    dict of str to str
        From attributes of a clip (`params.ingest.Attribute`) to the columns that seem to say them.

    Examples
    --------
    >>> assign(pd.DataFrame({"a": ["anna", "anna", "ben", "ben"], "b": ["Wut", "Trauer"] * 2, "c": list("1234")}))
    {'label': 'b', 'speaker': 'a'}
    """
    roles: dict[str, str] = {}
    left = [str(column) for column in columns if columns[column].ne("").any()]
    named = {column: _named(column) for column in left}

    def take(role: str, scores: Mapping[str, float]) -> None:
        if scores and max(scores.values()) > 0:
            roles[role] = max(scores, key=lambda column: scores[column])
            left.remove(roles[role])

    take("label", {column: _label(columns[column], named[column]) for column in left})
    take("sex", {column: _sex(columns[column], named[column]) for column in left})
    for role in ("age", "language", "intensity", "repetition", "statement"):
        take(role, {column: float(named[column] == role) for column in left})
    if "label" in roles:
        take("speaker", {column: _speaker(columns, column, named[column], roles, position)
                         for position, column in enumerate(left)})
    if "statement" not in roles:
        take("statement", {column: float(_is_text(columns[column])) for column in left if named[column] != "path"})
    return roles


def _named(column: str) -> str | None:
    words = re.findall(r"[^\W\d_]+", re.sub(r"([a-zà-ÿ])([A-Z])", r"\1 \2", column).lower())
    return next((role for role, known in NAMES.items() if set(known.split()) & set(words)), None)


def _label(values: pd.Series, named: str | None) -> float:
    counts = values[values != ""].value_counts()
    if not 2 <= len(counts) <= MOST_LABELS or named not in ("label", None):
        return 0
    known = meaning(counts.index)[0]
    share = counts[list(known)].sum() / counts.sum()
    if share >= 0.5:
        return float(20 + share)
    if named == "label":
        return 10
    if initials(list(counts.index))[0]:
        return 5
    wordlike = all(value.isalpha() for value in counts.index) and not set(counts.index.str.lower()) <= set(SEXES)
    # Nothing but their number speaks for these.
    return float(counts.median() >= 3 and wordlike and len(counts) >= 3) / len(counts)


def _sex(values: pd.Series, named: str | None) -> float:
    there = set(values.str.lower()) - {""}
    return float(there <= set(SEXES) and (named == "sex" or (named is None and len(there) == 2)))


def _speaker(columns: pd.DataFrame, column: str, named: str | None, roles: Mapping[str, str], position: int) -> float:
    values = columns[column]
    distinct = [str(value) for value in values[values != ""].unique()]
    if named == "speaker":
        return 100
    if named is not None or not 2 <= len(distinct) <= len(values) / 2 or _is_text(values):
        return 0
    # A speaker says many of the labels, as far as there are clips enough, and has one sex.
    by_value = columns.groupby(column)
    possible = by_value.size().clip(upper=columns[roles["label"]].nunique())
    variety = (by_value[roles["label"]].nunique() / possible).mean()
    if variety < 0.5 or ("sex" in roles and by_value[roles["sex"]].nunique().max() > 1):
        return 0
    score = variety + 1 - position / 10
    score += 2 * are_speakers(distinct)
    score -= 0.5 * (counts_up(distinct) + all(len(value) == 1 for value in distinct))
    return float(score)


def are_labels(values: Sequence[str]) -> bool:
    """Whether most of these values, each as often as it occurs, are known words for emotions, or all initials of some.

    Examples
    --------
    >>> are_labels(["HAPPY", "sad", "sad", "proud"]), are_labels(["vp", "vp"])
    (True, False)
    """
    distinct = sorted(set(values))
    known = meaning(distinct)[0]
    return sum(value in known for value in values) >= len(values) / 2 or (
        len(distinct) > 3 and bool(initials(distinct)[0]))


def are_speakers(distinct: Sequence[str]) -> bool:
    """Whether all values look like names that are given to speakers: "spk01", "Actor_12", "p3"."""
    return all(_SPEAKER.fullmatch(value) for value in distinct)


def counts_up(distinct: Sequence[str]) -> bool:
    """Whether values are numbers without a gap, such as those of takes."""
    if not all(value.isdigit() for value in distinct):
        return False
    numbers = sorted(int(value) for value in distinct)
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] in (0, 1)


def _is_text(values: pd.Series) -> bool:
    return bool(values.str.len().mean() > 12 and values.str.contains(" ").mean() > 0.5)
