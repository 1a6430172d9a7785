"""The course of a training."""

from pathlib import Path

import pandas as pd

from speech_emotion.core.errors import UserError

COLUMNS = ("fold", "epoch", "loss", "accuracy", "val_loss", "val_accuracy")
"""What every history has; `learning_rate` comes with some."""


def read_history(path: Path | str) -> pd.DataFrame:
    """Read what a training wrote of its epochs.

    Returns
    -------
    pd.DataFrame
        One row per fold and epoch; `COLUMNS` and perhaps more.

    Raises
    ------
    UserError
        If the file is missing, or is no history.
    """
    try:
        history = pd.read_csv(path)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no training history; run: dvc repro train_cnn, or: dvc pull") from error
    except ValueError as error:
        raise UserError(f"{path}: is damaged ({error}); run: dvc repro --force train_cnn") from error
    lacking = [column for column in COLUMNS if column not in history]
    if lacking or history.empty:
        raise UserError(f"{path}: is no training history ({', '.join(lacking) or 'any epoch'} is missing); "
                        "run: dvc repro --force train_cnn")
    return history
