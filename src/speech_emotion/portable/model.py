"""An exported model: samples or a file in, label and probabilities out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from speech_emotion.arrays import Float32
from speech_emotion.audio.recording import HIGHEST_RATE, LOWEST_RATE
from speech_emotion.core.errors import UserError
from speech_emotion.portable.answer import Answer, Reason
from speech_emotion.portable.card import OUTPUTS, SAMPLES, Card
from speech_emotion.prediction import parts
from speech_emotion.prediction.judge import Judgement, Signal
from speech_emotion.prediction.said import NotJudged

_SILENT = 4
"""Of ONNX Runtime's messages only fatal ones: what is wrong with a file is said here."""


class Model:
    """An exported model; a `Judge`. Any number of threads may use it at the same time.

    A recording that is longer than `speech_emotion.prediction.LONGEST_CLIP` is judged in parts, each as a clip of its
    own, as `Predictor` does it.

    Parameters
    ----------
    path : Path or str
        The file that `ser export` wrote.
    threads : int >= 0
        Threads that one clip is computed with; 0 for as many as there are cores. For many clips at once, 1, and a
        thread of one's own for each clip, is the quickest.

    Attributes
    ----------
    card : Card
        What the file says of itself.
    labels : tuple of str
        The classes, in the order of all numbers.
    sample_rate : int
        In Hz, of what `judge` takes.
    signals : tuple of Signal
        That rate, and how a clip is brought to it.
    seconds : float
        Length of a window.
    min_duration : float
        Shortest clip that is judged, in s.
    synthetic : bool
        Whether the model has heard synthetic speech alone: it knows nothing of people then.

    Raises
    ------
    UserError
        If there is no such file, or it is no exported model, of another version, or damaged.
    """

    transductive = False
    """A model that judges a clip beside others is not exported."""

    def __init__(self, path: Path | str, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _SILENT
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise UserError(f"{path}: {error.strerror or error}; `ser export` writes an exported model") from error
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its own errors have no common class
            raise UserError(f"{path}: is no ONNX file, or damaged ({_first_line(error)}); `ser export` writes an "
                            "exported model") from error
        self.card = Card.parse(self._session.get_modelmeta().custom_metadata_map, str(path))
        takes = [each.name for each in self._session.get_inputs()]
        gives = [each.name for each in self._session.get_outputs()]
        if takes != [SAMPLES] or gives != [*OUTPUTS]:
            raise UserError(f"{path}: this exported model is damaged (it takes {takes} and gives {gives}); export it "
                            "anew")
        self.labels = self.card.labels
        self.sample_rate = self.card.sample_rate
        self.signals = (Signal(self.card.sample_rate, self.card.resampler),)
        self.seconds = self.card.window_seconds
        self.min_duration = self.card.min_duration
        self.synthetic = self.card.synthetic

    def __call__(self, samples: Any, sample_rate: int) -> Answer:
        """Judge a recording in memory.

        Parameters
        ----------
        samples : array_like [shape=(n,), dtype=float]
            Mono samples; full scale is 1.
        sample_rate : int > 0
            In Hz; any.

        Returns
        -------
        Answer
            Not judged if the clip is silent, too short, or not finite.

        Raises
        ------
        UserError
            If they are no mono samples in floating point, or the rate is none.
        """
        mono = _mono(samples)
        if not LOWEST_RATE <= sample_rate <= HIGHEST_RATE or sample_rate != int(sample_rate):
            raise UserError(f"{sample_rate} Hz is no sample rate of a recording of speech; those are whole, from "
                            f"{LOWEST_RATE} to {HIGHEST_RATE}")
        return self._answer(lambda: parts.of_samples(mono, int(sample_rate), self))

    def file(self, path: Path | str) -> Answer:
        """Judge a file.

        Parameters
        ----------
        path : Path or str
            Any readable audio file, at any sample rate and of any length; of several channels their mean is judged.

        Returns
        -------
        Answer
            Not judged if the clip is silent, too short, or not finite.

        Raises
        ------
        UnreadableAudio
            If the file is not audio, is damaged, or holds no samples.
        """
        return self._answer(lambda: parts.of_file(path, self))

    def judge(self, clip: Sequence[Float32] | Float32) -> Judgement:
        """Compute a clip's probabilities, whatever it holds; for what is built on this.

        Parameters
        ----------
        clip : np.ndarray [shape=(n,), dtype=float32], or a sequence of one
            Mono samples at the model's own sample rate, ``n > 0``.

        Returns
        -------
        Judgement
            NaN where the samples are not finite. Of silence, numbers without a meaning.

        Raises
        ------
        ValueError
            If they are not float32 [n].
        """
        samples, = (clip,) if isinstance(clip, np.ndarray) else clip
        if samples.ndim != 1 or samples.dtype != np.float32 or not len(samples):
            raise ValueError(f"expects samples as float32 [n], not {samples.dtype} {list(samples.shape)}")
        whole, windows, starts = (each.astype(np.float64) for each in self._session.run(
            [*OUTPUTS], {SAMPLES: np.ascontiguousarray(samples)}))
        return Judgement(starts, windows, whole)

    def _answer(self, opened: Callable[[], parts.Clips]) -> Answer:
        try:
            said = parts.judged(opened(), self)
        except NotJudged as why:
            return Answer(None, not_judged=Reason(why.rule, why.reason))
        probabilities = dict(zip(self.labels, map(float, said.clip), strict=True))
        return Answer(self.labels[int(said.clip.argmax())], probabilities, None, said.flags,
                      Judgement(said.starts, said.probabilities, said.clip))


def load(path: Path | str, *, threads: int = 0) -> Model:
    """Open the file of an exported model.

    Parameters
    ----------
    path : Path or str
        The file that `ser export` wrote.
    threads : int >= 0
        See `Model`.

    Returns
    -------
    Model

    Raises
    ------
    UserError
        If there is no such file, or it is no exported model, of another version, or damaged.

    Examples
    --------
    >>> load("no/such.onnx")
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: no/such.onnx: No such file or directory; `ser export` writes an exported model
    """
    return Model(path, threads)


def _mono(samples: Any) -> Float32:
    array = np.asarray(samples)
    if array.ndim != 1:
        raise UserError(f"expects mono samples [n], not {list(array.shape)}; take the mean over the channels")
    if array.size and array.dtype.kind != "f":
        raise UserError(f"expects samples in floating point with full scale 1, not {array.dtype}; divide 16-bit "
                        "integers by 32768")
    return np.ascontiguousarray(array, np.float32)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
