"""What is heard of all clips of a speaker, for models that judge a clip beside the speaker's others."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, overload

import numpy as np

from speech_emotion.arrays import Float32
from speech_emotion.core.errors import UserError
from speech_emotion.prediction import parts
from speech_emotion.prediction.inputs import Input, readable, sha256
from speech_emotion.prediction.said import NotJudged, Predicted, WindowProbabilities

if TYPE_CHECKING:  # TensorFlow takes long to load
    from speech_emotion.models.scales import Scale
    from speech_emotion.prediction.predictor import Predictor


def predict_speaker(files: Iterable[Input], predictor: "Predictor") -> Iterator[Predicted | UserError]:
    """Predict files as clips of one speaker: all are heard before the first is judged.

    Parameters
    ----------
    files : iterable of Input
        What the speaker says.
    predictor : Predictor
        One that is `transductive`.

    Yields
    ------
    Predicted or UserError
        In order of the files, for each what is said of it, or why it cannot be read.

    Raises
    ------
    UserError
        If there are too few clips.
    """
    heard: list[tuple[Input, str, Callable[[], WindowProbabilities]] | UserError] = []
    speaker: dict[str, list[Scale]] = {}
    with TemporaryDirectory() as folder:
        kept = Kept(Path(folder))
        for file in files:
            try:
                with readable(file) as path:
                    heard.append((file, sha256(path), _to_be_judged(path, predictor, kept, speaker)))
            except UserError as error:
                heard.append(error)
        if len(kept):
            speaker |= predictor.speaker(kept.views())
        for one in heard:
            yield one if isinstance(one, UserError) else Predicted.of(one[0].name, *one[1:])


def _to_be_judged(
    path: Path, predictor: "Predictor", kept: "Kept", speaker: "dict[str, list[Scale]]"
) -> Callable[[], WindowProbabilities]:
    """Hear a file, and give what judges it once its `speaker` is measured."""
    try:
        clips = parts.of_file(path, predictor)
        numbers = [(clip.start, kept.add(predictor.hear(clip.samples))) for clip in clips]
    except NotJudged as why:
        return partial(_raise, why)
    flags, where = clips.flags, clips.where  # not the clips, which hold samples

    def judged() -> WindowProbabilities:
        said = ((start, predictor.judge_heard(kept[number], speaker)) for start, number in numbers)
        return parts.together(said, predictor.seconds, flags, where)

    return judged


def _raise(error: NotJudged) -> WindowProbabilities:
    raise error


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
