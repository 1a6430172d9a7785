"""Train one model per fold of a split, and write them as one folder."""

from pathlib import Path

import pandas as pd

from speech_emotion.core.files import replacing
from speech_emotion.params.train_cnn import TrainCnn
from speech_emotion.protocol import labels, splits
from speech_emotion.store import FeatureStore
from speech_emotion.training.fit import fit


def train(clips: pd.DataFrame, store: FeatureStore, settings: TrainCnn, target: Path, live: Path | None) -> str:
    """Relabel, split, train every fold, and write what came of it.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    store : FeatureStore
        Its features.
    settings : TrainCnn
        Settings of the stage.
    target : Path
        Folder to write or replace: `split.csv` (fold, clip_id, part), `history.csv` (fold, epoch, loss, ...) and a
        bundle `fold-<n>` for each fold. Equal arguments give equal bytes on one machine.
    live : Path or None
        Folder in which DVCLive keeps the metrics of every epoch while training runs.

    Returns
    -------
    str
        What was done, for people.

    Raises
    ------
    UserError
        If labels, split or network do not fit the data. Nothing is written then.
    """
    clips, left_out = labels.apply(clips, settings.labels)
    split = splits.make(clips, settings.split, settings.seed)
    folds = split["fold"].nunique()
    said = [f"train_cnn: {settings.split.protocol}, {folds} fold{'s' if folds > 1 else ''}, "
            f"{len(clips)} clips of {clips['speaker'].nunique()} speakers, {clips['label'].nunique()} labels"]
    if left_out:
        said.append(f"  left out by labels: {', '.join(f'{count} {label}' for label, count in left_out.items())}")
    with replacing(target, directory=True) as folder:
        histories = []
        for fold, members in split.merge(clips[["clip_id", "label"]], on="clip_id").groupby("fold"):
            number = int(str(fold))
            bundle, history = fit(members, store, settings, fold=number, live=live and live / f"fold-{number}")
            (folder / f"fold-{number}").mkdir()
            bundle.save(folder / f"fold-{number}")
            histories.append(history.assign(fold=number))
            best = history.iloc[int(history["val_loss"].argmin())]
            said.append(f"  fold {number}: {len(history)} epochs, best {best['epoch']:.0f}: "
                        f"validation loss {best['val_loss']:.3f}, accuracy {best['val_accuracy']:.3f}")
        split.to_csv(folder / "split.csv", index=False, lineterminator="\n")
        history = pd.concat(histories, ignore_index=True)
        history = history[["fold", "epoch", *(name for name in history if name not in ("fold", "epoch"))]]
        history.to_csv(folder / "history.csv", index=False, float_format="%.6g", lineterminator="\n")
    return "\n".join(said)
