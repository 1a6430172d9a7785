"""Which clips several runs can be compared on, and whether that is fair."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from speech_emotion.comparison.sources import Run
from speech_emotion.core.errors import UserError
from speech_emotion.predictions import Origin


@dataclass(frozen=True)
class Contender:
    """What one run, or its baseline, says of its test clips.

    Attributes
    ----------
    name : str
        Of the run.
    test : pd.DataFrame
        Indexed by clip_id: fold, label, predicted.
    validation : pd.DataFrame
        Rows fold, clip_id.
    origin : Origin
        Of the predictions.
    """

    name: str
    test: pd.DataFrame
    validation: pd.DataFrame
    origin: Origin


@dataclass(frozen=True)
class Aligned:
    """Contenders on the same clips.

    Attributes
    ----------
    clips : pd.DataFrame
        Indexed by clip_id, sorted: speaker, label.
    predicted : pd.DataFrame
        The same clips; a column of labels for each contender, in their order, by name.
    split : tuple of str
        In what other contenders' splits differ from the first's; empty where all have the same.
    notes : tuple of str
        What else a reader should know.
    """

    clips: pd.DataFrame
    predicted: pd.DataFrame
    split: tuple[str, ...]
    notes: tuple[str, ...]


def contender(run: Run, *, baseline: bool = False) -> Contender:
    """Take what a run says of its test parts, or what the baseline without a network says of them.

    Parameters
    ----------
    run : Run
        As it was read.
    baseline : bool
        Whether the baseline's answers are taken.

    Raises
    ------
    UserError
        If it has no test part, or tests a clip twice.
    """
    test = run.predictions.part("test")
    if test.empty:
        raise UserError(f"{run.name}: has no test part")
    if test["clip_id"].duplicated().any():
        raise UserError(f"{run.name}: tests clip {test.loc[test['clip_id'].duplicated(), 'clip_id'].iloc[0]} twice")
    if baseline:
        test = test.assign(predicted=test["baseline"])
    validation = run.predictions.part("validation")[["fold", "clip_id"]]
    name = f"{run.name} (baseline)" if baseline else run.name
    return Contender(name, test.set_index("clip_id")[["fold", "label", "predicted"]].astype({
        "fold": int, "label": object, "predicted": object}), validation, run.predictions.origin)


def align(contenders: Sequence[Contender], speakers: pd.Series, *, common: bool = False) -> Aligned:
    """Put contenders side by side.

    Parameters
    ----------
    contenders : sequence of Contender
        The first is the one that others are compared with.
    speakers : pd.Series
        The speaker of each clip, by clip_id.
    common : bool
        Whether those of other splits are compared all the same, on the clips that all tested under the same label.

    Returns
    -------
    Aligned

    Raises
    ------
    UserError
        If the splits differ and `common` is false, or they share no clip, or a clip's speaker is not known.

    Examples
    --------
    >>> origin = Origin(("anger", "fear"), "loso", True, False, seed=1, settings={})
    >>> test = pd.DataFrame({"fold": [0, 1], "label": ["anger", "fear"], "predicted": "fear"}, index=["toy-1", "toy-2"])
    >>> one, other = (Contender(name, test, pd.DataFrame({"fold": [], "clip_id": []}), origin) for name in "ab")
    >>> aligned = align([one, other], pd.Series({"toy-1": "toy-ann", "toy-2": "toy-bob"}))
    >>> aligned.split, aligned.clips["speaker"].tolist(), list(aligned.predicted)
    ((), ['toy-ann', 'toy-bob'], ['a', 'b'])
    """
    first, *others = contenders
    differences = tuple(f"{other.name} {difference}" for other in others for difference in _of_splits(first, other))
    shared = first.test.index
    for other in others:
        shared = shared.intersection(other.test.index)
    alike = pd.Series(True, index=shared)
    for other in others:
        alike &= other.test.loc[shared, "label"] == first.test.loc[shared, "label"]
    shared = shared[alike].sort_values()
    if shared.empty:
        raise UserError(f"{' and '.join(each.name for each in contenders)} share no clip that all have tested under "
                        "the same label: there is nothing to compare")
    if differences and not common:
        raise UserError(f"the splits are not that of {first.name}, so differences need not be of the models:\n"
                        + "".join(f"  {difference}\n" for difference in differences)
                        + f"--common compares them all the same, on the {len(shared):,} clips that all have tested "
                        "under the same label, and marks the result")
    strangers = shared.difference(speakers.index)
    if len(strangers):
        raise UserError(f"the manifest does not know who speaks in {len(strangers):,} of the clips, such as "
                        f"{strangers[0]}; name the manifest of the run by --manifest")
    clips = pd.DataFrame({"speaker": speakers[shared].astype(object), "label": first.test.loc[shared, "label"]})
    predicted = pd.DataFrame({each.name: each.test.loc[shared, "predicted"] for each in contenders})
    return Aligned(clips, predicted, differences, tuple(_notes(contenders)))


def _of_splits(first: Contender, other: Contender) -> list[str]:
    """Say in what the split of another differs from that of the first."""
    said = []
    if set(other.origin.labels) != set(first.origin.labels):
        said.append(f"knows the labels {', '.join(other.origin.labels)}, and {first.name} "
                    f"{', '.join(first.origin.labels)}")
    more, lacking = (len(these.test.index.difference(those.test.index))
                     for these, those in ((other, first), (first, other)))
    if more or lacking:
        said.append(f"tests {more:,} clips that {first.name} does not, and lacks {lacking:,} of its")
    both = first.test.join(other.test.add_suffix("_other"), how="inner")
    relabelled = int((both["label"] != both["label_other"]).sum())
    if relabelled:
        said.append(f"has other labels for {relabelled:,} clips")
    pairs = both[["fold", "fold_other"]].drop_duplicates()
    if pairs["fold"].duplicated().any() or pairs["fold_other"].duplicated().any():
        said.append("tests clips in other folds")
    return said


def _notes(contenders: Sequence[Contender]) -> list[str]:
    first = contenders[0]
    said = [f"{each.name} is SPEAKER-DEPENDENT: its test speakers were trained on" for each in contenders
            if not each.origin.speaker_independent]
    said += [f"{each.name} is TRANSDUCTIVE: it looked at the tested speakers' other clips" for each in contenders
             if each.origin.transductive]
    said += [f"{each.name} was validated with other clips than {first.name}" for each in contenders[1:]
             if _validated(each) != _validated(first)]
    return said


def _validated(contender: Contender) -> set[tuple[str, ...]]:
    return {tuple(sorted(clips)) for _, clips in contender.validation.groupby("fold")["clip_id"]}
