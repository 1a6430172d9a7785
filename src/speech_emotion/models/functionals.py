"""A stretch of frames, whatever its length, as one vector: what the baseline without a network tells emotions by."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from speech_emotion.arrays import Float32

Kind = Literal["functionals", "mean", "mean_std"]
"""What a stretch is summed up by: all of `statistics`, or of each column the mean (and the standard deviation)."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
ACTIVE_DB = 30.0
"""Frames this far below the loudest one are pauses, and left out."""
STEADY_SEMITONES = 1.0
"""A voice moves less than this from frame to frame; a tracker that jumps farther has found no voice."""
FEWEST_FRAMES = 10
"""With fewer frames of speech, or of voice, all frames are measured."""
COARSE = 13
"""So many columns of a feature, from its first one on, are correlated: of MFCCs those that tell the rough spectrum."""


def statistics(window: Float32, columns: Sequence[str], kind: Kind = "functionals") -> np.ndarray:
    """Sum a stretch of frames up, whatever its length.

    Of every column: mean, standard deviation, five quantiles, the range between quartiles, standard deviation and mean
    size of its change over two frames, and its slope. Of every pair of columns that have no number or one below 13
    (as mfcc_12): their correlation over the frames. Where there is a column `rms`, it is taken in dB; frames 30 dB or
    more below the loudest are left out of all statistics; and further ones are how far the mean of each column lies
    from its mean over all frames in the loudest third of the frames, and in the softest. Where there is a column `f0`,
    it is taken in semitones, in its own statistics over the frames in which it moves by less than one; the share of
    those is a further statistic.

    Parameters
    ----------
    window : np.ndarray [shape=(frames, columns), dtype=float32]
        Features, not normalised; at least one frame.
    columns : sequence of str
        Their names.
    kind : {"functionals", "mean", "mean_std"}
        All of that, or of each column just the mean, or mean and standard deviation, which is for features that are
        statistics already, or frames of an encoder.

    Returns
    -------
    np.ndarray [shape=(statistics,), dtype=float64]

    Examples
    --------
    >>> ramp = np.arange(5, dtype=np.float32)[:, np.newaxis]
    >>> statistics(ramp, ["zcr"]).round(2).tolist()
    [2.0, 1.41, 0.2, 1.0, 2.0, 3.0, 3.8, 2.0, 0.0, 2.0, 2.0]
    """
    names, frames = list(columns), window.astype(np.float64)
    if kind != "functionals":
        spread = [frames.std(axis=0)] if kind == "mean_std" else []
        return np.concatenate([frames.mean(axis=0), *spread])
    speech = np.ones(len(frames), dtype=bool)
    if "rms" in names:
        level = frames[:, names.index("rms")]
        level[:] = 20 * np.log10(np.maximum(level, 1e-6))
        speech = _enough(level > level.max() - ACTIVE_DB, speech)
    if "f0" not in names:
        return np.concatenate([_of_columns(frames[speech]).ravel(), *_of_pairs(frames[speech], names)])
    at = names.index("f0")
    found = frames[:, at] > 0
    pitch = frames[:, at]
    pitch[:] = 12 * np.log2(np.maximum(pitch, 1.0))
    steady = np.abs(np.diff(pitch, prepend=np.inf)) < STEADY_SEMITONES
    voiced = _enough(speech & steady & found, speech)
    others = _of_columns(np.delete(frames[speech], at, axis=1))
    return np.concatenate([others.ravel(), _of_columns(pitch[voiced, np.newaxis]).ravel(),
                           *_of_pairs(frames[speech], names), [voiced.mean(), speech.mean()]])


def _enough(chosen: np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    return chosen if np.count_nonzero(chosen) >= FEWEST_FRAMES else otherwise


def _of_columns(frames: np.ndarray) -> np.ndarray:
    """Statistics [statistics, columns] of frames [frames, columns], each column for itself."""
    quantiles = np.quantile(frames, QUANTILES, axis=0)
    changes = frames[2:] - frames[:-2] if len(frames) > 2 else np.zeros((1, frames.shape[1]))
    time = np.linspace(-1, 1, len(frames))[:, np.newaxis] if len(frames) > 1 else np.zeros((1, 1))
    slope = (frames * time).sum(axis=0) / max(float((time**2).sum()), 1.0)
    return np.stack([
        frames.mean(axis=0), frames.std(axis=0), *quantiles, quantiles[3] - quantiles[1],
        changes.std(axis=0), np.abs(changes).mean(axis=0), slope,
    ])


def _of_pairs(frames: np.ndarray, names: list[str]) -> list[np.ndarray]:
    """Say how columns go together: correlations, and columns where it is loud and where it is soft."""
    numbers = [name.rpartition("_")[2] for name in names]
    coarse = frames[:, [not number.isdecimal() or int(number) < COARSE for number in numbers]]
    scaled = (coarse - coarse.mean(axis=0)) / (coarse.std(axis=0) + 1e-6)
    # Not by BLAS, whose kernels differ with the kind of processor.
    correlations = np.einsum("fi,fj->ij", scaled, scaled) / len(frames)
    pairs = [correlations[np.triu_indices(len(correlations), 1)]]
    if "rms" in names:
        level = frames[:, names.index("rms")]
        soft, loud = np.quantile(level, (1 / 3, 2 / 3))
        pairs += [frames[which].mean(axis=0) - frames.mean(axis=0) for which in (level >= loud, level <= soft)]
    return pairs
