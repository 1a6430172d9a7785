"""What is heard of all clips of a speaker, for models that judge a clip beside the speaker's others."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import overload

import numpy as np

from speech_emotion.arrays import Float32


class Kept:
    """Features of any number of clips, in files, of which only those that are asked for are in memory.

    Parameters
    ----------
    folder : Path
        An empty one.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     kept = Kept(Path(folder))
    ...     numbers = [kept.add({"main": [np.full((2, 1), level, np.float32)]}) for level in (1, 3)]
    ...     print(numbers, [clip.mean() for clip in kept.views()["main"][0]], kept[1]["main"][0].ravel())
    [0, 1] [np.float32(1.0), np.float32(3.0)] [3. 3.]
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._views: dict[str, int] = {}
        self._clips = 0

    def __len__(self) -> int:
        return self._clips

    def add(self, views: Mapping[str, Sequence[Float32]]) -> int:
        """Keep what is heard of a clip by each branch, in each of its views, and give the clip's number."""
        for branch, each in views.items():
            self._views[branch] = len(each)
            for view, features in enumerate(each):
                np.save(_path(self._folder, branch, view, self._clips), features)
        self._clips += 1
        return self._clips - 1

    def __getitem__(self, clip: int) -> dict[str, list[Float32]]:
        return {branch: [_read(self._folder, branch, view, clip) for view in range(number)]
                for branch, number in self._views.items()}

    def views(self) -> dict[str, list[Sequence[Float32]]]:
        """Give all clips of each branch, in each of its views."""
        return {branch: [_View(self._folder, branch, view, self._clips) for view in range(number)]
                for branch, number in self._views.items()}


class _View(Sequence[Float32]):
    """One view of all clips."""

    def __init__(self, folder: Path, branch: str, view: int, clips: int) -> None:
        self._place = (folder, branch, view)
        self._clips = clips

    def __len__(self) -> int:
        return self._clips

    @overload
    def __getitem__(self, clip: int) -> Float32: ...
    @overload
    def __getitem__(self, clip: slice) -> Sequence[Float32]: ...
    def __getitem__(self, clip: int | slice) -> Float32 | Sequence[Float32]:
        if isinstance(clip, slice):
            return [self[each] for each in range(self._clips)[clip]]
        return _read(*self._place, range(self._clips)[clip])


def _path(folder: Path, branch: str, view: int, clip: int) -> Path:
    return folder / f"{branch}-{view}-{clip}.npy"


def _read(folder: Path, branch: str, view: int, clip: int) -> Float32:
    features: Float32 = np.load(_path(folder, branch, view, clip))
    return features
