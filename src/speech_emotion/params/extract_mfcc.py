"""Settings of the stage `extract_mfcc`."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from speech_emotion.features.mel_scale import filled_bands
from speech_emotion.params.base import Section

PositiveInt = Annotated[int, Field(ge=1)]
PositiveFloat = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Decibels = Annotated[float, Field(gt=0, le=200)]
FeatureName = Literal["mfcc", "log_mel", "chroma", "spectral_contrast", "zcr", "rms", "f0"]


class Level(Section):
    """What every clip's level is brought to; see `speech_emotion.features.signal`."""

    method: Literal["none", "peak", "rms", "lufs"]
    target_db: Annotated[float, Field(ge=-100, le=0)]


class Chroma(Section):
    """Settings of the feature `chroma`."""

    n_chroma: Annotated[int, Field(ge=2, le=120)]
    tuning: Annotated[float, Field(ge=-0.5, lt=0.5)]


class SpectralContrast(Section):
    """Settings of the feature `spectral_contrast`."""

    n_bands: PositiveInt
    fmin: PositiveFloat


class F0(Section):
    """Settings of the feature `f0`."""

    method: Literal["yin", "pyin"]
    fmin: PositiveFloat
    fmax: PositiveFloat
    frame_length: Annotated[int, Field(ge=4, multiple_of=2)]

    @field_validator("fmax")
    @classmethod
    def _above_fmin(cls, value: float, info: ValidationInfo) -> float:
        if value <= info.data.get("fmin", 0):
            raise ValueError(f"must be above fmin ({info.data['fmin']:g} Hz)")
        return value


class Views(Section):
    """Augmented copies of every clip; see `speech_emotion.features.views`."""

    speed: list[Annotated[float, Field(ge=0.25, le=4)]]
    noise_snr_db: list[Annotated[float, Field(ge=-20, le=100)]]
    pitch_steps: list[Annotated[float, Field(ge=-24, le=24)]]

    @field_validator("speed", "noise_snr_db", "pitch_steps")
    @classmethod
    def _distinct(cls, values: list[float], info: ValidationInfo) -> list[float]:
        neutral = {"speed": 1, "pitch_steps": 0}.get(info.field_name or "")
        if len(set(values)) < len(values):
            raise ValueError("every value may occur once only")
        if neutral in values:
            raise ValueError(f"{neutral} changes nothing: the plain clip is always there")
        return values


class ExtractMfcc(Section):
    """Settings of the stage `extract_mfcc`, in the order in which they act; frequencies in Hz, lengths in samples."""

    # A setting is checked against those above it, so that the message names one key.
    sample_rate: Annotated[int, Field(ge=1000, le=384_000)]
    resampler: Literal["QQ", "LQ", "MQ", "HQ", "VHQ"]
    trim_db: Decibels | None
    level: Level
    pre_emphasis: Annotated[float, Field(ge=0, le=1)]
    features: Annotated[list[FeatureName], Field(min_length=1)]
    n_fft: Annotated[int, Field(ge=16, le=1 << 16, multiple_of=2)]
    win_length: Annotated[int, Field(ge=2)]
    hop_length: PositiveInt
    window: Literal["hann", "hamming", "blackman", "bartlett", "boxcar"]
    mel_scale: Literal["slaney", "htk"]
    fmin: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    fmax: PositiveFloat
    n_mels: PositiveInt
    top_db: Decibels | None
    n_mfcc: PositiveInt
    lifter: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    deltas: Annotated[int, Field(ge=0, le=2)]
    chroma: Chroma
    spectral_contrast: SpectralContrast
    f0: F0
    views: Views
    scheduler: str

    @field_validator("features")
    @classmethod
    def _distinct(cls, values: list[FeatureName]) -> list[FeatureName]:
        if len(set(values)) < len(values):
            raise ValueError("every feature may occur once only")
        return values

    @field_validator("win_length")
    @classmethod
    def _within_fft(cls, value: int, info: ValidationInfo) -> int:
        n_fft = info.data.get("n_fft")
        if n_fft and value > n_fft:
            raise ValueError(f"must be at most n_fft ({n_fft})")
        return value

    @field_validator("hop_length")
    @classmethod
    def _leaves_no_gap(cls, value: int, info: ValidationInfo) -> int:
        win_length = info.data.get("win_length")
        if win_length and value > win_length:
            raise ValueError(f"must be at most win_length ({win_length}), or some samples lie in no frame")
        return value

    @field_validator("fmax")
    @classmethod
    def _within_band(cls, value: float, info: ValidationInfo) -> float:
        sample_rate, fmin = info.data.get("sample_rate"), info.data.get("fmin")
        if sample_rate and value > sample_rate / 2:
            raise ValueError(f"must be at most half of sample_rate ({sample_rate / 2:g} Hz)")
        if fmin is not None and value <= fmin:
            raise ValueError(f"must be above fmin ({fmin:g} Hz)")
        return value

    @field_validator("n_mels")
    @classmethod
    def _every_band_holds_a_bin(cls, value: int, info: ValidationInfo) -> int:
        if not {"sample_rate", "n_fft", "mel_scale", "fmin", "fmax"} <= info.data.keys():
            return value
        known = {key: info.data[key] for key in ("sample_rate", "n_fft", "fmin", "fmax")}
        known["htk"] = info.data["mel_scale"] == "htk"
        sample_rate, n_fft = known["sample_rate"], known["n_fft"]
        if value > n_fft // 2 or not filled_bands(value, **known):
            fitting = next((n for n in range(min(value, n_fft // 2 + 1) - 1, 0, -1) if filled_bands(n, **known)), 0)
            raise ValueError(
                f"must be at most {fitting} for n_fft {n_fft} at {sample_rate} Hz, or some mel bands hold no FFT bin"
                + ("" if fitting else "; widen fmin to fmax")
            )
        return value

    @field_validator("n_mfcc")
    @classmethod
    def _within_mels(cls, value: int, info: ValidationInfo) -> int:
        n_mels = info.data.get("n_mels")
        if n_mels and value > n_mels:
            raise ValueError(f"must be at most n_mels ({n_mels})")
        return value

    @field_validator("spectral_contrast")
    @classmethod
    def _octaves_within_band(cls, value: SpectralContrast, info: ValidationInfo) -> SpectralContrast:
        sample_rate = info.data.get("sample_rate")
        if sample_rate and value.fmin * 2 ** (value.n_bands - 1) >= sample_rate / 2:
            raise ValueError(
                f"the lowest edge of its highest octave, fmin * 2**(n_bands - 1), "
                f"must be below half of sample_rate ({sample_rate / 2:g} Hz)"
            )
        return value

    @field_validator("f0")
    @classmethod
    def _two_periods_per_frame(cls, value: F0, info: ValidationInfo) -> F0:
        sample_rate = info.data.get("sample_rate")
        if not sample_rate:
            return value
        if value.fmax > sample_rate / 2:
            raise ValueError(f"fmax must be at most half of sample_rate ({sample_rate / 2:g} Hz)")
        if value.fmax >= sample_rate / 3:
            raise ValueError(f"fmax must be below a third of sample_rate ({sample_rate / 3:g} Hz)")
        if sample_rate / value.fmin >= value.frame_length / 2 - 1:
            raise ValueError(
                f"frame_length must hold two periods of fmin (more than {2 * sample_rate / value.fmin + 2:.0f} samples)"
            )
        return value

    @field_validator("scheduler")
    @classmethod
    def _address(cls, value: str) -> str:
        if value and "://" not in value:
            raise ValueError("must be empty (this machine) or a Dask scheduler's address such as tcp://host:8786")
        return value
