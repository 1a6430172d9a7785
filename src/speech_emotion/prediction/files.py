"""Predict files and folders."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from speech_emotion.core.errors import UserError
from speech_emotion.ingest.find import audio_files
from speech_emotion.prediction.predictor import Predictor
from speech_emotion.predictions import probability_table


def predict_files(paths: Iterable[Path], predictor: Predictor) -> tuple[pd.DataFrame, list[str]]:
    """Predict files, and all audio files in folders. A file that cannot be read does not lose the others.

    Parameters
    ----------
    paths : iterable of Path
        Files and folders.
    predictor : Predictor
        The trained model.

    Returns
    -------
    table : pd.DataFrame
        One row per readable file, in the order given (folders sorted by path): file, label, and p_<label> for each
        label.
    failures : list of str
        One message per file that could not be read.

    Raises
    ------
    UserError
        If a path does not exist or a folder holds no audio.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from speech_emotion.features import compute
    >>> from speech_emotion.models.blueprint import Blueprint
    >>> from speech_emotion.models.bundle import Bundle
    >>> from speech_emotion.models.normalisation import Normalisation
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import write_clip
    >>> recipe = load("params.yaml", ExtractMfcc)
    >>> columns = compute.columns(recipe)
    >>> network = {"filters": [8], "kernel_size": 3, "pool_size": 4, "dense": 16, "dropout": 0.1, "batch_norm": True}
    >>> blueprint = Blueprint(labels=("anger", "fear"), columns=tuple(columns), frame_rate=compute.frame_rate(recipe),
    ...                       recipe=recipe.document(), window_frames=100, network="cnn", network_settings=network,
    ...                       training={})
    >>> measured = Normalisation(np.zeros(len(columns), np.float32), np.ones(len(columns), np.float32))
    >>> predictor = Predictor([Bundle(blueprint, blueprint.build(), measured)])
    >>> with TemporaryDirectory() as folder:
    ...     _ = write_clip(Path(folder, "a.wav"))
    ...     _ = Path(folder, "b.wav").write_bytes(b"no audio")
    ...     table, failures = predict_files([Path(folder)], predictor)
    >>> [Path(file).name for file in table["file"]], len(failures)
    (['a.wav'], 1)
    """
    files: list[str] = []
    probabilities: list[np.ndarray] = []
    failures: list[str] = []
    for file in tqdm(_files(paths), desc="predict", unit="file", disable=None):
        try:
            probabilities.append(predictor.windows_of_file(file).clip)
        except UserError as error:
            failures.append(str(error))
        else:
            files.append(str(file))
    stacked = np.reshape(probabilities, (len(files), len(predictor.labels)))
    table = probability_table(predictor.labels, stacked).rename(columns={"predicted": "label"})
    table.insert(0, "file", files)
    return table, failures


def _files(paths: Iterable[Path]) -> list[Path]:
    files = []
    for path in paths:
        if path.is_dir():
            found = [path / name for name in audio_files(path)]
            if not found:
                raise UserError(f"{path}: there is no audio in this folder")
            files += found
        elif path.exists():
            files.append(path)
        else:
            raise UserError(f"{path}: there is no such file or folder")
    return files
