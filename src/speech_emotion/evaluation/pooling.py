"""The clips that were tested, with all that the manifest knows of them."""

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.predictions import Predictions

_AGAIN = "run: dvc repro --force train_cnn"


def pool_test_parts(predictions: Predictions, clips: pd.DataFrame) -> pd.DataFrame:
    """Pool the test parts of all folds, and check once more that nothing about them is unfair.

    Parameters
    ----------
    predictions : Predictions
        Of the validation and test parts.
    clips : pd.DataFrame
        The manifest.

    Returns
    -------
    pd.DataFrame
        One row per tested clip, sorted by fold and clip_id: the columns of the manifest with `label` as trained on,
        fold, predicted, baseline, and logit_<label> and p_<label> for each label.

    Raises
    ------
    UserError
        If predictions and manifest do not belong together, a clip is tested in two folds, or in a fold a recording
        (by content) or, unless the protocol says so, a speaker is in both the validation and the test part.

    Examples
    --------
    >>> from speech_emotion.predictions import Origin
    >>> table = pd.DataFrame({
    ...     "fold": 0, "clip_id": ["toy-1", "toy-2", "toy-3"], "part": ["validation", "test", "test"],
    ...     "label": ["fear", "anger", "fear"], "p_anger": [0.5, 0.9, 0.2], "p_fear": [0.5, 0.1, 0.8],
    ...     "embedding": [[0.0]] * 3, "baseline": "fear"})
    >>> predictions = Predictions(table, Origin(("anger", "fear"), "loso", True, False, seed=1, settings={}))
    >>> clips = pd.DataFrame({
    ...     "clip_id": ["toy-1", "toy-2", "toy-3"], "corpus": "toy", "label": ["fear", "anger", "fear"],
    ...     "speaker": ["toy-ann", "toy-bob", "toy-bob"], "digest": ["1", "2", "3"]})
    >>> print(pool_test_parts(predictions, clips)[["clip_id", "label", "predicted", "speaker"]].to_string(index=False))
    clip_id label predicted speaker
      toy-2 anger     anger toy-bob
      toy-3  fear      fear toy-bob
    """
    about = clips.drop(columns="label")
    lost = set(predictions.table["clip_id"]) - set(about["clip_id"])
    if lost:
        raise UserError(f"the predictions name clips that the manifest lacks, such as {min(lost)}; {_AGAIN}")
    test, validation = (predictions.part(part).merge(about, on="clip_id") for part in ("test", "validation"))
    if test.empty:
        raise UserError(f"the predictions hold no test part; {_AGAIN}")
    if test["clip_id"].duplicated().any():
        twice = test.loc[test["clip_id"].duplicated(), "clip_id"].iloc[0]
        raise UserError(f"the predictions test clip {twice} in two folds; {_AGAIN}")
    apart = ["digest", "speaker"] if predictions.origin.speaker_independent else ["digest"]
    for column in apart:
        shared = test[["fold", column]].merge(validation[["fold", column]], on=["fold", column])
        if len(shared):
            fold, what = shared.iloc[0]
            raise UserError(f"fold {fold} both validated with and tested the {column} {what}; {_AGAIN}")
    return test.drop(columns=["part", "embedding"]).sort_values(["fold", "clip_id"], ignore_index=True)
