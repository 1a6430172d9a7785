"""What a page must know of its model, which ONNX Runtime does not tell in a browser: model.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from speech_emotion.corpora.registry import CORPORA
from speech_emotion.ingest import checks, probe
from speech_emotion.portable.card import Card
from speech_emotion.prediction.parts import LONGEST_CLIP

FORMAT = 1
"""Version of model.json."""
FORMAT_KEY = "speech_emotion_page"
"""The entry that holds the version, by which a page's folder is known."""
OVERLAP = 4
"""Windows over time begin so many times in a window's length."""
_SCORES = ("uar", "accuracy", "chance_uar", "interval", "protocol", "speaker_independent", "transductive", "counts")


def about(card: Card, num_bytes: Mapping[str, int], *, has_card: bool = False) -> dict[str, Any]:
    """Say what a page must know of its model.

    Parameters
    ----------
    card : Card
        Of the exported model.
    num_bytes : mapping from str to int
        Sizes of what the page fetches, by address in its folder.
    has_card : bool
        Whether a model card lies in the folder.

    Returns
    -------
    dict from str to object
        Ready for JSON. What the page shows for people is in it as it is in the model's file.

    Examples
    --------
    >>> card = Card(("anger", "fear"), 16000, "HQ", 4.0, 0.3, True, {})
    >>> said = about(card, {"model/model.onnx": 2_000_000})
    >>> said["window_seconds"], said["hop_seconds"], said["synthetic"]
    (4.0, 1.0, True)
    """
    window = max(card.window_seconds, card.min_duration)
    return {
        FORMAT_KEY: FORMAT,
        "labels": list(card.labels),
        "sample_rate": card.sample_rate,
        "window_seconds": window,
        "hop_seconds": window / OVERLAP,
        "longest_clip_seconds": LONGEST_CLIP,
        "min_duration": card.min_duration,
        "silent_dbfs": checks.SILENT,
        "quiet_dbfs": checks.QUIET,
        "loudest_dbfs": checks.LOUDEST,
        "full_scale": probe.FULL_SCALE,
        "flat_samples": probe.FLAT,
        "synthetic": card.synthetic,
        "corpora": _titled(card.document.get("corpora", [])),
        "licences": card.document.get("licences", []),
        "scores": _scores(card.document.get("scores")),
        "validation": card.document.get("validation", []),
        "precision": card.document.get("precision"),
        "num_bytes": dict(num_bytes),
        "card": has_card,
    }


def _titled(corpora: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "title": CORPORA[each["name"]].title if each["name"] in CORPORA else each["name"]}
            for each in corpora]


def _scores(scores: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: scores[name] for name in _SCORES if name in scores} if scores else None
