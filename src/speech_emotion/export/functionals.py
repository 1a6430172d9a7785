"""Statistics of windows, as parts of a graph; see `models.functionals`, which says what they are.

All windows have one size here, and frames that do not count stand behind those that do. What is measured is taken
relative to a window's first frame that counts, so that a column that never changes has a deviation of exactly 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from speech_emotion.export.tensor import Tensor, concatenated, where
from speech_emotion.models import functionals
from speech_emotion.models.functionals import Kind

_FAR = 1e30
"""Stands in for frames that do not count, behind all others in order."""
_SCALES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "rms": lambda level: level.at_least(1e-6).log() * (20 / np.log(10)),
    "f0": lambda frequency: frequency.at_least(1.0).log() * (12 / np.log(2)),
}
"""Columns that are taken in another unit: dB, and semitones."""


@dataclass(frozen=True)
class Measured:
    """Frames, one clip after another, out of which windows are summed up.

    Attributes
    ----------
    frames : Tensor [shape=(frames, columns), dtype=float32]
        Features, not normalised, in the units of the statistics.
    columns : sequence of str
        Their names.
    kind : {"functionals", "mean", "mean_std"}
        What is measured; see `models.functionals.statistics`.
    steady : Tensor [shape=(frames,), dtype=bool], or None
        Whether there is a pitch, near that of the frame before. None if that is not asked for.
    """

    frames: Tensor
    columns: Sequence[str]
    kind: Kind
    steady: Tensor | None = None

    @classmethod
    def of(cls, frames: Tensor, columns: Sequence[str], kind: Kind) -> "Measured":
        """Take features as they were computed."""
        if kind != "functionals":
            return cls(frames, columns, kind)
        parts, done, steady = [], 0, None
        for at, name in enumerate(columns):
            if name not in _SCALES:
                continue
            column = frames.slice(1, at, at + 1).reshape(-1)
            scaled = _SCALES[name](column)
            if name == "f0":
                moved = (scaled.slice(0, 1) - scaled.slice(0, 0, -1)).abs().pad((1, 0))
                steady = (moved < functionals.STEADY_SEMITONES) & (column > 0.0)
            parts += [*([frames.slice(1, done, at)] if done < at else []), scaled.reshape(-1, 1)]
            done = at + 1
        parts += [frames.slice(1, done)] if done < len(columns) else []
        return cls(concatenated(parts, 1), columns, kind, steady)

    def _column(self, name: str) -> Tensor:
        """Take a column; [frames, 1]."""
        at = self.columns.index(name)
        return self.frames.slice(1, at, at + 1)

    def statistics(self, rows: Tensor, inside: Tensor) -> Tensor:
        """Sum windows up.

        Parameters
        ----------
        rows : Tensor [shape=(m, window_frames), dtype=int64]
            Which frames are in each window.
        inside : Tensor [shape=(m, window_frames), dtype=bool]
            Which of them count: those of a clip, one after another.

        Returns
        -------
        Tensor [shape=(m, statistics), dtype=float32]
        """
        if self.kind != "functionals":
            every = _Frames.of(self.frames, rows, inside)
            return concatenated([every.mean, *([every.deviation] if self.kind == "mean_std" else [])], 1)
        speech, names = inside, self.columns
        if "rms" in names:
            level = self._column("rms").reshape(-1).gather(rows)
            loudest = where(inside, level, -_FAR).largest(1, keep=True)
            speech = _enough(inside & (level > loudest - functionals.ACTIVE_DB), inside)
        frames = _Frames.of(self.frames, rows, speech)
        of_pairs = _of_pairs(frames, names)
        if self.steady is None:
            return concatenated([*frames.of_columns(), *of_pairs], 1)
        # A window's first frame has none before it: what lies in front of the clip is no frame of it either.
        second = inside & inside.cast(np.float32).slice(1, 0, -1).pad((0, 0), (1, 0)).cast(np.bool_)
        voiced = _enough(speech & second & self.steady.gather(rows), speech)
        voice = _Frames.of(self._column("f0"), rows, voiced)
        of_columns, total = frames.of_columns(), _count(inside)
        others = [at for at in range(len(names) * len(of_columns)) if names[at % len(names)] != "f0"]
        return concatenated([concatenated(of_columns, 1).gather(others, axis=1), *voice.of_columns(), *of_pairs,
                             _count(voiced) / total, _count(speech) / total], 1)


def _count(mask: Tensor) -> Tensor:
    return mask.cast(np.float32).sum(1, keep=True)


def _enough(chosen: Tensor, otherwise: Tensor) -> Tensor:
    enough = _count(chosen) >= float(functionals.FEWEST_FRAMES)
    return (enough & chosen).then("Or", ~enough & otherwise)


class _Frames:
    """Frames that count, in order and in front of all others, and what is measured of each column."""

    def __init__(self, rows: Tensor, count: Tensor, valid: Tensor) -> None:
        self.count, self.valid = count.reshape(0, 1, 1), valid  # [m, 1, 1], [m, 1, frames]
        self.first = rows.slice(2, 0, 1)  # [m, columns, 1]
        self.rows = rows - self.first  # [m, columns, frames]
        # How far from the middle of those that count each one is: from -1 to 1.
        time = (self.place * 2.0 / (self.count - 1.0).at_least(1.0) - 1.0) * valid
        self.mean_of_rows, self.slope = self._weighed(
            valid / self.count, time / (time * time).sum(2, keep=True).at_least(1.0))
        self.centred = (self.rows - self.mean_of_rows.reshape(0, 0, 1)) * valid
        self.variance = (self.centred * self.centred).sum(2, keep=True) / self.count

    @classmethod
    def of(cls, frames: Tensor, rows: Tensor, chosen: Tensor) -> "_Frames":
        """Take those of the frames [frames, columns] in each window, by `rows` [m, window], that are chosen."""
        graph, size, count = frames.graph, rows.size(1), _count(chosen)
        # No more of them than the fullest window has (and three, of which there is a change).
        most = count.largest(0, 1).cast(np.int64).reshape(1).at_least(3).at_most(size)
        place = graph.arange(size).reshape(1, -1) + (~chosen).cast(np.int64) * size
        order = place.cast(np.float32).ordered(most, index=True)
        taken = frames.gather(rows.then("GatherElements", order, axis=1)).laid_out(0, 2, 1)
        valid = (graph.arange(most).cast(np.float32).reshape(1, -1) < count).cast(np.float32).reshape(0, 1, -1)
        return cls(taken, count, valid)

    def _weighed(self, *weights: Tensor) -> list[Tensor]:
        """Add up the frames of each column by their weights, each [m, 1, frames]; each [m, columns]."""
        sums = self.rows @ concatenated(weights, 1).transpose(0, 2, 1)
        return [sums.slice(2, at, at + 1).reshape(0, 0) for at in range(len(weights))]

    @property
    def mean(self) -> Tensor:
        """Mean of each column; [m, columns]."""
        return self.first.reshape(0, 0) + self.mean_of_rows

    @property
    def deviation(self) -> Tensor:
        """Standard deviation of each column; [m, columns]."""
        return self.variance.sqrt().reshape(0, 0)

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
        wanted = (self.count - 1.0) * np.array(functionals.QUANTILES).reshape(1, -1, 1)
        weights = (1.0 - (self.place - wanted).abs()).at_least(0.0)  # [m, quantiles, frames]
        quantiles = self.in_order() @ weights.transpose(0, 2, 1) + self.first
        of_each = [quantiles.slice(2, at, at + 1).reshape(0, 0) for at in range(len(functionals.QUANTILES))]
        valid = self.valid.slice(2, 2)
        changes = (self.rows.slice(2, 2) - self.rows.slice(2, 0, -2)) * valid
        number = (self.count - 2.0).at_least(1.0)
        spread = (changes - changes.sum(2, keep=True) / number) * valid
        spread = ((spread * spread).sum(2, keep=True) / number).sqrt()
        return [self.mean, self.deviation, *of_each, of_each[3] - of_each[1], spread.reshape(0, 0),
                (changes.abs().sum(2, keep=True) / number).reshape(0, 0), self.slope]

    def beside_mean(self, *chosen: Tensor) -> list[Tensor]:
        """Say how far each column's mean over some frames, each bool [m, 1, frames], is from that over all."""
        counted = [each.cast(np.float32) * self.valid for each in chosen]
        means = self._weighed(*(each / each.sum(2, keep=True) for each in counted))
        return [mean - self.mean_of_rows for mean in means]


def _of_pairs(frames: _Frames, names: Sequence[str]) -> list[Tensor]:
    numbers = [name.rpartition("_")[2] for name in names]
    coarse = [at for at, number in enumerate(numbers) if not number.isdecimal() or int(number) < functionals.COARSE]
    pairs = []
    if len(coarse) > 1:
        deviation = (frames.variance.sqrt() + 1e-6).gather(coarse, axis=1)
        centred = frames.centred.gather(coarse, axis=1) / deviation
        correlations = (centred @ centred.transpose(0, 2, 1)) / frames.count
        above = np.triu_indices(len(coarse), 1)
        pairs.append(correlations.reshape(0, -1).gather(above[0] * len(coarse) + above[1], axis=1))
    if "rms" in names:
        at = names.index("rms")
        level, ordered = (rows.slice(1, at, at + 1) for rows in (frames.rows, frames.in_order()))
        last = frames.count.cast(np.int64) - 1
        # A third lies at a frame or between two: of those, the one that still belongs to it.
        loud, soft = (ordered.then("GatherElements", place, axis=2) for place in ((last * 2 + 2) // 3, last // 3))
        pairs += frames.beside_mean(level >= loud, level <= soft)
    return pairs
