"""What a pre-trained speech encoder hears: its layers' frames, or their statistics over time."""

from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator

from speech_emotion.arrays import Float32
from speech_emotion.audio.spool import Signal
from speech_emotion.core.errors import UserError
from speech_emotion.features import arithmetic
from speech_emotion.features.analysis import Analysis
from speech_emotion.features.encoders.loading import SAMPLE_RATE, Encoder, opened
from speech_emotion.features.feature import Feature
from speech_emotion.params.base import Section

STRETCH_SECONDS = 20
"""A clip is encoded in stretches of so many seconds, of which the last one may be half as long again: 30 s, which is
all that Whisper takes at once."""

_KINDS = {"frames": ("",), "mean": ("mean_",), "mean_std": ("mean_", "std_")}
_UNEXPECTED_FRAMES = 3


class Settings(Section):
    """Settings of the feature `encoder`; see docs/encoders.md."""

    # No part of what decides a number, nor of a model: the same encoder lies elsewhere on other machines.
    model: Annotated[str, Field(default="", exclude=True)]
    """Path of its folder (Whisper in CTranslate2's format) or file (ONNX)."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    """Of its weights: `encoders.content.digest`."""
    name: Annotated[str, Field(min_length=1, max_length=100)]
    """What it is called."""
    licence: Annotated[str, Field(min_length=1, max_length=100)]
    """Of its weights."""
    trained_on: Annotated[str, Field(min_length=1, max_length=500)]
    """What it has learnt from, in words."""
    emotion_corpora: Annotated[tuple[str, ...], Field(strict=False)]
    """Corpora of emotion that it has learnt from: those of this project by their names here."""
    layers: Annotated[tuple[Annotated[int, Field(ge=1, le=1000)], ...], Field(strict=False, min_length=1)]
    """Which layers, counted from 1; their mean is taken."""
    keep: Literal["frames", "mean", "mean_std"]
    """Its frames, or their mean (and standard deviation) over each stretch of `STRETCH_SECONDS`."""
    frame_rate: Annotated[float, Field(gt=0, le=1000)]
    """Of its frames, in Hz."""
    standardise: bool
    """Whether samples are brought to mean 0 and deviation 1 first, as some encoders expect."""
    allow_heard: bool
    """Whether it is used on `emotion_corpora` too; the results are marked."""

    @field_validator("layers")
    @classmethod
    def _distinct(cls, layers: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(layers)) < len(layers):
            raise ValueError("every layer may occur once only")
        return layers

    def encoder(self) -> Encoder:
        """Load it, once in each process; raises as `encoders.loading.opened` does."""
        return opened(self.model, self.sha256, self.name, self.layers)


def columns(settings: Settings) -> list[str]:
    """One column for each of a layer's, or two; for which the encoder is loaded."""
    width = settings.encoder().width
    return [f"encoder_{kind}{index}" for kind in _KINDS[settings.keep] for index in range(width)]


def frame_rate(settings: Settings, _sample_rate: int, _hop_length: int) -> float:
    """Of its frames, or of its stretches; see `Feature.frame_rate`."""
    return settings.frame_rate if settings.keep == "frames" else 1 / STRETCH_SECONDS


def problems(settings: Settings, sample_rate: int, _hop_length: int) -> Iterator[tuple[str, str]]:
    """Tell what does not fit; see `Feature.problems`."""
    if sample_rate != SAMPLE_RATE:
        yield "name", f"is an encoder that takes samples at {SAMPLE_RATE} Hz; sample_rate is {sample_rate}"
    if SAMPLE_RATE % settings.frame_rate:
        yield "frame_rate", f"must divide the sample rate, {SAMPLE_RATE} Hz"


def compute(clip: Analysis, settings: Settings) -> Float32:
    """Encode a clip.

    Returns
    -------
    np.ndarray [shape=(frames, columns), dtype=float32]
        Of `frames`: ``1 + samples // (16000 / frame_rate)`` rows, the mean of the layers; the last row is repeated
        where the encoder gives fewer, as most do by one. Of statistics: a row for each stretch, means before
        deviations.

    Raises
    ------
    UserError
        If the encoder cannot be used, gives another number of frames, or numbers that are not finite.
    """
    encoder = settings.encoder()
    signal = clip.signal
    if settings.standardise:
        samples = clip.samples
        signal = ((samples - samples.mean(dtype=np.float64)) / np.sqrt(samples.var(dtype=np.float64) + 1e-7)).astype(
            np.float32)
    layers = [_mean(encoder, stretch, settings) for stretch in _stretches(signal, encoder.fewest)]
    if settings.keep != "frames":
        kinds = (np.mean, np.std)[: len(_KINDS[settings.keep])]
        return np.stack([np.concatenate([kind(frames, axis=0) for kind in kinds]) for frames in layers])
    frames = np.concatenate(layers)
    wanted = 1 + int(len(clip.signal) // (SAMPLE_RATE / settings.frame_rate))
    return np.pad(frames[:wanted], ((0, max(0, wanted - len(frames))), (0, 0)), mode="edge")


def _mean(encoder: Encoder, stretch: Float32, settings: Settings) -> Float32:
    layers = encoder.encode(stretch)
    frames: Float32 = np.mean(layers, axis=0, dtype=np.float32) if len(layers) > 1 else layers[0]
    expected = len(stretch) * settings.frame_rate / SAMPLE_RATE
    if abs(len(frames) - expected) > _UNEXPECTED_FRAMES:
        rate = len(frames) * SAMPLE_RATE / len(stretch)
        raise UserError(f"the encoder {settings.name} gives {rate:.3g} frames a second, and "
                        f"extract_mfcc.features.encoder.frame_rate is {settings.frame_rate:g}")
    if not np.isfinite(frames).all():
        raise UserError(f"the encoder {settings.name} gives values that are not finite; its weights may be damaged")
    return frames


def _stretches(signal: Signal, fewest: int) -> Iterator[Float32]:
    length = STRETCH_SECONDS * SAMPLE_RATE
    count = max(1, round(len(signal) / length))
    for at in range(count):
        stretch = signal[at * length : (at + 1) * length if at + 1 < count else None]
        yield np.pad(stretch, (0, max(0, fewest - len(stretch))))


FEATURE = Feature(
    settings=Settings, columns=columns, compute=compute, frame_rate=frame_rate, problems=problems,
    rounding=arithmetic.EVERY | arithmetic.PROCESSOR,
)
