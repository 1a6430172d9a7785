"""Settings to measure with: those shipped, with changes."""

from pathlib import Path
from typing import Any

from speech_emotion.params.base import load
from speech_emotion.params.extract_mfcc import ExtractMfcc

SHIPPED = load(Path(__file__).resolve().parents[1] / "params.yaml", ExtractMfcc)


def changed(hop_length: int, sample_rate: int, **mfcc: Any) -> ExtractMfcc:
    """Change the shipped settings: hop length, sample rate, and settings of the feature `mfcc`."""
    values = SHIPPED.model_dump()
    values["features"]["mfcc"] |= mfcc
    return ExtractMfcc.model_validate(values | {"hop_length": hop_length, "sample_rate": sample_rate})


SETTINGS = {
    "22,050 Hz, n_fft 2048, hop 512, 128 mels, 40 MFCCs (the tutorials')": changed(
        512, 22050, n_fft=2048, win_length=2048, n_mels=128, fmin=0.0, fmax=11025.0),
    "16 kHz, n_fft 512, hop 160, 64 mels, 40 MFCCs": changed(
        160, 16000, n_fft=512, win_length=512, n_mels=64, fmin=0.0, fmax=8000.0),
}
