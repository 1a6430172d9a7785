"""Lay out what was taken in, and what was not, as tables."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from speech_emotion import manifest
from speech_emotion.core.files import shown
from speech_emotion.corpora import published
from speech_emotion.ingest.audit import Accepted, Rejected
from speech_emotion.ingest.rules import RULES

REJECTED_COLUMNS = ["corpus", "path", "sha256", "rule", "reason", "what_to_do"]


def clips(accepted: Sequence[Accepted]) -> pd.DataFrame:
    """Say what each accepted clip is; see `manifest.SCHEMA`.

    Examples
    --------
    >>> len(clips([]))
    0
    """
    if not accepted:
        return manifest.empty()
    return pd.DataFrame([
        {
            "clip_id": _clip_id(item),
            "corpus": item.corpus.name,
            "label": item.clip.label,
            "native_label": item.clip.native_label,
            "speaker": f"{item.corpus.name}-{item.clip.speaker}",
            "sex": item.clip.sex,
            "age": item.clip.age,
            "language": item.clip.language,
            "statement": item.clip.statement,
            "intensity": item.clip.intensity,
            "repetition": item.clip.repetition,
            "duration": item.content.num_samples / item.content.sample_rate,
            "sample_rate": item.content.sample_rate,
            "channels": item.content.channels,
            # To a thousandth of a dB: what a logarithm's last digits are differs between machines.
            "peak_dbfs": round(item.content.peak_dbfs, 3),
            "rms_dbfs": round(item.content.rms_dbfs, 3),
            **vars(item.content.conditions),
            "encoding": manifest.LOSSLESS if item.content.lossless else item.content.encoding,
            "digest": item.content.digest,
            "audit_flags": manifest.FLAG_SEPARATOR.join(item.flags),
        }
        for item in accepted
    ]).astype(manifest.empty().dtypes.to_dict()).sort_values(["corpus", "clip_id"], ignore_index=True)


def files(root: Path, accepted: Sequence[Accepted]) -> pd.DataFrame:
    """Say where each accepted clip lies below `root`; see `manifest.FILES_SCHEMA`.

    Examples
    --------
    >>> len(files(Path("."), []))
    0
    """
    if not accepted:
        return manifest.empty(manifest.FILES_SCHEMA)
    same = {corpus.name: published.comparer(corpus, root) for corpus in {item.corpus.name: item.corpus
                                                                         for item in accepted}.values()}
    return pd.DataFrame([
        {
            "clip_id": _clip_id(item),
            "path": str(item.path),
            "sha256": item.probe.sha256,
            "bytes": item.probe.num_bytes,
            "published": True if item.known else same[item.corpus.name](item.path, item.probe.sha256),
            "renamed": item.known is not None and item.known.renamed,
        }
        for item in accepted
    ]).astype(manifest.empty(manifest.FILES_SCHEMA).dtypes.to_dict()).sort_values("clip_id", ignore_index=True)


def rejected(items: Sequence[Rejected]) -> pd.DataFrame:
    """Say of each rejected file why, and what to do; text in `REJECTED_COLUMNS`, sorted by path.

    Examples
    --------
    >>> from pathlib import PurePosixPath
    >>> rejected([Rejected(PurePosixPath("a.wav"), None, None, "empty", "a file of 0 bytes")])["what_to_do"].item()
    'get a whole copy, or remove it'
    """
    rows = [
        {
            "corpus": item.corpus.name if item.corpus else "",
            "path": shown(item.path),
            "sha256": item.sha256 or "",
            "rule": item.rule,
            "reason": item.reason,
            "what_to_do": RULES[item.rule],
        }
        for item in sorted(items, key=lambda item: item.path)
    ]
    return pd.DataFrame(rows, columns=REJECTED_COLUMNS, dtype=str)


def _clip_id(item: Accepted) -> str:
    return f"{item.corpus.name}-{item.content.digest[:manifest.DIGEST_LETTERS]}"
