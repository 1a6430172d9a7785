"""Models of all folds as one graph, from samples to probabilities; see `prediction.predictor`, which it equals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from speech_emotion.core.errors import UserError
from speech_emotion.export import features, functionals, layers, signals
from speech_emotion.export.graph import Graph, in_blocks
from speech_emotion.export.tensor import Tensor, concatenated
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
    frames = concatenated([_with_normalised(each, blueprint) for each in matrices], 0)
    classes, folds = len(blueprint.labels), len(bundles)

    def judge(begin: Tensor, size: Tensor) -> list[tuple[Tensor, int]]:
        at = (graph.arange(size) + begin).at_most(every.count - 1)
        windows, inside = every.cut(frames, at, blueprint.window_frames)
        return [(_judged(windows, inside, bundles), folds * classes)]

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


def _seen(frames: Tensor, blueprint: Blueprint, axis: int) -> Tensor:
    """Take the columns that the networks see."""
    if not blueprint.network_columns or blueprint.network_columns == blueprint.columns:
        return frames.slice(axis, 0, len(blueprint.columns))
    at = [blueprint.columns.index(name) for name in blueprint.network_columns]
    if at == list(range(at[0], at[0] + len(at))):
        return frames.slice(axis, at[0], at[0] + len(at))
    return frames.gather(at, axis=axis)


def _with_normalised(frames: Tensor, blueprint: Blueprint) -> Tensor:
    """Put the columns that the networks see beside the features, normalised, if that takes the whole clip."""
    if blueprint.normalisation != "clip":
        return frames
    seen = _seen(frames, blueprint, 1)
    moved = seen - seen.slice(0, 0, 1)  # so that what never changes has a deviation of exactly 0
    centred = moved - moved.mean(0, keep=True)
    deviation = (centred * centred).mean(0, keep=True).sqrt()
    return concatenated([frames, centred / (deviation + (deviation <= 0.0).cast(np.float32))], 1)


def _judged(windows: Tensor, inside: Tensor, bundles: Sequence[Bundle]) -> Tensor:
    """Judge some windows [m, window_frames, columns]; probabilities [m, folds * classes]."""
    blueprint = bundles[0].blueprint
    share, width = blueprint.baseline_share, len(blueprint.columns)
    networks = of_baseline = None
    if any(bundle.networks for bundle in bundles):
        networks = _by_networks(windows, inside, bundles)
    if networks is None or share:
        measured = functionals.statistics(windows.slice(2, 0, width), inside, blueprint.columns, blueprint.statistics)
        of_baseline = _by_baseline(measured, bundles)
    if networks is None or of_baseline is None:
        return _flat(networks or of_baseline, bundles)
    return _flat(networks * (1 - share) + of_baseline * share, bundles)


def _flat(probabilities: Tensor | None, bundles: Sequence[Bundle]) -> Tensor:
    assert probabilities is not None
    return probabilities.reshape(-1, len(bundles) * len(bundles[0].blueprint.labels))


def _by_baseline(measured: Tensor, bundles: Sequence[Bundle]) -> Tensor:
    weights = np.concatenate([bundle.baseline.weights for bundle in bundles], axis=1)
    bias = np.concatenate([bundle.baseline.bias for bundle in bundles])
    # In float64: large numbers that nearly cancel out are added up.
    logits = measured.cast(np.float64) @ weights + bias
    return logits.cast(np.float32).reshape(-1, len(bundles), len(bundles[0].blueprint.labels)).softmax()


def _by_networks(windows: Tensor, inside: Tensor, bundles: Sequence[Bundle]) -> Tensor:
    blueprint, classes = bundles[0].blueprint, len(bundles[0].blueprint.labels)
    within = inside.cast(np.float32).reshape(0, 0, 1)
    own = []
    for bundle in bundles:
        if blueprint.normalisation == "clip":
            seen = windows.slice(2, len(blueprint.columns))
        else:
            scale = bundle.scale(np.zeros((1, len(blueprint.columns)), np.float32)).frames
            seen = (_seen(windows, blueprint, 2) - scale.mean) / scale.std
        shown = seen * within
        logits = [layers.logits(network, shown) for network in bundle.networks]
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
