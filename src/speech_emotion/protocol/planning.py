"""What `train_cnn` is going to do with the clips, known before any feature is computed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from speech_emotion.core.errors import UserError
from speech_emotion.params.base import load
from speech_emotion.params.train_cnn import Split, TrainCnn
from speech_emotion.protocol import labels, splits
from speech_emotion.protocol.contents import remarks
from speech_emotion.protocol.guard import SPEAKER_DEPENDENT
from speech_emotion.protocol.parts import Assignment


@dataclass(frozen=True)
class Plan:
    """Clips with the labels they are trained under, and their split.

    Attributes
    ----------
    clips : pd.DataFrame
        Rows of the manifest, relabelled; without those that the label scheme leaves out.
    assignment : Assignment
        Who is in which part of each fold.
    summary : str
        Both in a line.
    notes : list of str
        What the label scheme merges, renames and leaves out, and what the split lacks.
    """

    clips: pd.DataFrame
    assignment: Assignment
    summary: str
    notes: list[str]

    def __str__(self) -> str:
        """Lay summary and notes out for people."""
        return "\n".join([self.summary, *(f"  {note}" for note in self.notes)])


def plan(clips: pd.DataFrame, settings: TrainCnn) -> Plan:
    """Relabel clips, and assign them to folds and parts.

    Parameters
    ----------
    clips : pd.DataFrame
        The manifest.
    settings : TrainCnn
        Its labels, split and seed decide.

    Returns
    -------
    Plan

    Raises
    ------
    UserError
        If the label scheme does not fit the clips, or the protocol cannot be carried out on them; the message names
        the setting and the protocols that could.

    Examples
    --------
    >>> clips = pd.DataFrame([
    ...     {"clip_id": f"{speaker}-{label}", "digest": f"{speaker}-{label}", "corpus": "toy", "speaker": speaker,
    ...      "sex": "female", "label": label, "statement": "a door"}
    ...     for speaker in ("ann", "bea", "cleo") for label in ("anger", "calm")])
    >>> settings = load("params.yaml", TrainCnn).model_copy(update={"labels": "common4"})
    >>> print(plan(clips, settings))
    speaker_holdout, 1 fold, 6 clips of 3 speakers, 2 labels
      relabelled: 3 calm into neutral
    """
    relabelled, left_out = labels.apply(clips, settings.labels)
    dealt, also = splits.apart(relabelled, settings.split.train_also)
    foreign = also[~also["label"].isin(dealt["label"])]
    relabelled = relabelled[~relabelled["clip_id"].isin(foreign["clip_id"])]
    try:
        assignment = splits.assign(relabelled, settings.split, settings.seed)
    except UserError as error:
        others = "; ".join(_others(relabelled, settings)) or "none"
        raise UserError(f"{error}\nProtocols that work on these clips: {others}") from error
    folds = assignment.num_folds
    summary = (f"{settings.split.protocol}, {folds} fold{'s' if folds > 1 else ''}, {len(relabelled)} clips of "
               f"{relabelled['speaker'].nunique()} speakers, {relabelled['label'].nunique()} labels"
               + (f"; {', '.join(settings.split.train_also)} only trained on" if len(also) else ""))
    notes = [f"relabelled: {change}" for change in _relabelled(clips, relabelled)]
    if left_out:
        notes.append(f"left out by labels: {', '.join(f'{count} {label}' for label, count in left_out.items())}")
    if len(foreign):
        counts = foreign["label"].value_counts().sort_index()
        notes.append("left out, since no tested corpus has the label: "
                     + ", ".join(f"{count} {label}" for label, count in counts.items()))
    return Plan(relabelled, assignment, summary, notes + remarks(assignment, relabelled, settings.split))


def rehearse(params: Path, clips: pd.DataFrame) -> str:
    """Plan as `train_cnn` will.

    Parameters
    ----------
    params : Path
        The parameter file.
    clips : pd.DataFrame
        The manifest.

    Returns
    -------
    str
        What it will do, for people.

    Raises
    ------
    UserError
        As `plan`.
    """
    return f"train_cnn will do: {plan(clips, load(params, TrainCnn))}"


def _relabelled(clips: pd.DataFrame, relabelled: pd.DataFrame) -> Iterator[str]:
    """Which labels became another one."""
    changes = pd.DataFrame({"into": relabelled["label"], "label": clips.loc[relabelled.index, "label"]})
    changes = changes[changes["into"] != changes["label"]]
    for into, sources in changes.groupby("into")["label"]:
        counts = sources.value_counts().sort_index()
        yield f"{', '.join(f'{count} {label}' for label, count in counts.items())} into {into}"


def _others(clips: pd.DataFrame, settings: TrainCnn) -> Iterator[str]:
    """Protocols that can be carried out, as people would set them."""
    for validation in ("speakers", "statements"):
        names = [name for name in splits.PROTOCOLS if (name not in SPEAKER_DEPENDENT or validation == "speakers")
                 and _works(clips, settings, settings.split.model_copy(update={
                     "protocol": name, "validation": validation}))]
        if names:
            marked = [name + (" (speakers on both sides)" if name in SPEAKER_DEPENDENT else "") for name in names]
            how = "" if validation == "speakers" else f" with train_cnn.split.validation: {validation}"
            yield f"{', '.join(marked)}{how}"


def _works(clips: pd.DataFrame, settings: TrainCnn, split: Split) -> bool:
    try:
        splits.assign(clips, split, settings.seed)
    except UserError:
        return False
    return True
