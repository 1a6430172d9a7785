"""Label schemes: which of the corpora's emotions are told apart, and which are merged or left out."""

import difflib
from collections.abc import Mapping

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.corpora.base import VOCABULARY

NATIVE = "native"
"""The scheme that keeps every label of the manifest as it is."""

SCHEMES: Mapping[str, Mapping[str, list[str]]] = {
    # The six emotions that RAVDESS, TESS, CREMA-D, SAVEE and EMO-DB have in common. RAVDESS's "calm" was acted as a
    # second neutral baseline (Livingstone & Russo 2018, doi 10.1371/journal.pone.0196391).
    "common6": {
        "anger": ["anger"],
        "disgust": ["disgust"],
        "fear": ["fear"],
        "happiness": ["happiness"],
        "neutral": ["neutral", "calm"],
        "sadness": ["sadness"],
    },
    # The four that most studies on IEMOCAP report, without its merging of excitement into happiness.
    "common4": {
        "anger": ["anger"],
        "happiness": ["happiness"],
        "neutral": ["neutral", "calm"],
        "sadness": ["sadness"],
    },
}
"""For each scheme, its labels and the manifest labels that become each of them; the rest is left out."""


def apply(clips: pd.DataFrame, scheme: str | Mapping[str, list[str]]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Relabel clips by a scheme.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows of the manifest, with a column `label`.
    scheme : str or mapping
        "native", a name in `SCHEMES`, or a scheme of that form.

    Returns
    -------
    clips : pd.DataFrame
        The clips that have a label in the scheme, with that label, in their old order.
    left_out : dict of str to int
        For each manifest label that the scheme does not know, how many clips were left out.

    Raises
    ------
    UserError
        If the scheme is unknown, gives one manifest label two meanings, names one that neither these clips nor any
        known corpus has, or leaves fewer than two labels.

    Examples
    --------
    >>> clips = pd.DataFrame({"label": ["calm", "boredom", "anger"]})
    >>> kept, left_out = apply(clips, "common4")
    >>> list(kept["label"]), left_out
    (['neutral', 'anger'], {'boredom': 1})
    """
    if scheme == NATIVE:
        kept, left_out = clips, {}
    else:
        targets = _targets(scheme)
        _require_known(targets, set(clips["label"]))
        label = clips["label"].map(targets)
        counts = clips["label"][label.isna()].value_counts().sort_index()
        left_out = {str(name): int(count) for name, count in counts.items()}
        kept = clips.assign(label=label)[label.notna()]
    if kept["label"].nunique() < 2:
        found = ", ".join(sorted(clips["label"].unique())) or "none"
        raise UserError(f"train_cnn.labels: the scheme leaves fewer than two labels of those in the data ({found})")
    return kept, left_out


def _require_known(sources: Mapping[str, str], found: set[str]) -> None:
    known = sorted({*found, *VOCABULARY})
    unknown = []
    for source in sources:
        if source not in known:
            close = difflib.get_close_matches(source, known, n=1)
            unknown.append(f"'{source}'" + (f" (did you mean '{close[0]}'?)" if close else ""))
    if unknown:
        raise UserError(f"train_cnn.labels: no clip is labelled {', '.join(unknown)}; the data has "
                        f"{', '.join(sorted(found))}")


def _targets(scheme: str | Mapping[str, list[str]]) -> dict[str, str]:
    if isinstance(scheme, str):
        if scheme not in SCHEMES:
            known = ", ".join([NATIVE, *SCHEMES])
            raise UserError(f"train_cnn.labels: there is no scheme '{scheme}'; known are {known}, or give a mapping "
                            "from each label to the list of manifest labels that become it")
        scheme = SCHEMES[scheme]
    targets: dict[str, str] = {}
    for target, sources in scheme.items():
        for source in sources:
            if targets.setdefault(source, target) != target:
                raise UserError(f"train_cnn.labels: '{source}' is listed under '{targets[source]}' and '{target}'")
    return targets
