"""Look at a folder or a table, and propose a description of the corpus that it is."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from speech_emotion.core.errors import UserError
from speech_emotion.corpora import registry
from speech_emotion.corpora.base import VOCABULARY, Clip
from speech_emotion.corpora.own import FILE, check_name, from_description
from speech_emotion.corpora.own.table import read
from speech_emotion.ingest.listing import audio_files
from speech_emotion.params.ingest import Description
from speech_emotion.proposal import roles
from speech_emotion.proposal.columns import Paths, as_text, find_paths, find_table
from speech_emotion.proposal.document import write
from speech_emotion.proposal.layout import Layout, take_apart
from speech_emotion.proposal.words import initials, meaning


@dataclass(frozen=True)
class Proposal:
    """A description to check."""

    target: Path
    """Where it belongs."""
    text: str
    """YAML with comments: what was counted, and what is open."""
    description: Description
    """What the text says."""


@dataclass(frozen=True)
class _Draft:
    description: Description
    questions: list[str]


def propose(target: Path, name: str | None = None) -> Proposal:
    """Propose a description.

    Parameters
    ----------
    target : Path
        A folder of audio, or a table of clips.
    name : str, optional
        Of the corpus; by default after the folder.

    Returns
    -------
    Proposal

    Raises
    ------
    UserError
        If there is no audio, no column that names it, or nothing that looks like labels.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import write_clip
    >>> with TemporaryDirectory() as root:
    ...     for seed, clip in enumerate(["anna/Wut_1.wav", "anna/Trauer_1.wav", "ben/Wut_1.wav", "ben/Trauer_1.wav"]):
    ...         _ = write_clip(Path(root, "My Calls", clip), seed)
    ...     proposal = propose(Path(root, "My Calls"))
    >>> proposal.target.name, proposal.description.pattern, proposal.description.labels
    ('corpus.yaml', ('{speaker}/{label}_*',), {'Trauer': 'sadness', 'Wut': 'anger'})
    """
    if not target.exists():
        raise UserError(f"{target}: there is no such folder or table")
    folder = target if target.is_dir() else target.parent
    files = audio_files(folder)
    table = find_table(folder, files) if target.is_dir() else target
    if table is None and not files:
        raise UserError(f"{target}: holds no audio, and no table that names audio")
    drafted = _from_table(table, folder, files) if table else _from_names(folder, files)
    name = name or _name(folder)
    check_name(name, "--name")
    corpus = from_description(name, drafted.description, folder, PurePosixPath(), str(target))
    parse = corpus.make_parser(folder)
    paths = corpus.listed(folder) if corpus.listed else files
    clips = {path: parse(PurePosixPath(folder.resolve().name or "root", path)) for path in paths}
    questions = [*_built_in(folder, files), *drafted.questions]
    return Proposal(folder / FILE, write(name, drafted.description, clips, questions), drafted.description)


def _from_table(table: Path, folder: Path, files: list[PurePosixPath]) -> _Draft:
    rows = as_text(read(table))
    if not len(rows):
        raise UserError(f"{table}: has no rows")
    base = table.parent.relative_to(folder)
    inner = [file.relative_to(base.as_posix()) for file in files if file.is_relative_to(base.as_posix())]
    paths = find_paths(rows, table.parent, inner)
    if paths is None:
        raise UserError(f"{table}: no column names audio that is there, absolute or below {table.parent}; it has the "
                        f"columns {', '.join(rows.columns)}")
    there = roles.assign(rows.drop(columns=paths.column))
    if "label" not in there:
        raise UserError(f"{table}: no column looks like labels (a few values, each many times); it has the columns "
                        f"{', '.join(rows.columns)}. docs/own-data.md shows how to write {FILE} by hand")
    labels, language, questions = _labels(list(rows.loc[rows[there["label"]] != "", there["label"]]))
    questions += _about_table(paths, rows[paths.column].nunique(), len(rows), there)
    rest = [str(column) for column in rows if column != paths.column and column not in there.values()]
    if rest:
        questions.append(f"columns that nothing is taken from: {', '.join(rest)}")
    order = ["label", *(role for role in ("speaker", "sex", "age", "language", "statement", "intensity", "repetition")
                        if role in there)]
    description = Description.model_validate({
        "table": str(table.relative_to(folder).as_posix()), "labels": labels, "language": language,
        "columns": {"path": paths.column, **{role: there[role] for role in order}},
        "audio": (base / paths.audio).as_posix() if paths.audio else "",
    })
    return _Draft(description, questions)


def _about_table(paths: Paths, distinct: int, count: int, there: dict[str, str]) -> list[str]:
    questions = []
    if paths.share < 1:
        questions.append(f"{round((1 - paths.share) * count)} of {count} rows name a file that is not there")
    if distinct < count:
        questions.append(f"{count - distinct} rows name a file that another row names too; ingest will stop at them")
    if "speaker" not in there:
        questions.append("no column looks like speakers. If paths tell who speaks, give speaker_regex, such as "
                         "'(spk[0-9]+)_'; if one person speaks, speaker")
    return questions


def _from_names(folder: Path, files: list[PurePosixPath]) -> _Draft:
    layout = take_apart(files)
    found = roles.assign(layout.parts)
    found = {role: part for role, part in found.items() if role in ("label", "speaker", "sex")}
    if "label" not in found:
        known = "".join(f" {answer}." for answer in _built_in(folder, files))
        raise UserError(f"{folder}: neither folders nor file names look like labels (such as {files[0]}).{known} "
                        f"docs/own-data.md shows how to write {FILE} by hand; a table of clips is another way")
    labels, language, questions = _labels(list(layout.parts[found["label"]]))
    if "speaker" in found:
        speakers = sorted(layout.parts[found["speaker"]].unique())
        if not roles.are_speakers(speakers):
            questions.append(f"are {_some(speakers)} the speakers?")
    else:
        questions.append("nothing in the paths looks like speakers. Put {speaker} where they stand, give "
                         "speaker_regex, or, if one person speaks, speaker")
    questions += _about_layout(layout, found)
    description = Description.model_validate({
        "pattern": layout.pattern(found), "labels": labels, "language": language})
    return _Draft(description, questions)


def _about_layout(layout: Layout, found: dict[str, str]) -> list[str]:
    questions = []
    for part in layout.names:
        values = sorted(layout.parts[part].unique())
        if part not in found.values() and 2 <= len(values) <= len(layout.parts) / 4 and not roles.counts_up(values):
            questions.append(f"what do the parts {_some(values)} say? If the sentence, put {{statement}} there")
    return questions


def _some(values: list[str], limit: int = 4) -> str:
    return ", ".join(values[:limit]) + (f" and {len(values) - limit} more" if len(values) > limit else "")


def _labels(found: list[str]) -> tuple[dict[str, str], str | None, list[str]]:
    counts = Counter(found)
    native = sorted(counts)
    known, language = meaning(native)
    questions = []
    if not known:
        known, language = initials(native)
        if not known:
            questions.append(f"are {_some(native)} the labels? Nothing but how often they occur says so")
        else:
            questions.append(f"the labels are codes, read as initials of words ({language}): check each of them")
    elif language:
        questions.append(f"the labels are words in another language or synonyms ({language}): check each of them")
    unknown = [label for label in native if label not in known]
    if unknown:
        questions.append(f"labels that mean nothing to this project: {', '.join(unknown)}. They stay as they are, "
                         f"unless you give another, such as one of {', '.join(VOCABULARY)}")
    spoken = language if language and language != "en" else None
    if spoken:
        questions.append(f"is `{spoken}` the language that is spoken? It is that of the labels")
    return {label: known.get(label, label) for label in native}, spoken, questions


def _built_in(folder: Path, files: list[PurePosixPath]) -> list[str]:
    for corpus in registry.get([]):
        parse = corpus.make_parser(folder)
        known = sum(isinstance(parse(PurePosixPath(folder.resolve().name, file)), Clip) for file in files)
        if files and known > len(files) / 2:
            return [f"{known} of the {len(files)} files are named as {corpus.title}'s ({corpus.name}), which needs no "
                    "description"]
    return []


def _name(folder: Path) -> str:
    name = re.sub(r"[^a-z0-9]+", "_", folder.resolve().name.lower()).strip("_") or "own"
    if not name[0].isalpha():
        name = f"corpus_{name}"
    return f"my_{name}" if name in registry.CORPORA else name
