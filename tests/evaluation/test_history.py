"""The history of a training is read, or refused with what to do."""

from pathlib import Path

import pandas as pd
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.evaluation.history import COLUMNS, kept_epochs, read_history


def test_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(",".join(COLUMNS) + "\n0,0,1,True,0.5,0.6,0.7,0.8\n")
    expected = dict(zip(COLUMNS, (0, 0, 1, True, 0.5, 0.6, 0.7, 0.8), strict=True))
    assert read_history(path).to_dict("records") == [expected]


@pytest.mark.parametrize(("content", "message"), [
    (None, "there is no training history; run: dvc repro train_cnn"), (b"", "is damaged"),
    (b"fold,epoch\n0,1\n",
     "network, kept, loss, accuracy, val_loss, val_accuracy is missing"), (b"\xff\xfe\x00", "is damaged"),
    (f"{','.join(COLUMNS)}\n0,0,1,True,much,0,0,0\n".encode(), "loss is of another kind"),
    (f"{','.join(COLUMNS)}\n-1,0,1.5,2,0,0,0,0\n".encode(), "fold, epoch, kept is of another kind"),
])
def test_what_is_no_history(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        read_history(path)


def test_a_run_without_networks_has_none(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(",".join(COLUMNS) + "\n")
    history = read_history(path)
    assert history.empty
    assert kept_epochs(history).groupby("fold")["epoch"].mean().empty
    assert history.groupby("epoch").mean().empty


def test_the_epochs_that_were_kept() -> None:
    history = pd.DataFrame([(0, 0, 1, False), (0, 0, 2, True), (0, 1, 1, True), (0, 1, 2, False), (1, 0, 1, True)],
                           columns=["fold", "network", "epoch", "kept"])
    assert kept_epochs(history)[["fold", "network", "epoch"]].to_numpy().tolist() == [[0, 0, 2], [0, 1, 1], [1, 0, 1]]
