"""Statistics of windows, as parts of a graph; see `models.functionals`, which says what they are.

All windows have one size here, and frames that do not count stand behind those that do. What is measured is taken
relative to a window's first frame that counts, so that a column that never changes has a deviation of exactly 0.
"""

from collections.abc import Sequence

import numpy as np

from speech_emotion.export.tensor import Tensor, concatenated, where
from speech_emotion.models import functionals
from speech_emotion.models.functionals import Kind

_FAR = 1e30
"""Stands in for frames that do not count, behind all others in order."""


def statistics(windows: Tensor, inside: Tensor, columns: Sequence[str], kind: Kind) -> Tensor:
    """Sum windows up.

    Parameters
    ----------
    windows : Tensor [shape=(m, window_frames, columns), dtype=float32]
        Features, not normalised.
    inside : Tensor [shape=(m, window_frames), dtype=bool]
        Which frames are the clip's.
    columns : sequence of str
        Their names.
    kind : {"functionals", "mean", "mean_std"}
        What is measured; see `models.functionals.statistics`.

    Returns
    -------
    Tensor [shape=(m, statistics), dtype=float32]
    """
    names = list(columns)
    if kind != "functionals":
        every = _Frames.of(windows, inside)
        return concatenated([every.mean, *([every.deviation] if kind == "mean_std" else [])], 1)
    speech = inside
    if "rms" in names:
        level = _column(windows, names, "rms").at_least(1e-6).log() * (20 / np.log(10))
        windows = _replaced(windows, names, "rms", level)
        loudest = where(inside, level, -_FAR).largest(1, keep=True)
        speech = _enough(inside & (level > loudest - functionals.ACTIVE_DB), inside)
    if "f0" not in names:
        frames = _Frames.of(windows, speech)
        return concatenated([*frames.of_columns(), *_of_pairs(frames, names)], 1)
    found = _column(windows, names, "f0")
    pitch = found.at_least(1.0).log() * (12 / np.log(2))
    windows = _replaced(windows, names, "f0", pitch)
    # A window's first frame has none before it: what lies in front of the clip is no frame of it either.
    moved = (pitch.slice(1, 1) - pitch.slice(1, 0, -1)).abs().pad((0, 0), (1, 0))
    second = inside & inside.cast(np.float32).slice(1, 0, -1).pad((0, 0), (1, 0)).cast(np.bool_)
    steady = second & (moved < functionals.STEADY_SEMITONES) & (found > 0.0)
    voiced = _enough(speech & steady, speech)
    frames, voice = _Frames.of(windows, speech), _Frames.of(pitch.reshape(0, 0, 1), voiced)
    others = [at for at, name in enumerate(names) if name != "f0"]
    total = _count(inside)
    return concatenated([
        *(each.gather(others, axis=1) for each in frames.of_columns()), *voice.of_columns(), *_of_pairs(frames, names),
        _count(voiced) / total, _count(speech) / total], 1)


def _column(windows: Tensor, names: list[str], name: str) -> Tensor:
    at = names.index(name)
    return windows.slice(2, at, at + 1).reshape(0, 0)


def _replaced(windows: Tensor, names: list[str], name: str, column: Tensor) -> Tensor:
    at = names.index(name)
    parts = [windows.slice(2, 0, at)] if at else []
    parts.append(column.reshape(0, 0, 1))
    parts += [windows.slice(2, at + 1)] if at + 1 < len(names) else []
    return concatenated(parts, 2)


def _count(mask: Tensor) -> Tensor:
    return mask.cast(np.float32).sum(1, keep=True)


def _enough(chosen: Tensor, otherwise: Tensor) -> Tensor:
    enough = _count(chosen) >= float(functionals.FEWEST_FRAMES)
    return (enough & chosen).then("Or", ~enough & otherwise)


class _Frames:
    """Frames that count, in order and in front of all others, and what is measured of each column."""

    def __init__(self, rows: Tensor, count: Tensor, valid: Tensor) -> None:
        self.count, self.valid = count, valid  # [m, 1], [m, 1, frames]
        self.first = rows.slice(2, 0, 1)  # [m, columns, 1]
        self.rows = (rows - self.first) * valid  # [m, columns, frames]
        self.mean_of_rows = self._mean(self.rows)
        self.centred = (self.rows - self.mean_of_rows) * valid

    @classmethod
    def of(cls, windows: Tensor, chosen: Tensor) -> "_Frames":
        """Take the frames that are chosen [m, frames] out of windows [m, frames, columns]."""
        graph, size, width = windows.graph, windows.size(1), windows.size(2)
        place, count = graph.arange(size), _count(chosen)
        # No more of them than the fullest window has (and three, of which there is a change).
        most = count.largest(0, 1).cast(np.int64).reshape(1).at_least(3).at_most(size)
        order = (place.reshape(1, -1) + (~chosen).cast(np.int64) * size).cast(np.float32).ordered(most, index=True)
        order = order + (graph.arange(windows.size(0)) * size).reshape(-1, 1)
        rows = windows.reshape(-1, width).gather(order).transpose(0, 2, 1)
        valid = (graph.arange(most).cast(np.float32).reshape(1, -1) < count).cast(np.float32).reshape(0, 1, -1)
        return cls(rows, count, valid)

    def _mean(self, rows: Tensor) -> Tensor:
        return rows.sum(2, keep=True) / self.count.reshape(0, 0, 1)

    @property
    def mean(self) -> Tensor:
        """Mean of each column; [m, columns]."""
        return (self.first + self.mean_of_rows).reshape(0, 0)

    @property
    def deviation(self) -> Tensor:
        """Standard deviation of each column; [m, columns]."""
        return self._mean(self.centred * self.centred).sqrt().reshape(0, 0)

    @property
    def place(self) -> Tensor:
        """Numbers of the frames, from 0; float32 [1, 1, frames]."""
        graph = self.rows.graph
        return graph.arange(self.rows.size(2)).cast(np.float32).reshape(1, 1, -1)

    def in_order(self) -> Tensor:
        """Sort each column; [m, columns, frames]."""
        return (self.rows + (1.0 - self.valid) * _FAR).ordered(self.rows.size(2))

    def of_columns(self) -> list[Tensor]:
        """Measure what `models.functionals` does of each column; each [m, columns]."""
        # A value at a place between two frames: what each of them weighs falls with its distance.
        wanted = self.count.reshape(0, 1, 1) - 1.0
        wanted = wanted * np.array(functionals.QUANTILES, np.float32).reshape(1, -1, 1)
        weights = (1.0 - (self.place - wanted).abs()).at_least(0.0)  # [m, quantiles, frames]
        quantiles = self.in_order() @ weights.transpose(0, 2, 1) + self.first
        of_each = [quantiles.slice(2, at, at + 1).reshape(0, 0) for at in range(len(functionals.QUANTILES))]
        changes = (self.rows.slice(2, 2) - self.rows.slice(2, 0, -2)) * self.valid.slice(2, 2)
        number = (self.count - 2.0).at_least(1.0).reshape(0, 0, 1)
        change = changes.sum(2, keep=True) / number
        spread = ((changes - change) * self.valid.slice(2, 2))
        spread = ((spread * spread).sum(2, keep=True) / number).sqrt()
        time = (self.place * 2.0 / (self.count - 1.0).at_least(1.0).reshape(0, 0, 1) - 1.0) * self.valid
        slope = (self.rows * time).sum(2) / (time * time).sum(2).at_least(1.0)
        return [self.mean, self.deviation, *of_each, of_each[3] - of_each[1], spread.reshape(0, 0),
                (changes.abs().sum(2, keep=True) / number).reshape(0, 0), slope]


def _of_pairs(frames: _Frames, names: list[str]) -> list[Tensor]:
    numbers = [name.rpartition("_")[2] for name in names]
    coarse = [at for at, number in enumerate(numbers) if not number.isdecimal() or int(number) < functionals.COARSE]
    pairs = []
    if len(coarse) > 1:
        scaled = (frames.centred / (frames.deviation.reshape(0, 0, 1) + 1e-6)).gather(coarse, axis=1)
        correlations = (scaled @ scaled.transpose(0, 2, 1)) / frames.count.reshape(0, 0, 1)
        above = np.triu_indices(len(coarse), 1)
        pairs.append(correlations.reshape(0, -1).gather(above[0] * len(coarse) + above[1], axis=1))
    if "rms" in names:
        at = names.index("rms")
        level, ordered = (rows.slice(1, at, at + 1) for rows in (frames.rows, frames.in_order()))
        last = frames.count.cast(np.int64).reshape(0, 0, 1) - 1
        # A third lies at a frame or between two: of those, the one that still belongs to it.
        for place, loud in (((last * 2 + 2) // 3, True), (last // 3, False)):
            bound = ordered.then("GatherElements", place, axis=2)
            which = (level >= bound if loud else level <= bound).cast(np.float32) * frames.valid
            pairs.append(((frames.rows * which).sum(2, keep=True) / which.sum(2, keep=True)
                          - frames.mean_of_rows).reshape(0, 0))
    return pairs
