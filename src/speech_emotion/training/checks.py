"""What can be wrong with the data for the settings of a training, looked at before anything is computed."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.models.baseline import require_enough
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.scales import FEWEST_CLIPS
from speech_emotion.models.windows import window_count
from speech_emotion.parallel.child import Died, in_child
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.store import FeatureStore
from speech_emotion.training import tasks
from speech_emotion.training.augment.spectrum import spectral
from speech_emotion.training.purpose import PURPOSE


def check(
    members: Mapping[int, pd.DataFrame], store: FeatureStore, blueprint: Blueprint, settings: TrainCnn
) -> None:
    """Refuse what cannot be trained on.

    Parameters
    ----------
    members : mapping from int to pd.DataFrame
        Of each fold: rows clip_id, corpus, speaker, part.
    store : FeatureStore
        Features of those clips.
    blueprint : Blueprint
        The models to make.
    settings : TrainCnn
        Settings of the stage.

    Raises
    ------
    UserError
        If a step of augmentation does not fit the columns, a fold has too few clips to learn its labels or to normalise
        by speaker, the network does not fit the window, the store lacks a clip, or a feature is not finite.
    """
    columns = blueprint.network_columns or blueprint.columns
    masks = settings.augment
    # Masks in time are compared with the window when the settings are read.
    if masks.coefficient_masks and masks.coefficient_mask_width > len(columns):
        raise UserError(f"train_cnn.augment.coefficient_mask_width is {masks.coefficient_mask_width}, but the "
                        f"network sees {len(columns)} columns in all; give at most that, or set coefficient_masks to 0")
    spectral(masks, columns, store.recipe)
    _require_enough_clips(members, store, blueprint, settings)
    _require_finite(members, store)
    if blueprint.num_networks:
        _require_fit(blueprint)


def _require_enough_clips(
    members: Mapping[int, pd.DataFrame], store: FeatureStore, blueprint: Blueprint, settings: TrainCnn
) -> None:
    frames = store.index.groupby("clip_id")["num_frames"].agg(list)
    for fold, rows in members.items():
        # As the baseline is fitted, which needs the most.
        dealt = ~rows["corpus"].isin(settings.split.train_also)
        train = rows.loc[dealt & (rows["part"] == "train"), "clip_id"]
        require_enough(sum(window_count(length, blueprint.window_frames)
                           for lengths in frames.reindex(train).dropna() for length in lengths), len(blueprint.labels))
        counts = rows.groupby("speaker").size()
        if blueprint.normalisation == "speaker" and counts.min() < FEWEST_CLIPS:
            raise UserError(f"train_cnn.normalisation is speaker, but fold {fold} has {counts.min()} clips of "
                            f"{counts.idxmin()}, fewer than {FEWEST_CLIPS}; take global, clip or corpus, or leave "
                            "such speakers out")


def _require_fit(blueprint: Blueprint) -> None:
    try:
        in_child(tasks.build, blueprint, preload=PURPOSE.preload)
    except Died as error:
        raise UserError(f"the process that builds the network {blueprint.network} died ({error}), perhaps because it "
                        "is too large for the memory; make it smaller (networks), or the window (train_cnn.seconds)"
                        ) from error


def _require_finite(members: Mapping[int, pd.DataFrame], store: FeatureStore) -> None:
    named: set[str] = set()
    for rows in members.values():
        named.update(rows["clip_id"])
    clips = pd.Index(sorted(named))
    for lost in clips.difference(pd.Index(store.index["clip_id"]))[:1]:
        store.frames(lost)  # which says so
    index = store.index[store.index["clip_id"].isin(clips)]
    for clip, view in zip(index["clip_id"], index["view"], strict=True):
        frames = store.frames(clip, view)
        if not (finite := np.isfinite(frames)).all():
            frame, column = np.argwhere(~finite)[0]
            of_view = f" in the view '{view}'" if view else ""
            raise UserError(f"{store.path}: {store.columns[column]} of clip '{clip}'{of_view} is "
                            f"{frames[frame, column]} in frame {frame}; compute the features anew with "
                            "`dvc repro --force extract_mfcc`, or take the clip out")
