"""Windows out of the features of a clip, as parts of a graph; see `models.windows`."""

from dataclasses import dataclass

import numpy as np

from speech_emotion.export.tensor import Tensor, concatenated


@dataclass(frozen=True)
class Windows:
    """Where windows lie in a matrix of frames.

    Attributes
    ----------
    begin : Tensor [shape=(windows,), dtype=int64]
        Row of each one's first frame.
    length : Tensor [shape=(windows,), dtype=int64]
        Frames of the clip in it.
    first : Tensor [shape=(windows,), dtype=int64]
        The clip's frame with which each begins.
    """

    begin: Tensor
    length: Tensor
    first: Tensor

    @classmethod
    def of(cls, num_frames: Tensor, window_frames: int) -> "Windows":
        """Cut a clip, as `models.windows.stretches` does.

        Parameters
        ----------
        num_frames : Tensor [shape=(1,), dtype=int64]
            Of the clip.
        window_frames : int > 0
            Length of a window.
        """
        graph, half = num_frames.graph, max(1, window_frames // 2)
        spare = (num_frames - window_frames).at_least(0)
        steps = (spare + (half - 1)) // half
        numbers = graph.arange(steps + 1)
        # In the numbers and the order of numpy.linspace, so that halves are rounded to the same side.
        step = spare.cast(np.float64) / steps.at_least(1).cast(np.float64)
        first = (numbers.cast(np.float64) * step).then("Round").cast(np.int64).at_most(spare)
        return cls(first, num_frames.at_most(window_frames) + first * 0, first)

    @classmethod
    def after_one_another(cls, views: "list[tuple[Windows, Tensor]]") -> "Windows":
        """Join the windows of several clips, each with its number of frames, whose matrices are joined too."""
        begins, before = [], views[0][1] * 0
        for windows, num_frames in views:
            begins.append(windows.begin + before)
            before = before + num_frames
        return cls(concatenated(begins, 0), *(
            concatenated([getattr(windows, what) for windows, _ in views], 0) for what in ("length", "first")))

    @property
    def count(self) -> Tensor:
        """How many there are."""
        return self.begin.size(0)

    def rows(self, at: Tensor, window_frames: int) -> tuple[Tensor, Tensor]:
        """Say which frames are in some windows; a clip that is shorter lies in the middle.

        Parameters
        ----------
        at : Tensor [shape=(m,), dtype=int64]
            Numbers of windows.
        window_frames : int > 0
            Length of a window.

        Returns
        -------
        rows : Tensor [shape=(m, window_frames), dtype=int64]
            Of the matrix. Beyond the clip, its first or last one.
        inside : Tensor [shape=(m, window_frames), dtype=bool]
            Where the clip is.
        """
        length = self.length.gather(at).reshape(-1, 1)
        place = at.graph.arange(at.graph.constant([window_frames])).reshape(1, -1) - (
            (length * -1 + window_frames) // 2)
        inside = (place >= 0) & (place < length)
        return place.at_least(0).at_most(length - 1) + self.begin.gather(at).reshape(-1, 1), inside
