"""The exported file that lies in the model folder of which it is made, as the stage `train_cnn` leaves it."""

from collections.abc import Callable
from pathlib import Path

from speech_emotion.core.errors import UserError
from speech_emotion.models.identity import EXPORTED


def write_beside(models: Path, _tell: Callable[[object], None] = lambda _: None) -> str:
    """Export a model folder into itself, if it can be exported.

    Parameters
    ----------
    models : Path
        What training wrote, whole.

    Returns
    -------
    str
        What was done, or why it was not, in a line for people. The file is without scores, which evaluation finds only
        later.
    """
    from speech_emotion.export.write import load, write  # only the process that does it loads TensorFlow

    try:
        written = write(load(models), models / EXPORTED)
    except UserError as error:
        return f"not exported: {error}"
    return f"exported: {written.path}, {written.num_bytes / 1e6:.1f} MB"
