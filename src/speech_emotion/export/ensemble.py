"""Models of all folds as one graph, from samples to probabilities; see `prediction.predictor`, which it equals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.export import features, layers, signals
from speech_emotion.export.functionals import Measured
from speech_emotion.export.graph import Graph, in_blocks
from speech_emotion.export.tensor import Tensor, concatenated, where
from speech_emotion.export.windows import Windows
from speech_emotion.models.blueprint import Blueprint
from speech_emotion.models.bundle import Bundle
from speech_emotion.models.calibration import Calibration
from speech_emotion.models.fusion import Fusion
from speech_emotion.params.extract_mfcc import Recipe
from speech_emotion.params.train_cnn import MAIN
from speech_emotion.temperature import SMALLEST

WINDOWS = 64
"""Windows that are judged at a time, at most."""


@dataclass(frozen=True)
class Said:
    """What a branch says of a clip.

    Attributes
    ----------
    first : Tensor [shape=(windows,), dtype=int64]
        The frame with which each window begins.
    windows : Tensor [shape=(windows, folds, classes), dtype=float32]
        Probabilities, of the clip at its own speed.
    clip : Tensor [shape=(folds, classes), dtype=float32]
        Of the whole clip.
    """

    first: Tensor
    windows: Tensor
    clip: Tensor


def outputs(
    samples: Tensor, branches: Mapping[str, Sequence[Bundle]], fusions: Sequence[Fusion],
    calibrations: Sequence[Calibration] = (), *, loops: bool = True
) -> dict[str, Tensor]:
    """Judge a clip.

    Parameters
    ----------
    samples : Tensor [shape=(n,), dtype=float32]
        At the models' sample rate.
    branches : mapping from str to sequence of Bundle
        The main branch first, of each as many folds.
    fusions : sequence of Fusion
        How the branches of each fold become one, if there are several.
    calibrations : sequence of Calibration
        What is then done to each fold's probabilities; none for nothing.
    loops : bool
        Whether frames and windows of long clips are computed some at a time.

    Returns
    -------
    dict from str to Tensor
        ``probabilities`` [classes], ``windows`` [windows, classes] and ``starts`` [windows] in s.

    Raises
    ------
    UserError
        If a setting of the models cannot be exported.
    """
    main = branches[MAIN][0].blueprint
    recipes = {name: Recipe.model_validate(bundles[0].blueprint.recipe) for name, bundles in branches.items()}
    for name, recipe in recipes.items():
        if (recipe.sample_rate, recipe.resampler) != (recipes[MAIN].sample_rate, recipes[MAIN].resampler):
            raise UserError(f"extract_mfcc.branches.{name}: a branch of another sample_rate or resampler cannot be "
                            "exported; train without it, or predict with the model folder")
    said = {name: _branch(samples, bundles, recipes[name], loops=loops) for name, bundles in branches.items()}
    first, classes = said[MAIN].first, len(main.labels)
    windows, clip = said[MAIN].windows, said[MAIN].clip
    if len(said) > 1:
        middles = {name: (each.first * 2 + branches[name][0].blueprint.window_frames) * recipes[name].hop_length
                   for name, each in said.items()}
        near = {name: (middles[MAIN].reshape(-1, 1) - middles[name].reshape(1, -1)).abs().cast(np.float32)
                .arg("Min", 1) for name in said}
        windows = _fused({name: each.windows.gather(near[name]) for name, each in said.items()}, fusions)
        clip = _fused({name: each.clip for name, each in said.items()}, fusions)
    if any(each.applied for each in calibrations):
        temperatures = [each.temperature if each.applied else 1.0 for each in calibrations]
        windows, clip = _softened(windows, temperatures), _softened(clip, temperatures)
    return {"probabilities": clip.mean(0).reshape(classes), "windows": windows.mean(1).reshape(-1, classes),
            "starts": first.cast(np.float32) / main.frame_rate}


def _fused(probabilities: Mapping[str, Tensor], fusions: Sequence[Fusion]) -> Tensor:
    """Fuse the branches of each fold, as `Fusion` does; [..., folds, classes]."""
    total: Tensor | None = None
    for name, each in probabilities.items():
        shares = [fusion.shares[name] for fusion in fusions]
        weights = [share.weight / sum(one.weight for one in fusion.shares.values())
                   for share, fusion in zip(shares, fusions, strict=True)]
        weighed = _softened(each, [share.temperature for share in shares]) * np.array([[weight] for weight in weights])
        total = weighed if total is None else total + weighed
    assert total is not None
    return total


def _softened(probabilities: Tensor, temperatures: Sequence[float]) -> Tensor:
    """Soften [..., folds, classes], each fold by its own temperature, as `temperature.softened` does."""
    logarithms = probabilities.at_least(SMALLEST).log()
    return (logarithms / np.array([[each] for each in temperatures])).softmax()


def _branch(samples: Tensor, bundles: Sequence[Bundle], recipe: Recipe, *, loops: bool) -> Said:
    graph, blueprint = samples.graph, bundles[0].blueprint
    if blueprint.normalisation == "speaker":
        raise UserError("train_cnn.normalisation: speaker cannot be exported, since it takes other clips of the same "
                        "speaker; train with global or clip")
    features.require_exact(recipe, blueprint.views, _in_pauses(bundles))
    matrices = features.matrices([signals.prepared(samples, recipe, view) for view in blueprint.views], recipe,
                                 features.FRAMES if loops else None)
    of_views = [(Windows.of(each.size(0), blueprint.window_frames), each.size(0)) for each in matrices]
    every = Windows.after_one_another(of_views)
    shown = _shown(matrices, bundles) if any(bundle.networks for bundle in bundles) else None
    measured = None
    if shown is None or blueprint.baseline_share:
        measured = Measured.of(concatenated(matrices, 0), blueprint.columns, blueprint.statistics)
    classes, folds = len(blueprint.labels), len(bundles)

    def judge(begin: Tensor, size: Tensor) -> list[tuple[Tensor, int]]:
        at = (graph.arange(size) + begin).at_most(every.count - 1)
        rows, inside = every.rows(at, blueprint.window_frames)
        of_networks = None if shown is None else _by_networks(shown, rows, inside, bundles)
        of_baseline = None if measured is None else _by_baseline(measured.statistics(rows, inside), bundles)
        return [(_mixed(of_networks, of_baseline, blueprint.baseline_share).reshape(-1, folds * classes),
                 folds * classes)]

    said, = in_blocks(graph, every.count, WINDOWS if loops else None, judge)
    own, begin = [], graph.constant([0])
    for windows, _ in of_views:
        own.append(said.slice(0, begin, begin + windows.count).reshape(-1, folds, classes))
        begin = begin + windows.count
    clip = own[0].mean(0)
    for other in own[1:]:
        clip = clip + other.mean(0)
    return Said(of_views[0][0].first, own[0], clip / float(len(own)))


def _in_pauses(bundles: Sequence[Bundle]) -> set[str]:
    """Name the columns that count in pauses: the baseline leaves these out where it knows the level."""
    blueprint = bundles[0].blueprint
    counted: set[str] = set()
    if any(bundle.networks for bundle in bundles):
        counted |= {*(blueprint.network_columns or blueprint.columns)}
    if (not counted or blueprint.baseline_share) and (
            blueprint.statistics != "functionals" or "rms" not in blueprint.columns):
        counted |= {*blueprint.columns}
    return counted


def _shown(matrices: Sequence[Tensor], bundles: Sequence[Bundle]) -> list[Tensor]:
    """Normalise the columns that networks see, as each fold does; each [frames + 1, columns], the last frame zeros."""
    blueprint = bundles[0].blueprint
    if blueprint.normalisation == "clip":
        normalised = [concatenated([_of_clip(_seen(each, blueprint)) for each in matrices], 0)] * len(bundles)
    else:
        seen = _seen(concatenated(matrices, 0), blueprint)
        scales = [bundle.scale(np.zeros((1, len(blueprint.columns)), np.float32)).frames for bundle in bundles]
        normalised = [(seen - scale.mean) / scale.std for scale in scales]
    return [each.pad((0, 1), (0, 0)) for each in normalised]


def _seen(frames: Tensor, blueprint: Blueprint) -> Tensor:
    """Take the columns that the networks see."""
    if not blueprint.network_columns or blueprint.network_columns == blueprint.columns:
        return frames
    at = [blueprint.columns.index(name) for name in blueprint.network_columns]
    if at == list(range(at[0], at[0] + len(at))):
        return frames.slice(1, at[0], at[0] + len(at))
    return frames.gather(at, axis=1)


def _of_clip(seen: Tensor) -> Tensor:
    """Normalise by the clip's own mean and deviation."""
    moved = seen - seen.slice(0, 0, 1)  # so that what never changes has a deviation of exactly 0
    centred = moved - moved.mean(0, keep=True)
    deviation = (centred * centred).mean(0, keep=True).sqrt()
    return centred / (deviation + (deviation <= 0.0).cast(np.float32))


def _mixed(of_networks: Tensor | None, of_baseline: Tensor | None, share: float) -> Tensor:
    """Average probabilities [m, folds, classes], of which there is one kind at least."""
    if of_networks is None or of_baseline is None:
        only = of_networks or of_baseline
        assert only is not None
        return only
    return of_networks * (1 - share) + of_baseline * share


def _by_baseline(measured: Tensor, bundles: Sequence[Bundle]) -> Tensor:
    weights = np.concatenate([bundle.baseline.weights for bundle in bundles], axis=1)
    bias = np.concatenate([bundle.baseline.bias for bundle in bundles])
    # In float64: large numbers that nearly cancel out are added up.
    logits = measured.cast(np.float64) @ weights + bias
    return logits.cast(np.float32).reshape(-1, len(bundles), len(bundles[0].blueprint.labels)).softmax()


def _by_networks(shown: Sequence[Tensor], rows: Tensor, inside: Tensor, bundles: Sequence[Bundle]) -> Tensor:
    classes = len(bundles[0].blueprint.labels)
    own = []
    for bundle, frames in zip(bundles, shown, strict=True):
        windows = frames.gather(where(inside, rows, frames.size(0) - 1))
        logits = [layers.logits(network, windows) for network in bundle.networks]
        total = logits[0]
        for other in logits[1:]:
            total = total + other
        own.append((total / float(len(logits))).softmax().reshape(-1, 1, classes))
    return concatenated(own, 1)


def graph_of(branches: Mapping[str, Sequence[Bundle]], fusions: Sequence[Fusion],
             calibrations: Sequence[Calibration] = (), *, loops: bool = True) -> tuple[Graph, dict[str, Tensor]]:
    """Make the whole graph, with its one input ``samples``; see `outputs`."""
    graph = Graph()
    return graph, outputs(graph.input("samples", np.float32, ["n"]), branches, fusions, calibrations, loops=loops)
