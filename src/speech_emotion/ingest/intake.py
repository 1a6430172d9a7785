"""Take in the audio below a folder: find, probe and audit it, and lay the result out as tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing, shown
from speech_emotion.ingest import tables
from speech_emotion.ingest.audit import Rejected, audit
from speech_emotion.ingest.find import Found, find_candidates
from speech_emotion.ingest.identify import Index
from speech_emotion.ingest.notices import notices
from speech_emotion.ingest.read import read_all
from speech_emotion.parallel.workers import local_workers
from speech_emotion.params.ingest import Description, Ingest


@dataclass(frozen=True)
class Intake:
    """What was taken in, and what was not."""

    clips: pd.DataFrame
    """As in `manifest.SCHEMA`."""
    files: pd.DataFrame
    """As in `manifest.FILES_SCHEMA`."""
    rejected: pd.DataFrame
    """Columns `tables.REJECTED_COLUMNS`, sorted by path."""
    not_selected: Counter[str]
    """Audio files of known corpora that were not to be taken, by corpus."""
    notices: list[str]
    """What the user should know about how the user's own corpora were read, in a line each."""


def take_in(root: Path, corpora: Sequence[str] = (), *, min_duration: float = 0.0,
            options: Mapping[str, Mapping[str, Any]] | None = None, own: Mapping[str, Description] | None = None,
            named_in: str = "ingest.corpora", workers: int | None = None) -> Intake:
    """Find, read and check every clip below a folder.

    Parameters
    ----------
    root : Path
        The folder.
    corpora : sequence of str
        Names of the corpora to take; empty for all that are recognised by name, the table, and the user's own.
    min_duration : float >= 0
        Shortest clip that is taken, in s.
    options : mapping of str to mapping, optional
        By corpus, keyword arguments for its `make_parser`.
    own : mapping of str to Description, optional
        The user's own corpora by name, beside those described in files below the root.
    named_in : str
        The setting or option that `corpora` comes from, for messages.
    workers : int > 0, optional
        Files read at a time; by default `parallel.workers.local_workers`. The result does not depend on it.

    Returns
    -------
    Intake
        Possibly without clips.

    Raises
    ------
    UserError
        If the root is missing, a corpus is unknown or one's tables are unusable, there is no audio at all, or a process
        that reads it dies.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.testing import make_corpus
    >>> with TemporaryDirectory() as folder:
    ...     first, *_ = make_corpus(Path(folder, "emodb"), "emodb", speakers=["03", "08"], labels=["anger", "fear"])
    ...     _ = first.write_bytes(b"")
    ...     intake = take_in(Path(folder))
    >>> intake.clips[["corpus", "label", "native_label", "speaker", "duration"]]
      corpus  label native_label   speaker  duration
    0  emodb   fear        Angst  emodb-08       0.5
    1  emodb   fear        Angst  emodb-03       0.5
    2  emodb  anger          Wut  emodb-08       0.5
    >>> intake.rejected[["path", "rule"]]
                        path   rule
    0  emodb/wav/03a01Wa.wav  empty
    """
    found = find_candidates(root, corpora, options, own, named_in)
    found, probes = read_all(root, found, Index(root, found.selected, options), workers or local_workers())
    _require_audio(root, found, corpora, named_in)
    accepted, rejected = audit(found.candidates, probes, min_duration)
    rejected += [Rejected(path, corpus, None, "missing", "listed, but not there") for corpus, path in found.missing]
    return Intake(tables.clips(accepted), tables.files(root, accepted), tables.rejected(rejected), found.not_selected,
                  notices(found, accepted, rejected))


def by_settings(settings: Ingest, *, named_in: str = "ingest.corpora") -> Intake:
    """Take in what the settings of the stage `ingest` say.

    Parameters
    ----------
    settings : Ingest
    named_in : str
        Where their `corpora` come from, for messages.

    Returns
    -------
    Intake
        As of `take_in`, which also says what it raises.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.testing import make_corpus
    >>> shipped = load("params.yaml", Ingest)
    >>> with TemporaryDirectory() as folder:
    ...     _ = make_corpus(Path(folder), "emodb", speakers=["03"], labels=["anger"])
    ...     len(by_settings(shipped.model_copy(update={"root": folder})).clips)
    1
    """
    return take_in(Path(settings.root), settings.corpora, min_duration=settings.min_duration,
                   options=settings.options(), own=settings.own, named_in=named_in)


def write_rejected(rejected: pd.DataFrame, path: Path | str) -> None:
    """Write the list of rejected files as CSV.

    Parameters
    ----------
    rejected : pd.DataFrame
        As in `Intake`.
    path : Path or str
        The file to write or replace.
    """
    with replacing(path) as temporary:
        rejected.to_csv(temporary, index=False, lineterminator="\n", encoding="utf-8")


def require_clips(intake: Intake, root: Path | str, rejected_path: Path | str) -> None:
    """Refuse an intake without clips.

    Parameters
    ----------
    intake : Intake
    root : Path or str
        What was taken in, to name it.
    rejected_path : Path or str
        Where `write_rejected` wrote, to name it.

    Raises
    ------
    UserError
        If there is no clip; the message counts the rejected files by rule.
    """
    if not len(intake.clips):
        raise UserError(f"{root}: no usable clip; {_by_rule(intake.rejected)}. {rejected_path} says of each what to do")


def require_all(intake: Intake, rejected_path: Path | str) -> None:
    """Refuse an intake with rejected files (the setting `ingest.strict`).

    Parameters
    ----------
    intake : Intake
    rejected_path : Path or str
        Where `write_rejected` wrote, to name it.

    Raises
    ------
    UserError
        If any file was rejected; the message counts them by rule.
    """
    if len(intake.rejected):
        raise UserError(f"ingest.strict is on, and {_by_rule(intake.rejected)}. "
                        f"{rejected_path} says of each what to do")


def _require_audio(root: Path, found: Found, corpora: Sequence[str], named_in: str) -> None:
    if found.candidates or found.missing:
        return
    if found.not_selected:
        there = ", ".join(f"{count} of {name}" for name, count in sorted(found.not_selected.items()))
        raise UserError(f"{root}: holds none of what {named_in} selects ({', '.join(corpora)}), but {there}")
    if found.left_alone:
        (name, reason), count = found.left_alone.most_common(1)[0]
        raise UserError(f"{root}: no clip is left to take; {count} files of {name} are left alone: {reason}")
    if found.archives:
        raise UserError(f"{root}: holds no audio, but archives ({shown(found.archives[0])}); extract them first")
    raise UserError(f"{root}: holds no audio; set ingest.root to the folder of your audio")


def _by_rule(rejected: pd.DataFrame) -> str:
    counts = ", ".join(f"{rule}: {count}" for rule, count in rejected["rule"].value_counts().items())
    return f"{len(rejected)} files are rejected ({counts})"
