"""Predict files and folders."""

from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from speech_emotion.audio.decoding import UnreadableAudio
from speech_emotion.core.errors import UserError
from speech_emotion.core.files import shown
from speech_emotion.ingest.audit import FLAGS
from speech_emotion.ingest.find import audio_files
from speech_emotion.prediction.predictor import Predictor
from speech_emotion.prediction.said import Heard, NotJudged
from speech_emotion.prediction.streams import as_file, is_stream
from speech_emotion.predictions import probability_table


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
    rows: list[_Row] = []
    failures: list[str] = []
    given = list(paths)
    # A pipe that lies in a folder is not meant: nobody may ever write to it.
    streams = {path for path in given if is_stream(path)}
    heard: Iterable[tuple[Path, Heard | UserError]] = _heard(_files(given), streams, predictor)
    speaker = None
    if predictor.transductive:
        heard = list(heard)  # all are heard before the first is judged
        clips = [clip for _, clip in heard if isinstance(clip, Heard)]
        speaker = predictor.speaker(clips) if clips else None
    unknown = np.full(len(predictor.labels), np.nan)
    for file, clip in heard:
        try:
            if isinstance(clip, UserError):
                raise clip
            said = predictor.judge(clip, speaker)
        except NotJudged as why:
            rows.append(_Row(shown(file), unknown, why.rule, f"not judged: {why.rule} ({why.reason})"))
        except UserError as error:
            failures.append(str(error))
        else:
            rows.append(_Row(shown(file), said.clip, None, "; ".join(f"{flag} ({FLAGS[flag]})" for flag in said.flags)))
    return _table(predictor.labels, rows), failures


def _heard(files: Sequence[Path], streams: Set[Path], predictor: Predictor) -> Iterator[tuple[Path, Heard | UserError]]:
    """Give what is heard of each file, or why nothing is."""
    for file in tqdm(files, desc="predict", unit="file", disable=None):
        try:
            with as_file(file) if file in streams else nullcontext(file) as readable:
                try:
                    heard = predictor.hear(readable)
                except UnreadableAudio as error:  # which names the file that was read
                    raise UserError(f"{file}: {str(error).removeprefix(f'{readable}: ')}") from error
        except UserError as error:
            yield file, error
        else:
            yield file, heard


class _Row(NamedTuple):
    file: str
    probabilities: np.ndarray
    not_judged: str | None
    note: str


def _table(labels: Sequence[str], rows: Sequence[_Row]) -> pd.DataFrame:
    probabilities = np.reshape([row.probabilities for row in rows], (len(rows), len(labels)))
    table = probability_table(labels, probabilities).rename(columns={"predicted": "label"})
    table.insert(0, "file", [row.file for row in rows])
    # As objects, so that what is missing is None.
    not_judged, note = (pd.Series(values, dtype=object) for values in (
        [row.not_judged for row in rows], [row.note or None for row in rows]))
    label = table["label"].astype(object).where(not_judged.isna(), None)
    return table.assign(label=label, not_judged=not_judged, note=note)


def _files(paths: Iterable[Path]) -> list[Path]:
    files = []
    for path in paths:
        if is_stream(path):
            files.append(path)
        elif path.is_dir():
            found = [path / name for name in audio_files(path)]
            if not found:
                raise UserError(f"{path}: there is no audio in this folder")
            files += found
        elif path.exists():
            files.append(path)
        else:
            raise UserError(f"{path}: there is no such file or folder")
    return files
