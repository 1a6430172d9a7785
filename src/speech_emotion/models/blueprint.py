"""What the models of all folds share, and how it is stored: ``model.json`` in the model folder."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import TypeAdapter, ValidationError

from speech_emotion.arrays import Float32
from speech_emotion.core import documents
from speech_emotion.core.errors import UserError
from speech_emotion.features.views import PLAIN
from speech_emotion.models import bounds
from speech_emotion.models.functionals import Kind
from speech_emotion.models.provenance import Provenance
from speech_emotion.params.networks import NAMES, settings_of

if TYPE_CHECKING:
    import keras

_FORMAT = 6
_DOCUMENT = "model.json"


@dataclass(frozen=True)
class Blueprint:
    """What the models of all folds share.

    Attributes
    ----------
    labels : tuple of str
        Names of the classes, in the order of the model's outputs.
    columns : tuple of str
        Names of the feature columns.
    frame_rate : float
        Feature frames per second.
    recipe : dict
        Settings that the features must have been computed with.
    window_frames : int
        Length of the model's input window.
    network : str
        A module of `speech_emotion.networks`.
    network_settings : dict
        Its `Settings`.
    training : dict
        The section `train_cnn` that the model was trained with, for people to read.
    provenance : Provenance
        Whom the models heard, and how they did on their validation parts.
    views : tuple of str
        Views of a clip (see `features.views`) that are judged, each for itself, the plain one first; the clip's
        probabilities are their mean.
    num_networks : int
        Networks per fold, whose logits are averaged; 0 for the baseline alone.
    baseline_share : float in [0, 1]
        Of the baseline in a window's probabilities; the networks have the rest.
    network_columns : tuple of str
        The columns that the networks see, in order; () for all. The baseline sees all.
    normalisation : {"global", "clip", "corpus", "speaker"}
        What each clip is normalised by; see `speech_emotion.models.scales`.
    statistics : {"functionals", "mean", "mean_std"}
        What the baseline sees of a window; see `speech_emotion.models.functionals`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> network = {"filters": [8], "kernel_size": 3, "pool_size": 4, "dense": 16, "dropout": 0.1, "batch_norm": True}
    >>> blueprint = Blueprint(labels=("anger", "fear"), columns=("rms", "zcr"), frame_rate=100.0, recipe={},
    ...                       window_frames=100, network="cnn", network_settings=network, training={},
    ...                       provenance=Provenance((), min_duration=0.3))
    >>> blueprint.build().output_shape
    (None, 2)
    >>> with TemporaryDirectory() as models:
    ...     blueprint.save(Path(models))
    ...     Blueprint.load(Path(models)) == blueprint
    True
    """

    labels: tuple[str, ...]
    columns: tuple[str, ...]
    frame_rate: float
    recipe: dict[str, Any]
    window_frames: int
    network: str
    network_settings: dict[str, Any]
    training: dict[str, Any]
    provenance: Provenance
    views: tuple[str, ...] = (PLAIN,)
    num_networks: int = 1
    baseline_share: float = 0.0
    network_columns: tuple[str, ...] = ()
    normalisation: Literal["global", "clip", "corpus", "speaker"] = "global"
    statistics: Kind = "functionals"

    @property
    def transductive(self) -> bool:
        """Whether what is said of a clip depends on the other clips of its speaker, test clips among them."""
        return self.normalisation == "speaker"

    def seen(self, clip: Float32) -> Float32:
        """Give the columns of a clip's features that the networks see.

        Parameters
        ----------
        clip : np.ndarray [shape=(frames, columns), dtype=float32]

        Returns
        -------
        np.ndarray [shape=(frames, network columns), dtype=float32]
        """
        if not self.network_columns or self.network_columns == self.columns:
            return clip
        return clip[:, [self.columns.index(name) for name in self.network_columns]]

    def build(self) -> "keras.Model":
        """Make the network with fresh weights, for which this loads TensorFlow; see `classifier.build`.

        Raises
        ------
        ValueError
            If this version has no such network, or one with other settings.
        UserError
            If the network does not fit the window.
        """
        if self.network not in NAMES:
            raise ValueError(f"no network '{self.network}' here; there are {', '.join(NAMES)}")
        from speech_emotion.models import classifier

        settings = settings_of(self.network).model_validate(self.network_settings)
        return classifier.build(self.network, settings, window_frames=self.window_frames,
                                num_columns=len(self.network_columns or self.columns), num_classes=len(self.labels))

    def save(self, models: Path) -> None:
        """Write it into an existing model folder."""
        write_json(models / _DOCUMENT, {"format": _FORMAT, **asdict(self)})

    @classmethod
    def load(cls, models: Path) -> "Blueprint":
        """Read it from a model folder.

        Raises
        ------
        UserError
            If there is none, or it is damaged or of another version.
        """
        path = models / _DOCUMENT
        try:
            with path.open("rb") as file:
                content = file.read(bounds.DOCUMENT_BYTES + 1)
            if len(content) > bounds.DOCUMENT_BYTES:
                raise ValueError(f"it is longer than {bounds.DOCUMENT_BYTES >> 20} MiB")
            document = documents.parse(content)
            if (found := document.pop("format")) != _FORMAT:
                raise UserError(f"{path}: has format {str(found)[:20]}, this version reads {_FORMAT}; train anew")
            blueprint = TypeAdapter(cls).validate_python(document)
            bounds.check(blueprint)
            return blueprint
        except FileNotFoundError as error:
            raise no_model(models) from error
        except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise damaged(path, error) from error


def no_model(folder: Path, reason: str = "") -> UserError:
    """Make the error for a folder without a model."""
    return UserError(f"{folder}: there is no trained model here{reason}; `dvc repro` trains one, `dvc pull models` "
                     "fetches one")


def damaged(what: Path, error: Exception) -> UserError:
    """Make the error for a model that cannot be used."""
    return UserError(f"{what}: this trained model is damaged or of another version ({_reason(error)}); train it anew "
                     "with `dvc repro --force train_cnn`")


def _reason(error: Exception) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    first, *others = error.errors()  # of which a foreign document has as many as it is long
    more = f", and {len(others)} more" if others else ""
    return f"{'.'.join(map(str, first['loc']))[:80]}: {first['msg']}{more}"


def write_json(path: Path, document: object) -> None:
    """Write a document for programs and people."""
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
