"""Which clips are shown: audio files, clips of the manifest by id, or one of a corpus for each value of a column."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from speech_emotion.core.errors import UserError

MAX_SIDE_BY_SIDE = 24
"""Largest number of values of which `one_per_value` chooses a clip each."""


class ChosenClip(NamedTuple):
    """An audio file, what is written above its picture, and the corpus that it is of; None if that is not known."""

    path: Path
    title: str
    corpus: str | None = None


def from_file(path: Path | str) -> ChosenClip:
    """Choose an audio file, under its own name.

    Examples
    --------
    >>> from_file("data/raw/emodb/wav/03a01Fa.wav").title
    '03a01Fa.wav'
    """
    return ChosenClip(Path(path), Path(path).name)


def from_id(clip_id: str, table: pd.DataFrame, root: Path | str) -> ChosenClip:
    """Choose a clip of the manifest.

    Parameters
    ----------
    clip_id : str
        The clip's id, or how it begins.
    table : pd.DataFrame
        From `manifest.join_files`: columns clip_id, corpus, path, label, speaker.
    root : Path or str
        The folder that was ingested.

    Returns
    -------
    ChosenClip
        Its title is id, label and speaker.

    Raises
    ------
    UserError
        If no clip, or more than one, is so called.

    Examples
    --------
    >>> table = pd.DataFrame({"clip_id": ["emodb-0a1b", "emodb-0a2c"], "path": ["wav/03a01Fa.wav", "wav/08a01Na.wav"],
    ...                       "label": ["happiness", "neutral"], "speaker": ["emodb-03", "emodb-08"],
    ...                       "corpus": "emodb"})
    >>> from_id("emodb-0a2", table, "data/raw/emodb").title
    'emodb-0a2c: neutral, emodb-08'
    """
    rows = table[table["clip_id"].str.startswith(clip_id)]
    exact = rows[rows["clip_id"] == clip_id]
    rows = exact if len(exact) else rows
    if rows.empty:
        raise UserError(f"{clip_id}: is neither an audio file nor the id of a clip in the manifest")
    if len(rows) > 1:
        some = ", ".join(rows["clip_id"][:3])
        raise UserError(f"{clip_id}: {len(rows)} clips begin so, such as {some}; give more of the id")
    row = rows.iloc[0]
    return ChosenClip(Path(root) / row["path"], f"{row['clip_id']}: {row['label']}, {row['speaker']}", row["corpus"])


def by_names(names: Sequence[str], table: pd.DataFrame, root: Path | str) -> list[ChosenClip]:
    """Choose clips by name, in the order given: audio files where there are such, else clips of the manifest.

    Parameters
    ----------
    names : sequence of str
        Paths of audio files, or ids as `from_id` takes them.
    table, root
        As `from_id` takes them.

    Returns
    -------
    list of ChosenClip

    Raises
    ------
    UserError
        If one is neither.

    Examples
    --------
    >>> table = pd.DataFrame({"clip_id": ["savee-77"], "path": ["DC/a01.wav"], "label": ["anger"],
    ...                       "speaker": ["savee-dc"], "corpus": "savee"})
    >>> by_names(["savee-7"], table, "data/raw/savee")[0].title
    'savee-77: anger, savee-dc'
    """
    return [from_file(name) if Path(name).is_file() else from_id(name, table, root) for name in names]


def one_per_value(corpus: str, column: str, table: pd.DataFrame, root: Path | str) -> list[ChosenClip]:
    """Choose one clip for each value of a column, alike in label, speaker and statement as far as there are such clips.

    Parameters
    ----------
    corpus : str
        A corpus of the manifest.
    column : str
        A column of the manifest, such as "label", "speaker" or "intensity".
    table : pd.DataFrame
        From `manifest.join_files`.
    root : Path or str
        The folder that was ingested.

    Returns
    -------
    list of ChosenClip
        In the values' order; the titles are value, label and speaker.

    Raises
    ------
    UserError
        If the corpus or the column is not there, or the column has no values or more than `MAX_SIDE_BY_SIDE`.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "clip_id": ["savee-1", "savee-2", "savee-3"], "corpus": "savee", "label": ["anger", "anger", "fear"],
    ...     "path": ["DC/a01.wav", "JE/a01.wav", "JE/f01.wav"], "speaker": ["savee-dc", "savee-je", "savee-je"],
    ...     "statement": ["a01", "a01", "f01"]})
    >>> [clip.title for clip in one_per_value("savee", "label", table, "data/raw/savee")]
    ['anger (savee-je)', 'fear (savee-je)']
    >>> [clip.title for clip in one_per_value("savee", "speaker", table, "data/raw/savee")]
    ['savee-dc (anger)', 'savee-je (anger)']
    """
    corpora = sorted(table["corpus"].unique())
    if corpus not in corpora:
        raise UserError(f"--corpus is '{corpus}', but the manifest has {', '.join(corpora) or 'no clips'}")
    if column not in table.columns:
        raise UserError(f"--by is '{column}', but must be a column of the manifest: "
                        f"{', '.join(map(str, table.columns))}")
    rows = table[(table["corpus"] == corpus) & table[column].notna()]
    values = sorted(rows[column].unique())
    if not 0 < len(values) <= MAX_SIDE_BY_SIDE:
        raise UserError(f"--by {column}: has {len(values)} values in {corpus}; side by side there is room for 1 to "
                        f"{MAX_SIDE_BY_SIDE}")
    # The label and speaker (whichever is not the column) with most of the values, and of these the statement with most.
    names = [name for name in ("label", "speaker") if name != column]
    rows = rows.assign(statement=rows["statement"].fillna(""))
    most = rows
    for held in (names, ["statement"]):
        variety = most.assign(variety=most.groupby(held)[column].transform("nunique"))
        first = variety.sort_values(["variety", *held], ascending=[False, *(True for _ in held)]).iloc[0]
        most = most[(most[held] == first[held]).all(axis=1)]
    # For each value the first clip of what is most like that one.
    unlike = {f"other {name}": rows[name] != most[name].iloc[0] for name in (*names, "statement")}
    ordered = rows.assign(**unlike).sort_values([*unlike, "clip_id"])
    chosen = [ordered[ordered[column] == value].iloc[0] for value in values]
    return [ChosenClip(Path(root) / row["path"], f"{row[column]} ({', '.join(row[names])})", corpus) for row in chosen]
