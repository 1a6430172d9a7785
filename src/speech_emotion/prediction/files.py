"""Predict files and folders."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from tqdm import tqdm

from speech_emotion.core.errors import UserError
from speech_emotion.prediction import parts
from speech_emotion.prediction.inputs import Input, inputs, readable, sha256
from speech_emotion.prediction.judge import Judge
from speech_emotion.prediction.said import Predicted

if TYPE_CHECKING:  # these take long to load
    import pandas as pd

    from speech_emotion.prediction.predictor import Predictor

_AHEAD = 4
"""Files for each thread that are judged, or begun, before the first of them is asked for."""


def predict_files(paths: Iterable[Path], judge: Judge) -> tuple["pd.DataFrame", list[str]]:
    """Predict files, and all audio files in folders. A file that cannot be read does not lose the others.

    A model that normalises by speaker takes all of them for clips of one speaker: what it says of each depends on the
    others.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders; "-" for what comes through standard input, or a named pipe.
    judge : Judge
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
    >>> from speech_emotion.prediction.predictor import Predictor
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
    for one in predict_each(paths, judge):
        if isinstance(one, Predicted):
            said.append(one)
        else:
            failures.append(str(one))
    return _table(judge.labels, said), failures


def predict_each(
    paths: Iterable[Path], judge: Judge, done: Mapping[str, str] | None = None, *, threads: int = 1
) -> Iterator[Predicted | UserError]:
    """Predict files as `predict_files` does, and give what is said of each as soon as it is known.

    Parameters
    ----------
    paths : iterable of Path
        As for `predict_files`.
    judge : Judge
        The trained model. If it is `transductive`, all files are heard before the first is judged.
    done : mapping from str to str, or None
        By path, the SHA-256 of files that are left out while they are the same.
    threads : int > 0
        Files that are judged at a time; more than one only by what threads may share, such as an exported model.

    Returns
    -------
    iterator of Predicted or UserError
        In order of the files, for each what is said of it, or why it cannot be read.

    Raises
    ------
    UserError
        As `predict_files` does.
    """
    files = inputs(paths)
    if judge.transductive:
        from speech_emotion.prediction.speaker import predict_speaker

        return predict_speaker(_with_progress(files, len(files)), cast("Predictor", judge))

    def predict(file: Input) -> Predicted | UserError | None:
        return _predicted(file, judge, done or {})

    said = map(predict, files) if threads == 1 else _in_threads(predict, files, min(threads, len(files)))
    return (one for one in _with_progress(said, len(files)) if one is not None)


def cores() -> int:
    """Say how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _with_progress(each: Iterable[Any], number: int) -> Iterator[Any]:
    return iter(tqdm(each, total=number, desc="predict", unit="file", disable=None))


def _predicted(file: Input, judge: Judge, done: Mapping[str, str]) -> Predicted | UserError | None:
    """Predict a file; None for one that is left out."""
    try:
        with readable(file) as path:
            digest = sha256(path)
            if done.get(file.name) == digest:
                return None
            return Predicted.of(file.name, digest, lambda: parts.judged(parts.of_file(path, judge), judge))
    except UserError as error:
        return error


def _in_threads(
    predict: Callable[[Input], Predicted | UserError | None], files: Sequence[Input], threads: int
) -> Iterator[Predicted | UserError | None]:
    """Predict some files at a time, and give what is said in their order."""
    waiting: deque[Future[Predicted | UserError | None]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for file in files:
                waiting.append(pool.submit(predict, file))
                if len(waiting) >= _AHEAD * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # after Ctrl-C, or when nobody asks for more
            for each in waiting:
                each.cancel()


def _table(labels: Sequence[str], said: Sequence[Predicted]) -> "pd.DataFrame":
    import pandas as pd

    from speech_emotion.probabilities import probability_table

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
