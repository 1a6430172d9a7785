"""Predict files and folders."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
from tqdm import tqdm

from speech_emotion.core.errors import UserError
from speech_emotion.ingest.audit import FLAGS
from speech_emotion.models.scales import Scale
from speech_emotion.prediction import parts
from speech_emotion.prediction.inputs import Input, inputs, readable, sha256
from speech_emotion.prediction.predictor import Predictor
from speech_emotion.prediction.said import NotJudged, Predicted, WindowProbabilities
from speech_emotion.prediction.speaker import Kept
from speech_emotion.probabilities import probability_table


def predict_files(paths: Iterable[Path], predictor: Predictor) -> tuple[pd.DataFrame, list[str]]:
    """Predict files, and all audio files in folders. A file that cannot be read does not lose the others.

    A model that normalises by speaker takes all of them for clips of one speaker: what it says of each depends on the
    others.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders; "-" for what comes through standard input, or a named pipe.
    predictor : Predictor
        The trained model.

    Returns
    -------
    table : pd.DataFrame
        One row per readable file, in the order given (folders sorted by path): file, label, p_<label> for each label,
        not_judged and note. Of a file that holds nothing to judge, label and probabilities are missing, and not_judged
        is the rule that says so, such as "silent" (see `speech_emotion.ingest.RULES`), or "no-answer" if the model's
        outputs are not finite; otherwise it is None. The note is for people; None if there is nothing to say.
    failures : list of str
        One message per file that could not be read.

    Raises
    ------
    UserError
        If a path does not exist or a folder holds no audio, or if there are too few clips for a model that normalises
        by speaker.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.features import compute
    >>> from speech_emotion.models.blueprint import Blueprint
    >>> from speech_emotion.models.bundle import Bundle
    >>> from speech_emotion.models.baseline import Baseline
    >>> from speech_emotion.models.normalisation import Normalisation
    >>> from speech_emotion.models.provenance import Provenance
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import write_clip
    >>> recipe = load("params.yaml", ExtractMfcc)
    >>> columns = compute.columns(recipe)
    >>> network = {"filters": [8], "kernel_size": 3, "pool_size": 4, "dense": 16, "dropout": 0.1, "batch_norm": True}
    >>> blueprint = Blueprint(labels=("anger", "fear"), columns=tuple(columns), frame_rate=compute.frame_rate(recipe),
    ...                       recipe=recipe.document(), window_frames=100, network="cnn", network_settings=network,
    ...                       training={}, provenance=Provenance((), min_duration=0.3))
    >>> measured = Normalisation(np.zeros(len(columns), np.float32), np.ones(len(columns), np.float32))
    >>> baseline = Baseline(np.zeros((681, 2)), np.zeros(2))
    >>> predictor = Predictor([Bundle(blueprint, [blueprint.build()], measured, baseline)])
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_clip(Path(folder, "a.wav"))
    ...     _ = write_clip(Path(folder, "b.wav"), duration=0.05)
    ...     _ = Path(folder, "c.wav").write_bytes(b"no audio")
    ...     table, failures = predict_files([Path(folder)], predictor)
    >>> [Path(file).name for file in table["file"]], table["not_judged"].tolist(), len(failures)
    (['a.wav', 'b.wav'], [None, 'too-short'], 1)
    """
    said, failures = [], []
    for one in predict_each(paths, predictor):
        if isinstance(one, Predicted):
            said.append(one)
        else:
            failures.append(str(one))
    return _table(predictor.labels, said), failures


def predict_each(
    paths: Iterable[Path], predictor: Predictor, done: Mapping[str, str] | None = None
) -> Iterator[Predicted | UserError]:
    """Predict files as `predict_files` does, and give what is said of each as soon as it is known.

    Parameters
    ----------
    paths : iterable of Path
        As for `predict_files`.
    predictor : Predictor
        The trained model. If it normalises by speaker, all files are heard before the first is judged.
    done : mapping from str to str, or None
        By path, the SHA-256 of files that are left out while they are the same.

    Returns
    -------
    iterator of Predicted or UserError
        In order of the files, for each what is said of it, or why it cannot be read.

    Raises
    ------
    UserError
        As `predict_files` does.
    """
    files = tqdm(inputs(paths), desc="predict", unit="file", disable=None)
    return _of_one_speaker(files, predictor) if predictor.transductive else _each(files, predictor, done or {})


def _each(files: Iterable[Input], predictor: Predictor, done: Mapping[str, str]) -> Iterator[Predicted | UserError]:
    for file in files:
        try:
            with readable(file) as path:
                digest = sha256(path)
                if done.get(file.name) == digest:
                    continue
                one = _answer(file, digest, partial(_judged, path, predictor))
        except UserError as error:
            yield error
        else:
            yield one


def _judged(path: Path, predictor: Predictor) -> WindowProbabilities:
    return parts.judged(parts.of_file(path, predictor), predictor)


def _of_one_speaker(files: Iterable[Input], predictor: Predictor) -> Iterator[Predicted | UserError]:
    heard: list[tuple[Input, str, Callable[[], WindowProbabilities]] | UserError] = []
    speaker: dict[str, list[Scale]] = {}
    with TemporaryDirectory() as folder:
        kept = Kept(Path(folder))
        for file in files:
            try:
                with readable(file) as path:
                    heard.append((file, sha256(path), _to_be_judged(path, predictor, kept, speaker)))
            except UserError as error:
                heard.append(error)
        if len(kept):
            speaker |= predictor.speaker(kept.views())
        for one in heard:
            yield one if isinstance(one, UserError) else _answer(*one)


def _to_be_judged(
    path: Path, predictor: Predictor, kept: Kept, speaker: dict[str, list[Scale]]
) -> Callable[[], WindowProbabilities]:
    """Hear a file, and give what judges it once its `speaker` is measured."""
    try:
        clips = parts.of_file(path, predictor)
        numbers = [(clip.start, kept.add(predictor.hear(clip.samples))) for clip in clips]
    except NotJudged as why:
        return partial(_raise, why)
    flags, where = clips.flags, clips.where  # not the clips, which hold samples

    def judged() -> WindowProbabilities:
        said = ((start, predictor.judge_heard(kept[number], speaker)) for start, number in numbers)
        return parts.together(said, predictor.seconds, flags, where)

    return judged


def _raise(error: NotJudged) -> WindowProbabilities:
    raise error


def _answer(file: Input, digest: str, judged: Callable[[], WindowProbabilities]) -> Predicted:
    try:
        said = judged()
    except NotJudged as why:
        note = f"not judged: {why.rule} ({why.reason})"
        return Predicted(file.name, digest, None, why.rule, note)
    note = "; ".join(f"{flag} ({FLAGS[flag]})" for flag in said.flags)
    return Predicted(file.name, digest, said.clip, None, note or None)


def _table(labels: Sequence[str], said: Sequence[Predicted]) -> pd.DataFrame:
    unknown = np.full(len(labels), np.nan)
    probabilities = np.reshape([unknown if one.probabilities is None else one.probabilities for one in said],
                               (len(said), len(labels)))
    table = probability_table(labels, probabilities).rename(columns={"predicted": "label"})
    table.insert(0, "file", [one.file for one in said])
    # As objects, so that what is missing is None.
    not_judged, note = (
        pd.Series([getattr(one, name) for one in said], dtype=object) for name in ("not_judged", "note"))
    label = table["label"].astype(object).where(not_judged.isna(), None)
    return table.assign(label=label, not_judged=not_judged, note=note)
