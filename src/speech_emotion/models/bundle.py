"""A trained model in one folder, with all that is needed to use it: labels, feature settings, normalisation.

The folder holds `bundle.json` and `model.weights.h5`. Neither holds a date, so that equal models are equal bytes (a
`.keras` file does hold one).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from pydantic import ValidationError

from speech_emotion.core.errors import UserError
from speech_emotion.models.normalisation import Normalisation
from speech_emotion.models.windows import inference_windows
from speech_emotion.networks import registry
from speech_emotion.params.extract_mfcc import ExtractMfcc
from speech_emotion.params.train_cnn import TrainCnn

_FORMAT = 1
_BATCH = 256


@dataclass(frozen=True)
class Bundle:
    """A trained model that turns the features of a clip into probabilities."""

    model: keras.Model
    labels: tuple[str, ...]
    """Names of the classes, in the order of the model's outputs."""
    features: ExtractMfcc
    """Settings that the features must have been computed with."""
    training: TrainCnn
    """Settings that the model was trained with."""
    normalisation: Normalisation

    @property
    def frames(self) -> int:
        """Length of the model's input window in frames."""
        return int(self.model.input_shape[1])

    def probabilities(self, clips: Sequence[np.ndarray]) -> np.ndarray:
        """Predict clips.

        Parameters
        ----------
        clips : sequence of np.ndarray [shape=(n, columns), dtype=float32]
            Features of each clip, not normalised.

        Returns
        -------
        np.ndarray [shape=(clips, labels), dtype=float64]
            For each clip the mean over its windows; each row sums to 1.
        """
        windows = [inference_windows(self.normalisation(clip), self.frames) for clip in clips]
        owner = np.repeat(np.arange(len(windows)), [len(some) for some in windows])
        stacked = np.concatenate(windows)
        # Not `predict`, which traces a graph for every model and every shape of batch: slower than a few batches.
        outputs = np.concatenate([
            keras.ops.convert_to_numpy(self.model(stacked[start : start + _BATCH], training=False))
            for start in range(0, len(stacked), _BATCH)
        ]).astype(np.float64)
        sums = np.zeros((len(windows), len(self.labels)))
        np.add.at(sums, owner, outputs)
        means: np.ndarray = sums / sums.sum(axis=1, keepdims=True)
        return means

    def save(self, folder: Path) -> None:
        """Write the bundle into an existing, empty folder."""
        self.model.save_weights(folder / "model.weights.h5")
        document = {
            "format": _FORMAT,
            "labels": list(self.labels),
            "columns": len(self.normalisation.mean),
            "frames": self.frames,
            "mean": self.normalisation.mean.tolist(),
            "std": self.normalisation.std.tolist(),
            "extract_mfcc": self.features.model_dump(),
            "train_cnn": self.training.model_dump(),
        }
        (folder / "bundle.json").write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path | str) -> "Bundle":
        """Read a bundle.

        Raises
        ------
        UserError
            If the folder is no bundle, or is damaged or of another version.
        """
        folder = Path(folder)
        path = folder / "bundle.json"
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["format"] != _FORMAT:
                raise UserError(f"{path}: has format {document['format']}, this version reads {_FORMAT}; train anew")
            training = TrainCnn.model_validate(document["train_cnn"])
            model = registry.build(training, document["frames"], document["columns"], len(document["labels"]))
            model.load_weights(folder / "model.weights.h5")
            mean, std = (np.array(document[name], np.float32) for name in ("mean", "std"))
            if not mean.shape == std.shape == (document["columns"],):
                raise ValueError("the normalisation does not fit the columns")
            return cls(
                model=model,
                labels=tuple(document["labels"]),
                features=ExtractMfcc.model_validate(document["extract_mfcc"]),
                training=training,
                normalisation=Normalisation(mean, std),
            )
        except FileNotFoundError as error:
            raise UserError(f"{folder}: there is no trained model here ({error.filename or error} is missing); "
                            "`dvc repro` trains one, `dvc pull models` fetches one") from error
        except (OSError, KeyError, TypeError, ValueError, ValidationError) as error:
            raise UserError(f"{folder}: this trained model is damaged or of another version ({error}); train it anew "
                            "with `dvc repro --force train_cnn`") from error


def find(folder: Path | str) -> list[Path]:
    """Folders of the bundles in a model folder: one per fold, in order of the folds.

    Parameters
    ----------
    folder : Path or str
        What the stage `train_cnn` writes, or a bundle itself.

    Raises
    ------
    UserError
        If there is none.
    """
    folder = Path(folder)
    if (folder / "bundle.json").is_file():
        return [folder]
    found = {fold_of(path.parent): path.parent for path in folder.glob("fold-*/bundle.json")
             if path.parent.name.removeprefix("fold-").isdecimal()}
    if not found:
        raise UserError(f"{folder}: there is no trained model here; `dvc repro` trains one, "
                        "`dvc pull models` fetches one")
    return [found[fold] for fold in sorted(found)]


def fold_of(folder: Path) -> int:
    """Tell which fold a bundle in a model folder belongs to, by its name ``fold-<n>``."""
    return int(folder.name.removeprefix("fold-"))
