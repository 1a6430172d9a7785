"""What else than hearing emotion could explain a score.

A corpus in which each emotion has sentences of its own, or is recorded at another level, is recognised by whoever reads
along or looks at the level. So the same test clips are judged by a classifier that hears nothing: it knows one property
of a clip, such as its text, and how often each label had it in the training part of the fold (naive Bayes with equal
priors). What it reaches above chance, a model can reach in the same way.
"""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.naive_bayes import CategoricalNB

from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.slices import MIN_CLIPS, UNKNOWN
from speech_emotion.predictions import Predictions

QUANTILES = 10
"""Bins of a number such as the duration, with equally many training clips."""
FREE = 0.1
"""By so much a property may exceed chance without a warning, however bad the model is."""
_PROPERTIES = {
    "text": ("statement",), "duration": ("duration",), "level": ("rms_dbfs", "peak_dbfs"),
    "silence": ("leading_silence", "trailing_silence"), "noise": ("noise_dbfs",), "bandwidth": ("bandwidth",),
    "sample_rate": ("sample_rate",), "format": ("channels", "encoding"),
    "corpus": ("corpus",), "sex": ("sex",), "speaker": ("speaker",),
}
"""What is told of a clip, and the columns of the manifest that say it."""
_CONTINUOUS = ("duration", "rms_dbfs", "peak_dbfs", "leading_silence", "trailing_silence", "noise_dbfs", "bandwidth")


def shortcuts(clips: pd.DataFrame, predictions: Predictions, test: pd.DataFrame) -> dict[str, Any]:
    """Measure what can be known of the test clips without hearing them.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    predictions : Predictions
        Of the validation and test parts.
    test : pd.DataFrame
        Its test parts, as `pool_test_parts` gives them.

    Returns
    -------
    dict
        Ready for JSON: `uar` of each property that has more than one value (of `speaker` only where test speakers are
        trained on), `bound`, from which on there is a warning, and `warning`, those above it; `texts`, the model's UAR
        on the test clips whose text was heard in training, and on the others, with the number of clips; UAR is null
        for fewer than `slices.MIN_CLIPS`.

    Examples
    --------
    Two sentences, each always said in the same emotion:

    >>> from speech_emotion.predictions import Origin
    >>> clips = pd.DataFrame({"clip_id": [f"toy-{at}" for at in range(6)], "corpus": "toy", "speaker": list("aabbcc"),
    ...                       "label": ["anger", "fear"] * 3, "statement": ["go away", "come here"] * 3})
    >>> table = clips[["clip_id", "label"]].iloc[2:].assign(fold=0, part=["validation"] * 2 + ["test"] * 2)
    >>> made = Predictions(table, Origin(("anger", "fear"), "loso", True, False, seed=1, settings={}))
    >>> told = shortcuts(clips, made, clips.iloc[4:].assign(fold=0, predicted="fear"))
    >>> told["uar"], told["warning"], told["texts"]["heard"]["clips"]
    ({'text': 1.0}, 'text', 2)
    """
    origin = predictions.origin
    learnt = {fold: training_part(clips, predictions, fold) for fold in sorted(set(test["fold"].astype(int)))}
    chance = 1 / test["label"].nunique()
    gain = metrics.uar(test["label"], test["predicted"]) - chance
    bound = chance + max(FREE, gain / 2)
    uars = {}
    known = not any(rows.empty for rows in learnt.values())  # as where a manifest holds the predicted clips alone
    for name, columns in _PROPERTIES.items() if known else ():
        if name == "speaker" and origin.speaker_independent:
            continue  # nobody who is tested has been met
        if not all(column in clips for column in columns) or clips[list(columns)].nunique(dropna=False).max() < 2:
            continue
        said = pd.concat([_judged(learnt[fold], test[test["fold"] == fold], columns) for fold in learnt])
        uars[name] = round(metrics.uar(test["label"], said[test.index]), 6)
    return {
        "uar": uars,
        "bound": round(bound, 6),
        "warning": ", ".join(name for name, uar in uars.items() if uar > bound),
        **({"texts": _texts(learnt, test)} if "text" in uars else {}),
    }


def training_part(clips: pd.DataFrame, predictions: Predictions, fold: int) -> pd.DataFrame:
    """Give the clips that the tested model of a fold learnt from, as far as manifest and predictions tell.

    These are all clips of known label that the fold does not predict, without those of its test and validation
    speakers, or of its test sentences, where the protocol keeps these apart; with `train_cnn.refit`, the validation
    part too. Of a list of folds that leaves clips out (`predefined`), these are taken for trained on.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    predictions : Predictions
        Of the validation and test parts.
    fold : int

    Returns
    -------
    pd.DataFrame
        Rows of the manifest, with the label as trained on.

    Examples
    --------
    >>> from speech_emotion.predictions import Origin
    >>> clips = pd.DataFrame({"clip_id": ["toy-1", "toy-2", "toy-3"], "corpus": "toy", "speaker": list("abc"),
    ...                       "label": "joy"})
    >>> table = pd.DataFrame({"clip_id": ["toy-2", "toy-3"], "label": "happiness", "fold": 0,
    ...                       "part": ["validation", "test"]})
    >>> made = Predictions(table, Origin(("happiness",), "loso", True, False, seed=1, settings={}))
    >>> training_part(clips, made, 0)[["clip_id", "label"]].to_numpy().tolist()
    [['toy-1', 'happiness']]
    """
    origin = predictions.origin
    about = predictions.table[["fold", "clip_id", "part", "label"]].merge(
        clips, on="clip_id", suffixes=("_trained", ""))
    names = dict(zip(about["label"], about["label_trained"], strict=True))
    of_fold = about[about["fold"] == fold]
    test, validation = (of_fold[of_fold["part"] == part] for part in ("test", "validation"))
    learnt = clips[~clips["clip_id"].isin(of_fold["clip_id"]) & clips["label"].isin(list(names))]
    if origin.speaker_independent:
        apart = of_fold if origin.validation == "speakers" else test
        learnt = learnt[~learnt["speaker"].isin(apart["speaker"])]
    if origin.statement_independent:
        learnt = learnt[~_values(learnt, "statement").isin(_values(test, "statement"))]
    if origin.settings.get("train_cnn", {}).get("refit"):
        learnt = pd.concat([learnt, clips[clips["clip_id"].isin(validation["clip_id"])]])
    return learnt.assign(label=learnt["label"].astype(object).map(names))


def _judged(learnt: pd.DataFrame, test: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    """Judge test clips by some columns alone."""
    codes = []
    for column in columns:
        if column in _CONTINUOUS:
            inner = np.arange(1, QUANTILES) / QUANTILES
            edges = np.unique(np.quantile(learnt[column].to_numpy(dtype=float), inner))
            codes.append([np.searchsorted(edges, rows[column].to_numpy(dtype=float)) for rows in (learnt, test)])
        else:
            here, there = _values(learnt, column), _values(test, column)
            known = {value: code for code, value in enumerate(sorted(set(here)))}
            # What was never met has a code of its own, which says nothing.
            codes.append([values.map(known).fillna(len(known)).to_numpy(dtype=int) for values in (here, there)])
    first, second = (np.stack([pair[which] for pair in codes], axis=1) for which in (0, 1))
    sizes = np.maximum(first.max(axis=0), second.max(axis=0)) + 1
    model = CategoricalNB(fit_prior=False, min_categories=sizes).fit(first, learnt["label"].astype(str))
    return pd.Series(model.predict(second), index=test.index)


def _values(rows: pd.DataFrame, column: str) -> pd.Series:
    """Give the values of a column as text; a sentence is one of its corpus."""
    known = rows[column].astype(object).where(rows[column].notna(), UNKNOWN).astype(str)
    return rows["corpus"].astype(str) + " " + known if column == "statement" else known


def _texts(learnt: dict[int, pd.DataFrame], test: pd.DataFrame) -> dict[str, dict[str, float | int | None]]:
    known = test["statement"].notna().to_numpy(dtype=bool)
    heard = np.zeros(len(test), dtype=bool)
    for fold, rows in learnt.items():
        heard |= (test["fold"] == fold).to_numpy(dtype=bool) & _values(test, "statement").isin(
            _values(rows, "statement")).to_numpy(dtype=bool)
    told: dict[str, dict[str, float | int | None]] = {}
    for name, which in (("heard", known & heard), ("unheard", known & ~heard)):
        clips = test[which]
        few = len(clips) < MIN_CLIPS
        told[name] = {"uar": None if few else round(metrics.uar(clips["label"], clips["predicted"]), 6),
                      "clips": len(clips)}
    return told
