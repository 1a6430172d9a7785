"""A model folder to one file."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speech_emotion.core.errors import UserError
from speech_emotion.core.files import replacing
from speech_emotion.corpora.registry import CORPORA
from speech_emotion.export.ensemble import graph_of
from speech_emotion.export.precision import reduced
from speech_emotion.models import bundle
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.calibration import Calibration
from speech_emotion.models.fusion import Fusion
from speech_emotion.models.identity import digest
from speech_emotion.params.train_cnn import MAIN
from speech_emotion.portable.card import OUTPUTS, Card, Precision
from speech_emotion.prediction.predictor import Predictor

LITERT = ".tflite"
"""What the name of a LiteRT file ends in."""


@dataclass(frozen=True)
class Trained:
    """Trained models, read from a model folder.

    Attributes
    ----------
    branches : dict from str to list of Bundle
        The main branch first, of each as many folds.
    fusions : list of Fusion
        How the branches of each fold become one, if there are several.
    predictor : Predictor
        What the pipeline itself judges with, and what an exported file equals.
    digest : str or None
        The folder's name by its content; see `models.identity.digest`. None if they are of no folder.
    calibrations : sequence of Calibration
        What is then done to each fold's probabilities; none for nothing.
    """

    branches: Mapping[str, Sequence[Bundle]]
    fusions: Sequence[Fusion]
    predictor: Predictor
    digest: str | None = None
    calibrations: Sequence[Calibration] = ()


@dataclass(frozen=True)
class Written:
    """What has been written.

    Attributes
    ----------
    path : Path
        The file.
    num_bytes : int
        Its size.
    folds, networks : int
        Models in it, and networks in all of them.
    """

    path: Path
    num_bytes: int
    folds: int
    networks: int


def load(models: Path, fold: int | None = None) -> Trained:
    """Read trained models.

    Parameters
    ----------
    models : Path
        The pipeline's model folder, or one fold's folder in it.
    fold : int or None
        Take this fold alone.

    Raises
    ------
    UserError
        If there is no usable model.
    """
    folder = models if fold is None else models / f"fold-{fold}"
    main, branches, fusions, calibrations = bundle.load_branches(folder)
    return Trained({MAIN: main, **branches}, fusions, Predictor(main, branches, fusions, calibrations), digest(folder),
                   calibrations)


def write(
    trained: Trained, output: Path, *, precision: Precision = Precision.FLOAT32, scores: Mapping[str, Any] | None = None
) -> Written:
    """Write trained models as one file.

    Parameters
    ----------
    trained : Trained
        What `load` gave.
    output : Path
        Where; a name that ends in .tflite for LiteRT, any other for ONNX.
    precision : Precision
        How the networks' weights are stored.
    scores : mapping from str to object, or None
        What evaluation found of these models (metrics/evaluate.json), for the file's metadata.

    Returns
    -------
    Written

    Raises
    ------
    UserError
        If a setting of the models cannot be exported; it is named.
    """
    litert = output.suffix == LITERT
    if litert and precision is not Precision.FLOAT32:
        raise UserError(f"{output}: LiteRT files are written in {Precision.FLOAT32} only; leave --precision out, or "
                        "write an ONNX file")
    graph, outputs = graph_of(trained.branches, trained.fusions, trained.calibrations, loops=not litert)
    classes = len(trained.predictor.labels)
    model = graph.model(outputs, Card.entries(document(trained, precision, scores)), {
        "probabilities": [classes], "windows": ["windows", classes], "starts": ["windows"]})
    content = reduced(model, graph.weights, precision).SerializeToString(deterministic=True)
    if litert:
        from speech_emotion.export.litert import converted

        content = converted(model)
    with replacing(output) as temporary:
        temporary.write_bytes(content)
    return Written(output, len(content), len(trained.predictor.bundles),
                   sum(len(each.networks) for bundles in trained.branches.values() for each in bundles))


def document(trained: Trained, precision: Precision, scores: Mapping[str, Any] | None) -> dict[str, Any]:
    """Say what an exported model is, for the file's metadata; see docs/export.md."""
    blueprint, predictor = trained.predictor.bundles[0].blueprint, trained.predictor
    corpora = [{**dataclasses.asdict(use), "licence": CORPORA[use.name].licence if use.name in CORPORA else None}
               for use in blueprint.provenance.corpora]
    said: dict[str, Any] = json.loads(json.dumps({
        "labels": predictor.labels,
        "sample_rate": predictor.recipe.sample_rate,
        "resampler": predictor.recipe.resampler,
        "window_seconds": blueprint.window_frames / blueprint.frame_rate,
        "min_duration": predictor.min_duration,
        "synthetic": predictor.synthetic,
        "outputs": OUTPUTS,
        "corpora": corpora,
        "licences": sorted({each["licence"] for each in corpora if each["licence"]}),
        "scores": scores,
        "validation": [dataclasses.asdict(each) for each in blueprint.provenance.validation],
        "views": blueprint.views,
        "branches": {name: {
            "features": bundles[0].blueprint.recipe, "network": bundles[0].blueprint.network,
            "networks": [len(each.networks) for each in bundles],
            "baseline_share": bundles[0].blueprint.baseline_share,
            "normalisation": bundles[0].blueprint.normalisation,
        } for name, bundles in trained.branches.items()},
        "temperatures": [each.temperature if each.applied else None for each in trained.calibrations],
        "precision": precision.value,
        "model": trained.digest,
    }))
    return said


def read_scores(path: Path, labels: Sequence[str]) -> dict[str, Any] | None:
    """Read what evaluation found, if it is of these labels.

    Returns
    -------
    dict from str to object, or None
        None if there is no such file, or it is of other labels.

    Raises
    ------
    UserError
        If the file is damaged.
    """
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        said = found["labels"]
        tested = {label for part in (said["tested"], said["untested"]) for label in part.split(", ") if label}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: these scores are damaged ({error}); write them anew with `dvc repro evaluate`, or "
                        "name another file (--scores)") from error
    return found if tested == set(labels) else None
