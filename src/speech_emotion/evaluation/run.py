"""Everything that is measured about a run, from what its models said."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from speech_emotion.evaluation import metrics
from speech_emotion.evaluation.calibration import Calibration, calibrate
from speech_emotion.evaluation.pooling import pool_test_parts
from speech_emotion.evaluation.result import result
from speech_emotion.evaluation.shortcuts import shortcuts
from speech_emotion.evaluation.slices import gaps, slices
from speech_emotion.params.evaluate import Intervals
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
        Counts by true label and prediction, of all labels that were trained on; see `metrics.confusion`.
    history : pd.DataFrame
        Rows fold, network, epoch, kept, loss, val_loss, accuracy, val_accuracy.
    calibration : Calibration
        How far the probabilities can be believed.
    slices : pd.DataFrame
        How the run fares by corpus, sex, speaker and so on; see `slices.slices`.
    """

    numbers: dict[str, Any]
    clips: pd.DataFrame
    confusion: pd.DataFrame
    history: pd.DataFrame
    calibration: Calibration
    slices: pd.DataFrame

    @property
    def name(self) -> str:
        """What data and protocol this is, in a few words."""
        marks = [mark for mark, holds in (("SPEAKER-DEPENDENT", not self.numbers["speaker_independent"]),
                                          ("TRANSDUCTIVE", self.numbers["transductive"])) if holds]
        encoders = self.numbers.get("encoders", {}).values()
        marks += [f"with {each['name']}" + (f", WHICH HAS LEARNT FROM {each['heard']}" if each["heard"] else "")
                  for each in encoders]
        return f"{self.numbers['corpora']}, {self.numbers['protocol']}" + (f" ({', '.join(marks)})" if marks else "")

    @property
    def score(self) -> str:
        """UAR, over which labels if not all were tested, and its interval or why there is none."""
        interval = self.numbers["interval"]
        low, high = (interval["uar"][end] for end in ("low", "high"))
        known = "" if low is None else f"{interval['confidence']:.0%} interval over speakers {low:.3f} to {high:.3f}; "
        untested, tested = self.numbers["labels"]["untested"], self.numbers["counts"]["labels"]
        over = f" over {tested} of {len(self.confusion)} labels ({untested} never tested)" if untested else ""
        return f"UAR{over} {self.numbers['uar']:.3f} ({known}{interval['note']})"

    @property
    def title(self) -> str:
        """What stands above a picture, in two lines: what this is, and its score over so many clips."""
        return f"{self.name}\n{self.score}, {self.numbers['counts']['test_clips']:,} clips"

    @property
    def warning(self) -> str:
        """What else than hearing emotion could explain the score, in a line; empty if nothing does."""
        told = self.numbers["shortcuts"]
        if not told["warning"]:
            return ""
        uars = ", ".join(f"{name} (UAR {told['uar'][name]:.3f})" for name in told["warning"].split(", "))
        return (f"WARNING: much of this score can be had without hearing, by who knows only the clips' {uars}; "
                f"chance is {self.numbers['chance_uar']:.3f}: docs/evaluation.md, \"Shortcuts\"")

    def __str__(self) -> str:
        """Say the result in one line."""
        means = ", ".join(f"mean over {groups} {self.numbers[key]:.3f}" for groups, key in
                          (("speakers", "uar_speaker_mean"), ("corpora", "uar_corpus_mean")) if key in self.numbers)
        human = self.numbers.get("human", {}).get(self.numbers["corpora"], {}).get("accuracy")
        people = "" if human is None else f", people's accuracy {human:.3f}"
        return (f"{self.name}: {self.score}, {means}, accuracy {self.numbers['accuracy']:.3f}, "
                f"macro-F1 {self.numbers['macro_f1']:.3f}, baseline without a network "
                f"{self.numbers['baseline']['uar']:.3f}, chance {self.numbers['chance_uar']:.3f}{people}")


def evaluate(
    clips: pd.DataFrame, predictions: Predictions, history: pd.DataFrame, settings: Intervals
) -> Evaluation:
    """Measure a run.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    predictions : Predictions
        Of the validation and test parts.
    history : pd.DataFrame
        Rows fold, network, epoch, kept, loss, val_loss, accuracy, val_accuracy.
    settings : Intervals
        How intervals are drawn.

    Returns
    -------
    Evaluation

    Raises
    ------
    UserError
        If predictions and manifest do not belong together, or the test is not fair; see `pool_test_parts`.

    Examples
    --------
    >>> from speech_emotion.predictions import Origin
    >>> table = pd.DataFrame({
    ...     "fold": 0, "clip_id": ["toy-1", "toy-2", "toy-3"], "part": ["validation", "test", "test"],
    ...     "label": ["fear", "anger", "fear"], "p_anger": [0.5, 0.9, 0.2], "p_fear": [0.5, 0.1, 0.8],
    ...     "embedding": [[0.0]] * 3, "baseline": "fear"})
    >>> predictions = Predictions(table, Origin(("anger", "fear"), "loso", True, False, seed=1, settings={}))
    >>> clips = pd.DataFrame({
    ...     "clip_id": ["toy-1", "toy-2", "toy-3"], "corpus": "toy", "label": ["fear", "anger", "fear"],
    ...     "speaker": ["toy-ann", "toy-bob", "toy-bob"], "digest": ["1", "2", "3"]})
    >>> epochs = pd.DataFrame({"fold": [0], "network": [0], "epoch": [1], "kept": [True]})
    >>> measured = evaluate(clips, predictions, epochs, Intervals(resamples=1000, confidence=0.95))
    >>> print(measured.title)
    toy, loso
    UAR 1.000 (no interval: 1 test speaker, fewer than 5), 2 clips
    """
    rows = pool_test_parts(predictions, clips)
    calibration = calibrate(predictions, rows)
    numbers = result(rows, history, predictions.origin, settings)
    for fold, temperature in calibration.temperatures.items():
        numbers["folds"][str(fold)]["temperature"] = temperature
    return Evaluation(
        numbers={
            **numbers,
            "calibration": calibration.numbers,
            "gaps": gaps(rows, settings, predictions.origin.seed),
            "shortcuts": shortcuts(clips, predictions, rows),
        },
        clips=rows,
        confusion=metrics.confusion(rows["label"], rows["predicted"], predictions.origin.labels),
        history=history,
        calibration=calibration,
        slices=slices(rows, settings, predictions.origin.seed),
    )
