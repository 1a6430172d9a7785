"""Compare the files below a folder with the published ones."""

import hashlib
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import joblib
from tqdm import tqdm

from speech_emotion.core.errors import UserError
from speech_emotion.corpora import published, registry
from speech_emotion.corpora.base import Corpus, Published
from speech_emotion.ingest.find import audio_files


@dataclass
class Report:
    """How complete a corpus is."""

    corpus: Corpus
    expected: int
    """Number of published clips."""
    checksums: bool
    """Whether they are known by content, not by name alone."""
    intact: int = 0
    """Clips that are there, byte for byte if `checksums`."""
    converted: int = 0
    """Clips that are there in another container than the published one, so that bytes cannot be compared."""
    repeated: int = 0
    """Further copies of clips that are there."""
    missing: list[str] = field(default_factory=list)
    """As the authors lay them out."""
    altered: list[str] = field(default_factory=list)
    """Relative to the root, as are unknown ones."""
    unknown: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether every published clip is there, and none altered."""
        return not self.missing and not self.altered


def validate(root: Path, names: Sequence[str] = ()) -> list[Report]:
    """Say of each corpus below a folder whether it is complete.

    Parameters
    ----------
    root : Path
        A corpus's folder, in any layout, or one above several.
    names : sequence of str
        Corpora that should be there; by default those of which at least one clip is.

    Returns
    -------
    list of Report
        In the registry's order.

    Raises
    ------
    UserError
        If the folder is missing, a corpus is unknown or has no published list of files, or nothing known is there.
    """
    if not root.is_dir():
        raise UserError(f"{root}: there is no such folder")
    for corpus in registry.get(names):
        if names and not published.files(corpus):
            raise UserError(f"{corpus.name}: there is no published list of its files to compare with")
    corpora = [corpus for corpus in registry.CORPORA.values() if published.files(corpus)]
    files = audio_files(root)
    digests = _digests(root, files)
    reports = []
    remaining = list(zip(files, digests, strict=True))
    for corpus in corpora:
        parse = corpus.make_parser(root)
        known = published.by_key(corpus, parse)
        own: list[tuple[PurePosixPath, str, Hashable]] = []
        others: list[tuple[PurePosixPath, str, Hashable]] = []
        for path, digest in remaining:
            inner = PurePosixPath(root.resolve().name, path)
            located = registry.of_folder(inner)
            is_own = located is corpus or (
                located is None and (parse(inner) is not None or published.key(parse, inner) in known))
            (own if is_own else others).append((path, digest, published.key(parse, inner)))
        remaining = [(path, digest) for path, digest, _ in others]
        if corpus.name in names or (not names and own):
            reports.append(_compare(corpus, known, own))
    if not reports:
        raise UserError(f"{root}: holds no clip of a known corpus ({', '.join(corpus.name for corpus in corpora)})")
    return reports


def _compare(corpus: Corpus, known: dict[Hashable, Published],
             own: list[tuple[PurePosixPath, str, Hashable]]) -> Report:
    report = Report(corpus, len(known), all(file.sha256 for file in known.values()))
    there: dict[Hashable, str] = {}
    altered: dict[Hashable, list[str]] = {}
    for path, digest, key in own:
        file = known.get(key)
        if file is None:
            report.unknown.append(str(path))
        elif path.suffix.lower() != PurePosixPath(file.path).suffix.lower():
            report.repeated += key in there
            there.setdefault(key, "converted")
        elif file.sha256 in (None, digest):
            report.repeated += key in there
            there[key] = "intact"
        else:
            altered.setdefault(key, []).append(str(path))
    report.altered = sorted(path for paths in altered.values() for path in paths)
    report.intact = sum(state == "intact" for state in there.values())
    report.converted = sum(state == "converted" for state in there.values())
    report.missing = sorted(file.path for key, file in known.items() if key not in there and key not in altered)
    return report


def text(report: Report, limit: int | None = 10) -> str:
    """Lay a report out for people, with at most `limit` paths of each kind (None for all)."""
    state = "complete" if report.complete else "NOT complete"
    by = "by content" if report.checksums else "by name alone: no checksums of its clips are published"
    lines = [f"{report.corpus.title}: {state} ({by})",
             f"  {report.intact} of {report.expected} clips as published"
             + (f", {report.converted} more in another container" if report.converted else "")
             + (f", {report.repeated} further copies" if report.repeated else "")]
    for kind in ("missing", "altered", "unknown"):
        paths = getattr(report, kind)
        if paths:
            lines.append(f"  {kind}: {len(paths)}")
            lines += [f"    {path}" for path in paths[:limit]]
            if limit is not None and len(paths) > limit:
                lines.append(f"    ... and {len(paths) - limit} more")
    return "\n".join(lines)


def _digests(root: Path, files: Sequence[PurePosixPath]) -> list[str]:
    jobs = (joblib.delayed(_sha256)(root / path) for path in files)
    done = joblib.Parallel(n_jobs=joblib.cpu_count(), prefer="threads", return_as="generator")(jobs)
    return list(tqdm(done, desc="hashing", total=len(files), unit="file", disable=None))


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # not readable is not as published
        return ""
