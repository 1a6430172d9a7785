"""Predict the emotion in separate audio files with a trained model."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from speech_emotion.core.errors import UserError
from speech_emotion.features.compute import from_file
from speech_emotion.ingest.find import audio_files
from speech_emotion.models.bundle import Bundle, find


@dataclass(frozen=True)
class Predictor:
    """One model, or the models of several folds, whose probabilities are averaged."""

    bundles: tuple[Bundle, ...]

    @classmethod
    def load(cls, models: Path | str) -> "Predictor":
        """Read what the stage `train_cnn` wrote, or a single bundle.

        Raises
        ------
        UserError
            If there is no usable model.
        """
        return cls(tuple(Bundle.load(folder) for folder in find(models)))

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the classes, in alphabetical order."""
        return self.bundles[0].labels

    def probabilities(self, path: Path | str) -> np.ndarray:
        """Predict one file, with the feature code and settings of training.

        Parameters
        ----------
        path : Path or str
            Any readable audio file, at any sample rate.

        Returns
        -------
        np.ndarray [shape=(labels,), dtype=float64]
            Summing to 1.

        Raises
        ------
        UnreadableAudio
            If the file is not audio, is damaged, or holds no samples.
        """
        clip = from_file(path, self.bundles[0].features)
        mean: np.ndarray = np.mean([bundle.probabilities([clip])[0] for bundle in self.bundles], axis=0)
        return mean


def predict(paths: Iterable[Path], predictor: Predictor) -> tuple[pd.DataFrame, list[str]]:
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
    """
    rows, failures = [], []
    for file in tqdm(_files(paths), desc="predict", unit="file", disable=None):
        try:
            probabilities = predictor.probabilities(file)
        except UserError as error:
            failures.append(str(error))
            continue
        named = {f"p_{label}": float(p) for label, p in zip(predictor.labels, probabilities, strict=True)}
        rows.append({"file": str(file), "label": predictor.labels[int(probabilities.argmax())], **named})
    return pd.DataFrame(rows, columns=["file", "label", *(f"p_{label}" for label in predictor.labels)]), failures


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
