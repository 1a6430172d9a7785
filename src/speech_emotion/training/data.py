"""The clips of one part of a fold, with their features and targets."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from speech_emotion.arrays import Float32
from speech_emotion.features.views import PLAIN
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.store import FeatureStore


@dataclass(frozen=True)
class Examples:
    """Clips to train on, or to validate or test with.

    Attributes
    ----------
    clips : pd.DataFrame
        One row per example: clip_id, corpus, speaker, label, and view ("" but for augmented copies).
    features : list of np.ndarray [shape=(frames, columns), dtype=float32]
        Of each example, not normalised; slices of the memory-mapped store.
    targets : np.ndarray [shape=(examples, classes), dtype=float32]
        Class of each example, one-hot.
    """

    clips: pd.DataFrame
    features: list[Float32]
    targets: Float32


def examples(clips: pd.DataFrame, store: FeatureStore, labels: tuple[str, ...], views: Collection[str]) -> Examples:
    """Gather the clips of one part.

    Parameters
    ----------
    clips : pd.DataFrame
        Rows clip_id, corpus, speaker, label, in a fixed order.
    store : FeatureStore
        Features of those clips.
    labels : tuple of str
        The classes.
    views : collection of str
        Which of the store's views of each clip come. They take their clip's label, and come only after the split gave
        the clip its part.

    Raises
    ------
    UserError
        If the store lacks a clip.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.store import Writer
    >>> clips = pd.DataFrame({"clip_id": ["toy-1", "toy-2"], "corpus": "toy", "speaker": ["toy-ann", "toy-bob"],
    ...                       "label": ["fear", "anger"]})
    >>> with TemporaryDirectory() as folder:
    ...     with Writer(Path(folder), ["rms"], 100.0, {}) as writer:
    ...         for clip_id in clips["clip_id"]:
    ...             writer.add("toy", clip_id, "", np.ones((30, 1), np.float32))
    ...     some = examples(clips, FeatureStore(folder), ("anger", "fear"), [PLAIN])
    ...     len(some.features), some.targets.tolist()
    (2, [[0.0, 1.0], [1.0, 0.0]])
    """
    there = store.index.loc[store.index["view"].isin(list(views)), ["clip_id", "view"]]
    # A clip that the store lacks stays, so that the store says so below.
    rows = clips.merge(there, on="clip_id", how="left").fillna({"view": PLAIN})
    rows = rows[["clip_id", "corpus", "speaker", "label", "view"]].reset_index(drop=True)
    features = [store.frames(clip, view) for clip, view in zip(rows["clip_id"], rows["view"], strict=True)]
    targets = (rows["label"].to_numpy(dtype=str)[:, None] == np.array(labels)).astype(np.float32)
    return Examples(rows, features, targets)


def to_learn_from(clips: pd.DataFrame, store: FeatureStore, blueprint: Blueprint) -> tuple[Examples, Examples]:
    """Gather a fold's training part with all its views, and the validation part; see `folds.train_fold`."""
    train, validation = (clips[clips["part"] == part] for part in ("train", "validation"))
    return (examples(train, store, blueprint.labels, store.index["view"].unique()),
            examples(validation, store, blueprint.labels, [PLAIN]))
