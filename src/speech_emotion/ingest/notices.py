"""What the user should know about how files were read, beside the tables of numbers."""

from collections import defaultdict
from collections.abc import Sequence

from speech_emotion.corpora.base import Clip, Corpus
from speech_emotion.ingest.audit import Accepted, Rejected
from speech_emotion.ingest.find import Found


def notices(found: Found, accepted: Sequence[Accepted], rejected: Sequence[Rejected]) -> list[str]:
    """Say how the user's own corpora were read.

    Parameters
    ----------
    found : Found
        What lies below the root.
    accepted : sequence of Accepted
        The clips taken.
    rejected : sequence of Rejected
        The files not taken.

    Returns
    -------
    list of str
        A line each, by corpus: what its labels were taken for, which files do not fit its description, which were left
        alone, and which DVC does not watch.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.ingest.find import find_candidates
    >>> from speech_emotion.params.ingest import Description
    >>> from speech_emotion.testing import write_clip
    >>> with TemporaryDirectory() as root:
    ...     _ = write_clip(Path(root, "old/1.wav"))
    ...     found = find_candidates(Path(root), own={"calls": Description(pattern="{label}/*", ignore="old")})
    >>> notices(found, [], [])
    ['calls: 1 file left alone: lies in an ignored folder']
    """
    lines = list(found.notices)
    clips: dict[Corpus, list[Clip]] = defaultdict(list)
    outside: dict[Corpus, int] = defaultdict(int)
    for item in accepted:
        clips[item.corpus].append(item.clip)
        outside[item.corpus] += item.path.is_absolute()
    misfits: dict[Corpus, list[Rejected]] = defaultdict(list)
    for refused in rejected:
        if refused.rule == "off-pattern" and refused.corpus:
            misfits[refused.corpus].append(refused)
    for corpus in sorted({*clips, *misfits}, key=lambda each: each.name):
        if corpus.remarks:
            lines += [f"{corpus.name}: {remark}" for remark in corpus.remarks(clips[corpus])]
        if first := next(iter(misfits[corpus]), None):
            lines.append(f"{corpus.name}: {_files(len(misfits[corpus]))} rejected as off-pattern, such as "
                         f"{first.path}: {first.reason}")
        if count := outside[corpus]:
            lines.append(f"{corpus.name}: {_files(count)} outside ingest.root, where DVC sees no changes; after "
                         "one, run: dvc repro --force ingest")
    return lines + [f"{name}: {_files(count)} left alone: {reason}"
                    for (name, reason), count in sorted(found.left_alone.items())]


def _files(count: int) -> str:
    return f"{count} file{'s' if count > 1 else ''}"
