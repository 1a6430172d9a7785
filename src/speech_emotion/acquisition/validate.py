"""Compare the files below a folder with the published ones."""

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import joblib
from tqdm import tqdm

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import shown
from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import Corpus, Published
from speech_emotion.ingest.listing import audio_files


@dataclass
class Completeness:
    """How complete a corpus is."""

    corpus: Corpus
    expected: int
    """Number of published clips."""
    by_content: bool
    """Whether the published clips are known by their SHA-256, not by name alone."""
    intact: int = 0
    """Number of clips that are there, byte for byte if `by_content`."""
    converted: int = 0
    """Number of clips that are there in another container than the published one: bytes cannot be compared."""
    repeated: int = 0
    """Number of further copies of clips that are there."""
    missing: list[str] = field(default_factory=list)
    """Paths of published clips that are not there, as the authors lay them out."""
    altered: list[str] = field(default_factory=list)
    """Paths, relative to the root, of files under a published name whose bytes are others."""
    unknown: list[str] = field(default_factory=list)
    """Paths, relative to the root, of files of the corpus that were not published."""

    @property
    def complete(self) -> bool:
        """Whether every published clip is there, and none altered."""
        return not self.missing and not self.altered


class _FoundFile(NamedTuple):
    path: PurePosixPath
    """Relative to the root."""
    sha256: str
    key: Hashable
    """Which clip it is; see `published.key`."""


def validate(root: Path, names: Sequence[str] = ()) -> list[Completeness]:
    """Say of each corpus below a folder whether it is complete.

    Parameters
    ----------
    root : Path
        A corpus's folder, in any layout, or one above several.
    names : sequence of str
        Corpora that should be there; by default those of which at least one clip is.

    Returns
    -------
    list of Completeness
        In the registry's order.

    Raises
    ------
    UserError
        If the folder is missing, a corpus is unknown or has no published list of files, or nothing known is there.

    Examples
    --------
    A folder with two files under names of SAVEE that hold something else:

    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import make_corpus
    >>> with TemporaryDirectory() as folder:
    ...     clips = make_corpus(Path(folder, "savee"), "savee", speakers=["dc"], labels=["anger"], clips=2)
    ...     savee, = validate(Path(folder))
    >>> savee.expected, savee.intact, len(savee.missing), savee.altered
    (480, 0, 478, ['savee/DC/a01.wav', 'savee/DC/a02.wav'])
    """
    if not root.is_dir():
        raise UserError(f"{root}: there is no such folder")
    for corpus in registry.get(names, named_in="--corpus"):
        if names and not published.files(corpus):
            raise UserError(f"{corpus.name}: there is no published list of its files to compare with")
    corpora = [corpus for corpus in registry.CORPORA.values() if published.files(corpus)]
    remaining = _sha256_by_path(root, audio_files(root))
    results = []
    for corpus in corpora:
        parse = corpus.make_parser(root)
        known = published.by_key(corpus, parse)
        own = []
        for path, sha256 in remaining.items():
            inner = PurePosixPath(root.resolve().name, path)
            key = published.key(parse, inner)
            located = registry.of_folder(inner)
            if located is corpus or (located is None and (parse(inner) is not None or key in known)):
                own.append(_FoundFile(path, sha256, key))
        for file in own:
            del remaining[file.path]
        if corpus.name in names or (not names and own):
            results.append(_compare(corpus, known, own))
    if not results:
        raise UserError(f"{root}: holds no clip of a known corpus ({', '.join(corpus.name for corpus in corpora)})")
    return results


def describe(result: Completeness, limit: int | None = 10) -> str:
    """Lay out for people how complete a corpus is.

    Parameters
    ----------
    result : Completeness
        From `validate`.
    limit : int or None
        Largest number of paths of each kind; None for all.

    Returns
    -------
    str
        Some lines without a last newline.

    Examples
    --------
    >>> missing = ["wav/03a01Fa.wav", "wav/03a01Nc.wav"]
    >>> result = Completeness(registry.CORPORA["emodb"], 535, by_content=True, intact=533, missing=missing)
    >>> print(describe(result, limit=1))
    EMO-DB: NOT complete (by content)
      533 of 535 clips as published
      missing: 2
        wav/03a01Fa.wav
        ... and 1 more
    """
    state = "complete" if result.complete else "NOT complete"
    by = "by content" if result.by_content else "by name alone: no checksums of its clips are published"
    lines = [f"{result.corpus.title}: {state} ({by})",
             f"  {result.intact} of {result.expected} clips as published"
             + (f", {result.converted} more in another container" if result.converted else "")
             + (f", {result.repeated} further copies" if result.repeated else "")]
    for kind, paths in (("missing", result.missing), ("altered", result.altered), ("unknown", result.unknown)):
        if paths:
            lines.append(f"  {kind}: {len(paths)}")
            lines += [f"    {path}" for path in paths[:limit]]
            if limit is not None and len(paths) > limit:
                lines.append(f"    ... and {len(paths) - limit} more")
    return "\n".join(lines)


def _compare(corpus: Corpus, known: Mapping[Hashable, Published], found: Sequence[_FoundFile]) -> Completeness:
    result = Completeness(corpus, len(known), by_content=all(file.sha256 for file in known.values()))
    there: dict[Hashable, str] = {}
    altered: set[Hashable] = set()
    for path, sha256, key in found:
        file = known.get(key)
        if file is None:
            result.unknown.append(shown(path))
        elif path.suffix.lower() != PurePosixPath(file.path).suffix.lower():
            result.repeated += key in there
            there.setdefault(key, "converted")
        elif file.sha256 in (None, sha256):
            result.repeated += key in there
            there[key] = "intact"
        else:
            altered.add(key)
            result.altered.append(shown(path))
    result.altered.sort()
    result.intact = sum(state == "intact" for state in there.values())
    result.converted = sum(state == "converted" for state in there.values())
    result.missing = sorted(file.path for key, file in known.items() if key not in there and key not in altered)
    return result


def _sha256_by_path(root: Path, paths: Sequence[PurePosixPath]) -> dict[PurePosixPath, str]:
    jobs = (joblib.delayed(_sha256)(root / path) for path in paths)
    done = joblib.Parallel(n_jobs=joblib.cpu_count(), prefer="threads", return_as="generator")(jobs)
    return dict(zip(paths, tqdm(done, desc="hashing", total=len(paths), unit="file", disable=None), strict=True))


def _sha256(path: Path) -> str:
    if not path.is_file():  # a pipe would be waited for, a device has no end
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # not readable is not as published
        return ""
