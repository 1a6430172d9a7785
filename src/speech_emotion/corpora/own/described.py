"""From a description to a `Corpus`, as the registry's are."""

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path, PurePosixPath

from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import Clip, Corpus, Parser, Unfit
from speech_emotion.corpora.own.clips import make_clip, remarks
from speech_emotion.corpora.own.pattern import Pattern
from speech_emotion.corpora.own.table import audio_folder, below, rows_by_path
from speech_emotion.params.ingest import Description


def from_description(name: str, description: Description, root: Path, folder: PurePosixPath, where: str) -> Corpus:
    """Make the corpus that a description describes.

    Parameters
    ----------
    name : str
        Of the corpus.
    description : Description
        What the user says.
    root : Path
        Folder of the audio.
    folder : PurePosixPath
        Where the description's paths begin, relative to `root`.
    where : str
        Where the description stands, for messages.

    Returns
    -------
    Corpus
        With the folder that it covers, relative to `root`.

    Raises
    ------
    UserError
        If a pattern cannot be used or does not lie below the root. What is wrong with a table is said when the
        parser is made.

    Examples
    --------
    >>> about = Description(pattern="{speaker}/{label}/*", ignore="raw")
    >>> corpus = from_description("calls", about, Path("data"), PurePosixPath("calls"), "calls/corpus.yaml")
    >>> parse = corpus.make_parser(Path("data"))
    >>> parse(PurePosixPath("data/calls/ann/HAPPY/1.wav")).label
    'happiness'
    >>> parse(PurePosixPath("data/calls/raw/1.wav")).reason
    'lies in an ignored folder'
    >>> parse(PurePosixPath("data/elsewhere/1.wav"))
    """
    try:
        patterns = [Pattern(text, tuple(description.labels)) for text in description.pattern]
    except UserError as error:
        raise UserError(f"{where}: pattern {error}") from error
    start = below(root, audio_folder(root, folder, description))
    if patterns and start.is_absolute():
        raise UserError(f"{where}: audio lies outside ingest.root, where no pattern is searched; set ingest.root to a "
                        "folder around it")
    return Corpus(
        name=name,
        title=name,
        citation="The user's own.",
        licence="the user's own",
        how_to_get=f"see {where}",
        make_parser=partial(_table_parser, description, folder, start) if description.table
        else lambda _root: _pattern_parser(description, patterns, start),
        listed=partial(_listed, description, folder, start) if description.table else None,
        by_name=False,
        folder=start / _common([pattern.folder for pattern in patterns]),
        remarks=partial(_remarks, description, root / folder / (description.table or ""), root),
    )


def pattern_parser(description: Description) -> Parser:
    """Give the parser of a described pattern that begins at the root itself."""
    return _pattern_parser(description, [Pattern(text) for text in description.pattern], PurePosixPath())


def _common(folders: Sequence[PurePosixPath]) -> PurePosixPath:
    return PurePosixPath(os.path.commonpath(folders)) if folders else PurePosixPath()


def _pattern_parser(description: Description, patterns: Sequence[Pattern], start: PurePosixPath) -> Parser:
    covered = start / _common([pattern.folder for pattern in patterns])

    def parse(path: PurePosixPath) -> Clip | Unfit | None:
        if path.parts[1 : 1 + len(covered.parts)] != covered.parts:
            return None
        inner = PurePosixPath(*path.parts[1 + len(start.parts) :])
        if _is_ignored(inner, description):
            return Unfit("left-alone", "lies in an ignored folder")
        said = next(filter(None, (pattern.match(inner) for pattern in patterns)), None)
        if said is None:
            return Unfit("off-pattern", patterns[-1].misfit(inner))
        try:
            return make_clip(said, str(inner), description)
        except ValueError as error:
            return Unfit("off-pattern", str(error))

    return parse


def _table_parser(description: Description, folder: PurePosixPath, start: PurePosixPath, root: Path) -> Parser:
    clips = dict(_rows(description, folder, start, root))

    def parse(path: PurePosixPath) -> Clip | Unfit | None:
        inner = path if path.is_absolute() else PurePosixPath(*path.parts[1:])
        if inner in clips:
            return clips[inner]
        if not inner.is_relative_to(start):
            return None
        ignored = _is_ignored(inner.relative_to(start), description)
        return Unfit("left-alone", "lies in an ignored folder" if ignored else f"is not in {description.table}")

    return parse


def _listed(description: Description, folder: PurePosixPath, start: PurePosixPath, root: Path,
            ) -> list[PurePosixPath]:
    return [path for path, _ in _rows(description, folder, start, root)]


def _rows(description: Description, folder: PurePosixPath, start: PurePosixPath, root: Path,
          ) -> Iterator[tuple[PurePosixPath, Clip]]:
    for path, clip in rows_by_path(root, folder, description).items():
        if not _is_ignored(path.relative_to(start) if path.is_relative_to(start) else path, description):
            yield path, clip


def _is_ignored(path: PurePosixPath, description: Description) -> bool:
    return any(fnmatchcase(said, ignored.strip("/")) for ignored in description.ignore for around in path.parents
               for said in (around.name, str(around)) if said)


def _remarks(description: Description, source: Path, root: Path, clips: Sequence[Clip]) -> list[str]:
    said = remarks(clips, description.labels)
    if below(root, source).is_absolute():
        said.append("its table lies outside ingest.root, where DVC sees no changes; after one, run: dvc repro --force "
                    "ingest")
    return said
