"""Everything that is measured about a run, from what its models said."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.pooling import pool_test_parts
from speech_emotion.evaluation.result import result
from speech_emotion.params.evaluate import Evaluate
from speech_emotion.predictions import Predictions


@dataclass(frozen=True)
class Evaluation:
    """A run, measured.

    Attributes
    ----------
    numbers : dict
        What goes into metrics/evaluate.json; see `result`.
    clips : pd.DataFrame
        Each tested clip; see `pool_test_parts`.
    confusion : pd.DataFrame
        Counts by true label and prediction; see `metrics.confusion`.
    history : pd.DataFrame
        Rows fold, epoch, loss, val_loss, accuracy, val_accuracy.
    """

    numbers: dict[str, Any]
    clips: pd.DataFrame
    confusion: pd.DataFrame
    history: pd.DataFrame

    @property
    def title(self) -> str:
        """What data and protocol this is, in a few words."""
        marked = "" if self.numbers["speaker_independent"] else " (SPEAKER-DEPENDENT)"
        return f"{self.numbers['corpora']}, {self.numbers['protocol']}{marked}"

    def __str__(self) -> str:
        """Say the result in one line."""
        low, high = (self.numbers["interval"]["uar"][end] for end in ("low", "high"))
        return (f"{self.title}: UAR {self.numbers['uar']:.3f} ({self.numbers['interval']['confidence']:.0%} interval "
                f"over speakers {low:.3f} to {high:.3f}), accuracy {self.numbers['accuracy']:.3f}, "
                f"macro-F1 {self.numbers['macro_f1']:.3f}, chance {self.numbers['chance_uar']:.3f}")


def evaluate(
    clips: pd.DataFrame, predictions: Predictions, history: pd.DataFrame, settings: Evaluate
) -> Evaluation:
    """Measure a run.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    predictions : Predictions
        Of the validation and test parts.
    history : pd.DataFrame
        Rows fold, epoch, loss, val_loss, accuracy, val_accuracy.
    settings : Evaluate
        Settings of the stage.

    Raises
    ------
    UserError
        If predictions and manifest do not belong together.
    """
    rows = pool_test_parts(predictions, clips)
    return Evaluation(
        numbers=result(rows, history, predictions.origin, settings),
        clips=rows,
        confusion=metrics.confusion(rows["label"], rows["predicted"]),
        history=history,
    )
