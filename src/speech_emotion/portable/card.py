"""What the file of an exported model says of itself: its metadata, each entry JSON."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from speech_emotion.core import documents
from speech_emotion.core.errors import UserError

FORMAT = 1
"""Version of the file's inputs, outputs and metadata."""
FORMAT_KEY = "speech_emotion"
"""The metadata entry that holds the version, by which such a file is known."""
SAMPLES = "samples"
"""The input: mono float32 at the model's sample rate, full scale 1."""
OUTPUTS = {
    "probabilities": "float32 [classes]: of the whole clip, in the order of `labels`; they sum to 1",
    "windows": "float32 [windows, classes]: of each window, at the clip's own speed; each row sums to 1",
    "starts": "float32 [windows]: where each window begins, in s; it lasts `window_seconds`",
}
"""What each output is."""


class Precision(StrEnum):
    """How an exported model's file holds what the networks have learnt."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    INT8 = "int8"


@dataclass(frozen=True)
class Card:
    """What the file of an exported model says of itself.

    Attributes
    ----------
    labels : tuple of str
        The classes, in the order of the outputs.
    sample_rate : int
        In Hz; what `samples` must have.
    resampler : str
        soxr's quality with which training brought clips to that rate.
    window_seconds : float
        Length of a window.
    min_duration : float
        Shortest clip that is to be judged, in s.
    synthetic : bool
        Whether the model has heard synthetic speech alone: it knows nothing of people then.
    document : dict from str to object
        All entries by name; docs/export.md lists them.

    Examples
    --------
    >>> entries = {"speech_emotion": 1, "labels": ["anger", "fear"], "sample_rate": 16000, "resampler": "HQ",
    ...            "window_seconds": 4.0, "min_duration": 0.3, "synthetic": True}
    >>> Card.parse({name: json.dumps(value) for name, value in entries.items()}, "model.onnx").labels
    ('anger', 'fear')
    >>> Card.parse({}, "model.onnx")
    Traceback (most recent call last):
    speech_emotion.core.errors.UserError: model.onnx: is no exported model of this project; `ser export` writes one
    """

    labels: tuple[str, ...]
    sample_rate: int
    resampler: str
    window_seconds: float
    min_duration: float
    synthetic: bool
    document: dict[str, Any]

    @classmethod
    def parse(cls, metadata: Mapping[str, str], where: str) -> "Card":
        """Read a file's metadata.

        Parameters
        ----------
        metadata : mapping from str to str
            Entries, as text.
        where : str
            The file, for messages.

        Raises
        ------
        UserError
            If it is not of such a file, of another version, or damaged.
        """
        if FORMAT_KEY not in metadata:
            raise UserError(f"{where}: is no exported model of this project; `ser export` writes one")
        if metadata[FORMAT_KEY] != str(FORMAT):
            raise UserError(f"{where}: has format {metadata[FORMAT_KEY][:20]}, this version reads {FORMAT}; export the "
                            "model anew, or install the version that wrote it")
        try:
            document = {name: documents.parse(text) for name, text in metadata.items()}
            card = cls(tuple(document["labels"]), document["sample_rate"], document["resampler"],
                       float(document["window_seconds"]), float(document["min_duration"]), document["synthetic"],
                       document)
            card._check()
        except (KeyError, TypeError, ValueError) as error:
            raise UserError(f"{where}: this exported model is damaged ({error} in its metadata); export it "
                            "anew") from error
        return card

    def _check(self) -> None:
        sound = {
            "labels": all(type(label) is str for label in self.labels) and len({*self.labels}) == len(self.labels) > 1,
            "sample_rate": type(self.sample_rate) is int and 1000 <= self.sample_rate <= 384_000,
            "resampler": self.resampler in ("QQ", "LQ", "MQ", "HQ", "VHQ"),
            "window_seconds": math.isfinite(self.window_seconds) and self.window_seconds > 0,
            "min_duration": math.isfinite(self.min_duration) and self.min_duration > 0,
            "synthetic": type(self.synthetic) is bool,
        }
        for name, is_sound in sound.items():
            if not is_sound:
                raise ValueError(f"no such {name}")

    @staticmethod
    def entries(document: Mapping[str, Any]) -> dict[str, str]:
        """Write metadata: what `parse` takes.

        Examples
        --------
        >>> Card.entries({"labels": ["anger"]})
        {'speech_emotion': '1', 'labels': '["anger"]'}
        """
        return {FORMAT_KEY: str(FORMAT), **{name: json.dumps(value, ensure_ascii=False, allow_nan=False)
                                            for name, value in document.items()}}
