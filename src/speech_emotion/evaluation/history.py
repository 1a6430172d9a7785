"""The course of a training."""

from pathlib import Path

import pandas as pd

from speech_emotion.core.errors import UserError

COLUMNS = ("fold", "network", "epoch", "kept", "loss", "accuracy", "val_loss", "val_accuracy")
"""What every history has; `learning_rate` comes with some."""
_NUMBERS = COLUMNS[:3]


def read_history(path: Path | str) -> pd.DataFrame:
    r"""Read what a training wrote of its epochs.

    Parameters
    ----------
    path : Path or str
        A CSV file.

    Returns
    -------
    pd.DataFrame
        One row per fold, network and epoch, none where no network was trained; `COLUMNS` and perhaps more.

    Raises
    ------
    UserError
        If the file is missing, or is no history.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "history.csv")
    ...     _ = file.write_text("fold,network,epoch,kept,loss,accuracy,val_loss,val_accuracy\n"
    ...                         "0,0,1,True,0.7,0.5,0.6,0.75\n")
    ...     read_history(file)["val_accuracy"].tolist()
    [0.75]
    """
    try:
        history = pd.read_csv(path)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no training history; run: dvc repro train_cnn, or: dvc pull") from error
    except ValueError as error:
        raise UserError(f"{path}: is damaged ({error}); run: dvc repro --force train_cnn") from error
    lacking = [column for column in COLUMNS if column not in history]
    if lacking:
        raise UserError(f"{path}: is no training history ({', '.join(lacking)} is missing); "
                        "run: dvc repro --force train_cnn")
    if not history.empty:
        kinds = {str(name): history[name].dtype.kind for name in history}
        wrong = [name for name, kind in kinds.items()
                 if kind not in ("b" if name == "kept" else "i" if name in _NUMBERS else "if")
                 or (name in _NUMBERS and history[name].min() < 0)]
        if wrong:
            raise UserError(f"{path}: is no training history ({', '.join(wrong)} is of another kind); "
                            "run: dvc repro --force train_cnn")
    # Without a row, pandas takes every column for text.
    return history.astype({name: bool if name == "kept" else float for name in history}) if history.empty else history


def kept_epochs(history: pd.DataFrame) -> pd.DataFrame:
    """Find the epochs whose weights were kept.

    Parameters
    ----------
    history : pd.DataFrame
        Rows fold, network, epoch, kept and others.

    Returns
    -------
    pd.DataFrame
        These rows alone, one per network of each fold, in their order.

    Examples
    --------
    >>> history = pd.DataFrame({"fold": [0, 0, 1], "network": 0, "epoch": [1, 2, 1], "kept": [False, True, True]})
    >>> kept_epochs(history)["epoch"].tolist()
    [2, 1]
    """
    return history[history["kept"]]
