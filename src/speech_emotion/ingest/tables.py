"""Lay out what was taken in, and what was not, as tables."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import attrgetter
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pandera

from speech_emotion import manifest
from speech_emotion.core.files import shown
from speech_emotion.corpora import published
from speech_emotion.ingest.audit import Accepted, Rejected
from speech_emotion.ingest.conditions import Conditions
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
    contents = [item.content for item in accepted]
    said = [item.clip for item in accepted]
    conditions = [content.conditions for content in contents if content.conditions]
    return _table(manifest.SCHEMA, {
        "clip_id": map(_clip_id, accepted),
        "corpus": (item.corpus.name for item in accepted),
        **{name: map(attrgetter(name), said)
           for name in ("label", "native_label", "sex", "age", "language", "statement", "intensity", "repetition")},
        "speaker": (f"{item.corpus.name}-{item.clip.speaker}" for item in accepted),
        "duration": (content.num_samples / content.sample_rate for content in contents),
        **{name: map(attrgetter(name), contents) for name in ("sample_rate", "channels", "digest")},
        # To a thousandth of a dB: what a logarithm's last digits are differs between machines.
        "peak_dbfs": (round(content.peak_dbfs, 3) for content in contents),
        "rms_dbfs": (round(content.rms_dbfs, 3) for content in contents),
        **dict(zip(Conditions._fields, zip(*conditions, strict=True), strict=True)),
        "encoding": (manifest.LOSSLESS if content.lossless else content.encoding for content in contents),
        "audit_flags": (manifest.FLAG_SEPARATOR.join(item.flags) for item in accepted),
    }).sort_values(["corpus", "clip_id"], ignore_index=True)


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
    return _table(manifest.FILES_SCHEMA, {
        "clip_id": map(_clip_id, accepted),
        "path": (str(item.path) for item in accepted),
        "sha256": (item.probe.sha256 for item in accepted),
        "bytes": (item.probe.num_bytes for item in accepted),
        "published": (True if item.known else same[item.corpus.name](item.path, item.probe.sha256)
                      for item in accepted),
        "renamed": (item.known is not None and item.known.renamed for item in accepted),
    }).sort_values("clip_id", ignore_index=True)


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


def _table(schema: pandera.DataFrameSchema, columns: Mapping[Hashable, Iterable[Any]]) -> pd.DataFrame:
    # Column by column: of a hundred thousand clips, rows as mappings would take more room than all else.
    kinds = manifest.empty(schema).dtypes
    return pd.DataFrame({name: pd.array(list(columns[name]), dtype=kind) for name, kind in kinds.items()}, copy=False)


def _clip_id(item: Accepted) -> str:
    return f"{item.corpus.name}-{item.content.digest[:manifest.DIGEST_LETTERS]}"
