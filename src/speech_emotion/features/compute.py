"""Samples or a file to the feature matrix: one definition for extraction and for prediction."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.audio import resampling
from speech_emotion.audio.spool import Signal, SignalT
from speech_emotion.features import preparation, registry, views
from speech_emotion.features.analysis import Analysis, Reduction
from speech_emotion.features.feature import Feature
from speech_emotion.features.perturbation import perturbed

if TYPE_CHECKING:  # that schema looks the features up, in this package
    from speech_emotion.params.base import Section
    from speech_emotion.params.extract_mfcc import Recipe


def columns(recipe: "Recipe") -> list[str]:
    """Names of the feature matrix's columns, such as "mfcc_0", "mfcc_delta_0", "log_mel_12", "rms".

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> columns(load("params.yaml", ExtractMfcc))[:3]
    ['mfcc_0', 'mfcc_1', 'mfcc_2']
    """
    return [name for chosen in _chosen(recipe) for name in chosen.feature.columns(chosen.settings)]


def frame_rate(recipe: "Recipe") -> float:
    """Frames per second, in which all features of a recipe agree.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> frame_rate(load("params.yaml", ExtractMfcc))
    100.0
    """
    first = _chosen(recipe)[0]
    return first.feature.frame_rate(first.settings, recipe.sample_rate, recipe.hop_length)


def rounding(recipe: "Recipe", view: str = views.PLAIN) -> frozenset[str]:
    """Which functions of `arithmetic` show in the features of a view.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> sorted(rounding(load("params.yaml", ExtractMfcc)))
    ['log of float32']
    """
    return views.rounding(view).union(*(chosen.feature.rounding for chosen in _chosen(recipe)))


def prepare(samples: SignalT, recipe: "Recipe", *, view: str = views.PLAIN, digest: str = "") -> SignalT:
    """Apply what comes between decoding and features: trimming, a view, level, pre-emphasis.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono samples at ``recipe.sample_rate``, as `resampling.load_signal` gives them.
    recipe : Recipe
        What decides the numbers.
    view, digest : str
        Which view of which clip; see `perturbation.perturbed`.

    Returns
    -------
    np.ndarray [shape=(m,), dtype=float32] or Spool
        In memory or on disk, as `samples` are.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import tone
    >>> prepare(tone(0, duration=0.5), load("params.yaml", ExtractMfcc), view="speed-0.5").shape
    (16000,)
    """
    samples = preparation.trimmed(samples, recipe.trim_db)
    samples = perturbed(view, samples, recipe.sample_rate, digest)
    if level := recipe.level:
        samples = preparation.levelled(samples, recipe.sample_rate, level.method, level.target_db)
    return preparation.pre_emphasised(samples, recipe.pre_emphasis)


def features(samples: Signal, recipe: "Recipe") -> Float32:
    """Compute the feature matrix of prepared samples.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        From `prepare`, ``n > 0``.
    recipe : Recipe
        What decides the numbers.

    Returns
    -------
    np.ndarray [shape=(frames, len(columns(recipe))), dtype=float32]
        Frame ``t`` is centred at ``t / frame_rate(recipe)`` seconds. Each feature equals the librosa call that its
        function names, with the same settings.

    Raises
    ------
    ValueError
        If a feature's matrix has not the columns that it announced, or other frames than the first feature's.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import tone
    >>> recipe = load("params.yaml", ExtractMfcc)
    >>> features(prepare(tone(0, duration=0.5), recipe), recipe).shape
    (51, 43)
    """
    chosen = _chosen(recipe)
    asked = _asked(recipe)
    clip = Analysis(samples, recipe.sample_rate, recipe.hop_length, asked[0])
    matrix: Float32 | None = None
    at = 0
    for number, each in enumerate(chosen, start=1):
        part = each.feature.compute(clip, each.settings)
        clip.keep(asked[number])
        expected = (len(part) if matrix is None else len(matrix), each.width)
        if part.shape != expected:
            raise ValueError(f"the feature {each.name} gives {part.shape} frames and columns in place of {expected}")
        if len(chosen) == 1:
            return np.ascontiguousarray(part)
        if matrix is None:  # in place of a list of parts, which would hold hours twice
            matrix = np.empty((len(part), sum(one.width for one in chosen)), dtype=np.float32)
        matrix[:, at : at + each.width] = part
        del part
        at += each.width
    assert matrix is not None  # a recipe has a feature
    return matrix


def each_view(samples: Signal, recipe: "Recipe", names: Sequence[str], digest: str = "") -> Iterator[Float32]:
    """Compute the feature matrices of some views of a clip, one when the one before has been taken.

    A long recording's samples and features take room, in memory or on disk. So this lets go of the samples before it
    computes the last view's features; whoever calls had better not hold them either.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32] or Spool
        Mono samples at ``recipe.sample_rate``, as `resampling.load_signal` gives them.
    recipe : Recipe
        What decides the numbers.
    names : sequence of str
        Of the views; see `views.names`.
    digest : str
        The clip's; see `perturbation.perturbed`.

    Yields
    ------
    np.ndarray [shape=(frames, columns), dtype=float32]
        `features` of what `prepare` makes of each view.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import tone
    >>> [len(view) for view in each_view(tone(duration=0.5), load("params.yaml", ExtractMfcc), ["", "speed-0.5"])]
    [51, 101]
    """
    held = [samples]
    del samples
    for left in range(len(names) - 1, -1, -1):
        prepared = [prepare(held[0], recipe, view=names[-1 - left], digest=digest)]
        if not left:
            held.clear()
        yield features(prepared.pop(), recipe)


def compute(samples: Float32, sample_rate: int, recipe: "Recipe") -> Float32:
    """Compute the feature matrix of a decoded clip.

    Parameters
    ----------
    samples : np.ndarray [shape=(n,), dtype=float32]
        Mono samples in [-1, 1], ``n > 0``.
    sample_rate : int > 0
        Of `samples`, in Hz.
    recipe : Recipe
        What decides the numbers.

    Returns
    -------
    np.ndarray [shape=(frames, columns), dtype=float32]
        See `features`.

    Examples
    --------
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import tone
    >>> compute(tone(0, duration=0.5, sample_rate=8000), 8000, load("params.yaml", ExtractMfcc)).shape
    (51, 43)
    """
    samples = resampling.resampled(samples, sample_rate, recipe.sample_rate, recipe.resampler)
    return features(prepare(samples, recipe), recipe)


def from_file(path: Path | str, recipe: "Recipe") -> Float32:
    """Compute the feature matrix of an audio file, exactly as extraction does.

    Returns
    -------
    np.ndarray [shape=(frames, columns), dtype=float32]
        See `features`.

    Raises
    ------
    UnreadableAudio
        If the file is not audio, is damaged, or holds no samples.

    Examples
    --------
    >>> import tempfile
    >>> from speech_emotion.params.base import load
    >>> from speech_emotion.params.extract_mfcc import ExtractMfcc
    >>> from speech_emotion.testing import write_clip
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     clip = write_clip(Path(folder) / "a.flac", duration=0.5, sample_rate=48000)
    ...     from_file(clip, load("params.yaml", ExtractMfcc)).shape
    (51, 43)
    """
    signal, _ = resampling.load_signal(path, recipe.sample_rate, recipe.resampler)
    return features(prepare(signal, recipe), recipe)


class _Chosen(NamedTuple):
    name: str
    feature: Feature[Any]
    settings: "Section"
    width: int


@lru_cache(maxsize=4)
def _chosen(recipe: "Recipe") -> tuple[_Chosen, ...]:
    every = registry.features()
    return tuple(
        _Chosen(name, feature := every[name], settings, len(feature.columns(settings)))
        for name, settings in recipe.features.chosen().items())


@lru_cache(maxsize=4)
def _asked(recipe: "Recipe") -> tuple[tuple[Reduction, ...], ...]:
    """Say what all features keep of power spectra, those behind the first, those behind the second, and so on."""
    asked = [feature.reduction(settings, recipe.sample_rate) if feature.reduction else None
             for _, feature, settings, _ in _chosen(recipe)]
    return tuple(tuple(filter(None, asked[first:])) for first in range(len(asked) + 1))
