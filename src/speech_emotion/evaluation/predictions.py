"""What each fold's model says of the clips in that fold's test part."""

from pathlib import Path

import numpy as np
import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.models.bundle import Bundle, find, fold_of
from speech_emotion.protocol import labels, splits
from speech_emotion.store import FeatureStore


def on_test_parts(clips: pd.DataFrame, store: FeatureStore, models: Path) -> tuple[pd.DataFrame, Bundle]:
    """Predict every test clip with the model that never saw its fold's test part, and pool the folds.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    store : FeatureStore
        Its features.
    models : Path
        What the stage `train_cnn` wrote.

    Returns
    -------
    predictions : pd.DataFrame
        One row per test clip, sorted by fold and clip_id: the columns of the manifest with `label` as trained on,
        fold, predicted, and p_<label> for each label. (The guard sees to it that every fold's model has them all.)
    bundle : Bundle
        The first fold's model; its settings are those of all.

    Raises
    ------
    UserError
        If models and data do not belong together, or the split leaks.
    """
    try:
        split = pd.read_csv(models / "split.csv")
    except FileNotFoundError as error:
        raise UserError(f"{models}: there is no split.csv here; `dvc repro` trains models, `dvc pull models` fetches "
                        "them") from error
    folders = {fold_of(folder): folder for folder in find(models)}
    if set(folders) != set(split["fold"]):
        raise UserError(f"{models}: has models of the folds {sorted(folders)}, but split.csv has the folds "
                        f"{sorted(set(split['fold']))}; `dvc repro --force train_cnn` trains them anew")
    tables = []
    first: Bundle | None = None
    for fold, folder in folders.items():
        bundle = Bundle.load(folder)
        if first is None:
            first = bundle
            clips, _ = labels.apply(clips, bundle.training.labels)
            # Checked again on what is evaluated, whatever was done to the files since training.
            splits.guard(split, clips, bundle.training.split)
        # The scheduler says where features were computed, not what they are.
        if bundle.features != store.settings:
            raise UserError(f"{folder}: was trained on features with other settings than {store.path} has; "
                            "run `dvc repro`")
        test = split[(split["fold"] == fold) & (split["part"] == "test")].merge(clips, on="clip_id")
        probabilities = bundle.probabilities([store.frames(clip) for clip in test["clip_id"]])
        table = test.drop(columns="part").assign(predicted=np.array(bundle.labels)[probabilities.argmax(axis=1)])
        tables.append(table.assign(**{f"p_{name}": probabilities[:, i] for i, name in enumerate(bundle.labels)}))
    if first is None:
        raise UserError(f"{models}: there is no trained model here")
    return pd.concat(tables, ignore_index=True), first
