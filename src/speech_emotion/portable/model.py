"""An exported model: samples or a file in, label and probabilities out."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding, resampling
from speech_emotion.audio.recording import HIGHEST_RATE, LOWEST_RATE
from speech_emotion.core.errors import UserError
from speech_emotion.ingest import checks
from speech_emotion.ingest.probe import Content, Meter
from speech_emotion.portable.answer import Answer, Judged, Reason
from speech_emotion.portable.card import OUTPUTS, SAMPLES, Card

_SILENT = 4
"""Of ONNX Runtime's messages only fatal ones: what is wrong with a file is said here."""


class Model:
    """An exported model. Any number of threads may use it at the same time.

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

    Raises
    ------
    UserError
        If there is no such file, or it is no exported model, of another version, or damaged.
    """

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

    def __call__(self, samples: Any, sample_rate: int) -> Answer:
        """Judge a clip in memory.

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
        blocks = (mono[at : at + decoding.BLOCK] for at in range(0, len(mono), decoding.BLOCK))
        return self._answer(blocks, int(sample_rate))

    def file(self, path: Path | str) -> Answer:
        """Judge a file.

        Parameters
        ----------
        path : Path or str
            Any readable audio file, at any sample rate; of several channels their mean is judged.

        Returns
        -------
        Answer
            Not judged if the clip is silent, too short, or not finite.

        Raises
        ------
        UnreadableAudio
            If the file is not audio, or is damaged.
        """
        with decoding.opened(path) as recording:
            return self._answer(recording.blocks(), recording.sample_rate)

    def judge(self, samples: Float32) -> Judged:
        """Compute a clip's probabilities, whatever it holds; for what is built on this.

        Parameters
        ----------
        samples : np.ndarray [shape=(n,), dtype=float32]
            Mono samples at the model's own sample rate, ``n > 0``.

        Returns
        -------
        Judged
            NaN where the samples are not finite. Of silence, numbers without a meaning.

        Raises
        ------
        ValueError
            If they are not float32 [n].
        """
        if samples.ndim != 1 or samples.dtype != np.float32 or not len(samples):
            raise ValueError(f"expects samples as float32 [n], not {samples.dtype} {list(samples.shape)}")
        clip, windows, starts = self._session.run([*OUTPUTS], {SAMPLES: np.ascontiguousarray(samples)})
        return Judged(starts, windows, clip)

    def _answer(self, blocks: Iterable[np.ndarray], sample_rate: int) -> Answer:
        meter = Meter(sample_rate)
        # Measured and resampled as the blocks come, as the pipeline does it.
        samples = resampling.streamed(meter.through(blocks), sample_rate, self.sample_rate, self.card.resampler)
        content = meter.content()
        if reason := self._fault(content):
            return Answer(None, not_judged=reason)
        assert content is not None
        judged = self.judge(samples)
        if not np.isfinite(judged.clip).all():
            return Answer(None, not_judged=Reason("no-answer", "the model gives no number; export it anew"))
        probabilities = dict(zip(self.labels, map(float, judged.clip), strict=True))
        return Answer(self.labels[int(judged.clip.argmax())], probabilities, None, checks.flags(content), judged)

    def _fault(self, content: Content | None) -> Reason | None:
        if content is None:
            return Reason("empty", "holds no samples")
        fault = checks.fault(content, self.card.min_duration)
        return Reason(*fault) if fault else None


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
