"""What a training puts on record in its models."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sklearn.metrics import recall_score

from speech_emotion.corpora.artificial import SYNTHETIC
from speech_emotion.models.provenance import CorpusUse, Provenance, ValidationScore
from speech_emotion.predictions import predicted


def provenance(members: Mapping[int, pd.DataFrame], min_duration: float, *, refit: bool = False) -> Provenance:
    """Say what is trained on.

    Parameters
    ----------
    members : mapping from int to pd.DataFrame
        Of each fold: rows clip_id, corpus, speaker, language and part.
    min_duration : float
        Shortest clip that was taken in, in s.
    refit : bool
        Whether the validation parts are trained on too.

    Returns
    -------
    Provenance
        Without scores.

    Examples
    --------
    >>> rows = pd.DataFrame({"clip_id": ["toy-1", "toy-2", "toy-3"], "corpus": "toy", "language": "en",
    ...                      "speaker": ["toy-ann", "toy-bob", "toy-eve"], "part": ["train", "train", "test"]})
    >>> provenance({0: rows}, min_duration=0.3).corpora
    (CorpusUse(name='toy', synthetic=False, languages=('en',), speakers=2, clips=2),)
    """
    learnt = ["train", "validation"] if refit else ["train"]
    clips = pd.DataFrame()
    for rows in members.values():
        clips = pd.concat([clips, rows[rows["part"].isin(learnt)]]).drop_duplicates("clip_id")
    return Provenance(
        corpora=tuple(
            CorpusUse(
                name=str(name),
                synthetic=name == SYNTHETIC,
                languages=tuple(sorted(rows["language"].dropna().unique())),
                speakers=int(rows["speaker"].nunique()),
                clips=len(rows),
            )
            for name, rows in clips.groupby("corpus")
        ),
        min_duration=min_duration,
    )


def validation_score(members: pd.DataFrame, predictions: pd.DataFrame, labels: Sequence[str]) -> ValidationScore:
    """Say how the model of one fold did on its validation part. The test part is not looked at.

    Parameters
    ----------
    members : pd.DataFrame
        Of one fold: rows fold, speaker and part.
    predictions : pd.DataFrame
        Of that fold: rows part, label and p_<label>.
    labels : sequence of str
        The classes.

    Returns
    -------
    ValidationScore

    Examples
    --------
    >>> rows = pd.DataFrame({"fold": 2, "speaker": ["toy-ann", "toy-bob", "toy-bob"],
    ...                      "part": ["train", "validation", "validation"]})
    >>> said = pd.DataFrame({"part": "validation", "label": ["anger", "fear"], "p_anger": [0.9, 0.6],
    ...                      "p_fear": [0.1, 0.4]})
    >>> validation_score(rows, said, ["anger", "fear"])
    ValidationScore(fold=2, uar=0.5, clips=2, speakers=1, unheard=True)
    """
    said = predictions[predictions["part"] == "validation"]
    guesses = predicted(labels, said[[f"p_{label}" for label in labels]].to_numpy(dtype=np.float64))
    speakers, heard = (set(members.loc[members["part"] == part, "speaker"]) for part in ("validation", "train"))
    return ValidationScore(
        fold=int(members["fold"].iloc[0]),
        uar=round(float(recall_score(said["label"], guesses, labels=said["label"].unique(), average="macro")), 6),
        clips=len(said),
        speakers=len(speakers),
        unheard=speakers.isdisjoint(heard),
    )
