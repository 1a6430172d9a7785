"""Which clips are taken, which are rejected, and which are flagged."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from speech_emotion.corpora.base import Clip, Corpus, Unfit
from speech_emotion.ingest import checks
from speech_emotion.ingest.find import Candidate, Known
from speech_emotion.ingest.probe import Content, Failure, Probe


@dataclass(frozen=True, slots=True)
class Accepted:
    """A clip that goes into the manifest."""

    path: PurePosixPath
    """Relative to the root."""
    corpus: Corpus
    clip: Clip
    probe: Probe
    content: Content
    """That of `probe`, which is sound."""
    flags: tuple[str, ...]
    """What is noted about it: keys of `rules.FLAGS`, in their order."""
    known: Known | None
    """As in `Candidate`."""

    @property
    def claims(self) -> tuple[Clip, ...]:
        """All that it is said to be."""
        return (self.clip, *(self.known.twins if self.known else ()))


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that does not, by one of `rules.RULES`."""

    path: PurePosixPath
    """Relative to the root."""
    corpus: Corpus | None
    """None if its name is that of no selected corpus."""
    sha256: str | None
    """Of the file's bytes; None if it cannot be read or is not there."""
    rule: str
    """A key of `rules.RULES`."""
    reason: str
    """What is the matter with this file, for people."""


def audit(candidates: Sequence[Candidate], probes: Sequence[Probe], min_duration: float,
          ) -> tuple[list[Accepted], list[Rejected]]:
    """Apply all rules.

    Parameters
    ----------
    candidates : sequence of Candidate
    probes : sequence of Probe
        One for each candidate, in the same order.
    min_duration : float
        Shortest clip that is accepted, in s.

    Returns
    -------
    accepted : list of Accepted
    rejected : list of Rejected
        Every candidate is in exactly one of the two.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.ingest.find import find_candidates
    >>> from speech_emotion.ingest.probe import probe
    >>> from speech_emotion.testing import make_corpus
    >>> with TemporaryDirectory() as folder:
    ...     clip, copied = make_corpus(Path(folder, "savee"), "savee", speakers=["dc", "je"], labels=["anger"])
    ...     _ = copied.write_bytes(clip.read_bytes())
    ...     candidates = find_candidates(Path(folder)).candidates
    ...     probes = [probe(Path(folder, candidate.path)) for candidate in candidates]
    >>> accepted, rejected = audit(candidates, probes, min_duration=0.3)
    >>> len(accepted), [item.rule for item in rejected]
    (0, ['speaker-conflict', 'speaker-conflict'])
    """
    sound: list[Accepted] = []
    rejected: list[Rejected] = []
    for candidate, probe in zip(candidates, probes, strict=True):
        fault = _fault(candidate, probe, min_duration)
        if fault:
            rejected.append(Rejected(candidate.path, candidate.corpus, probe.sha256, *fault))
        else:
            assert candidate.corpus and isinstance(candidate.what, Clip) and isinstance(probe.content, Content)
            sound.append(Accepted(candidate.path, candidate.corpus, candidate.what, probe, probe.content,
                                  _flags(candidate.corpus, probe.content), candidate.known))
    single, repeated = _without_repeats(sound)
    accepted, superseded = _one_version_each(single)
    return accepted, rejected + repeated + superseded


def _fault(candidate: Candidate, probe: Probe, min_duration: float) -> tuple[str, str] | None:
    content = probe.content
    if candidate.what is None:
        of = f"none of {candidate.corpus.name}" if candidate.corpus else "that of no selected corpus"
        return "unknown-name", f"the name is {of}"
    if isinstance(candidate.what, Unfit):
        return candidate.what.rule, candidate.what.reason
    if isinstance(content, Failure):
        return content.rule, content.reason
    assert content is not None
    return checks.fault(content, min_duration)


def _flags(corpus: Corpus, content: Content) -> tuple[str, ...]:
    return checks.flags(content) + tuple(flag for flag, applies in {
        "sample-rate": corpus.sample_rate not in (None, content.sample_rate),
        "channels": corpus.channels not in (None, content.channels),
    }.items() if applies)


def _without_repeats(sound: list[Accepted]) -> tuple[list[Accepted], list[Rejected]]:
    """One clip per recording, and none of those about which two copies disagree."""
    copies: dict[str, list[Accepted]] = defaultdict(list)
    for item in sound:
        copies[item.content.digest].append(item)
    kept, rejected = [], []
    for same in copies.values():
        first, *others = sorted(same, key=_preference)
        clips = [(copy.corpus, clip) for copy in same for clip in copy.claims]
        for rule, said in (("label-conflict", {clip.label for _, clip in clips}),
                           ("speaker-conflict", {f"{corpus.name}-{clip.speaker}" for corpus, clip in clips})):
            if len(said) > 1:
                between = f"the same samples {'lie' if others else 'are published'} under {', '.join(sorted(said))}"
                rejected += [_repeat(copy, rule, between + _others(copy, same)) for copy in same]
                break
        else:
            kept.append(first)
            rejected += [_repeat(copy, "duplicate", f"the same samples as {first.path}") for copy in others]
    return kept, rejected


def _one_version_each(single: list[Accepted]) -> tuple[list[Accepted], list[Rejected]]:
    """One recording per clip, where a corpus's names tell clips apart: audio and video of one take, or WAV and MP3."""
    versions: dict[Hashable, list[Accepted]] = defaultdict(list)
    for item in single:
        versions[(item.corpus.name, item.clip) if item.corpus.by_name else item.path].append(item)
    kept, rejected = [], []
    for same in versions.values():
        # By content, so that where a file lies makes no difference.
        first, *others = sorted(same, key=lambda item: (not item.known, not item.content.lossless, item.content.digest))
        kept.append(first)
        rejected += [_repeat(other, "other-version", f"the same clip as {first.path}, in other samples")
                     for other in others]
    return kept, rejected


def _others(copy: Accepted, same: list[Accepted], limit: int = 3) -> str:
    named = [str(other.path) for other in same[: limit + 1] if other is not copy][:limit]
    more = len(same) - 1 - len(named)
    return f": also {', '.join(named)}" + (f" and {more} more" if more else "") if named else ""


def _preference(copy: Accepted) -> tuple[str, bool, int, str]:
    # What a clip is comes before where it lies, so that moving files does not change which one the manifest describes.
    return repr(copy.clip), not copy.known, len(copy.path.parts), str(copy.path)


def _repeat(copy: Accepted, rule: str, reason: str) -> Rejected:
    return Rejected(copy.path, copy.corpus, copy.probe.sha256, rule, reason)
