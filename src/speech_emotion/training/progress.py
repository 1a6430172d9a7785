"""What can be seen of a training while it runs."""

from pathlib import Path

import keras
from dvclive.keras import DVCLiveCallback
from dvclive.live import Live
from tqdm import tqdm


class EpochBar(keras.callbacks.Callback):
    """A bar over epochs, only on a terminal.

    Parameters
    ----------
    title : str
        What stands before it.
    epochs : int
        Where it ends.
    """

    def __init__(self, title: str, epochs: int) -> None:
        super().__init__()
        self._bar = tqdm(total=epochs, desc=title, unit="epoch", disable=None, leave=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Move on; Keras calls this."""
        self._bar.set_postfix({name: f"{value:.3f}" for name, value in (logs or {}).items() if "accuracy" in name})
        self._bar.update()

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        """Go away; Keras calls this."""
        self._bar.close()


def live_curves(folder: Path) -> keras.callbacks.Callback:
    """Keep the metrics of every epoch in a folder of DVCLive's.

    They only show the run while it runs: what is kept and versioned comes from the stage `evaluate`.

    Parameters
    ----------
    folder : Path
        What an earlier run of DVCLive left in it is removed.

    Returns
    -------
    keras.callbacks.Callback
    """
    return DVCLiveCallback(live=Live(str(folder), save_dvc_exp=False, dvcyaml=None, report=None))
