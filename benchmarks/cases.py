"""Settings to measure with."""

from typing import Any

from speech_emotion.params.extract_mfcc import ExtractMfcc

COMMON: dict[str, Any] = {
    "resampler": "HQ", "trim_db": None, "level": {"method": "none", "target_db": -23.0}, "pre_emphasis": 0.0,
    "features": ["mfcc"], "window": "hann", "mel_scale": "slaney", "fmin": 0.0, "top_db": 80.0, "n_mfcc": 40,
    "lifter": 0.0, "deltas": 0, "chroma": {"n_chroma": 12, "tuning": 0.0},
    "spectral_contrast": {"n_bands": 5, "fmin": 200.0},
    "f0": {"method": "yin", "fmin": 65.0, "fmax": 500.0, "frame_length": 1024},
    "views": {"speed": [], "noise_snr_db": [], "pitch_steps": []}, "scheduler": "",
}
SETTINGS = {
    "22,050 Hz, n_fft 2048, hop 512, 128 mels, 40 MFCCs (the tutorials')": ExtractMfcc.model_validate(COMMON | {
        "sample_rate": 22050, "n_fft": 2048, "win_length": 2048, "hop_length": 512, "n_mels": 128, "fmax": 11025.0}),
    "16 kHz, n_fft 512, hop 160, 64 mels, 40 MFCCs": ExtractMfcc.model_validate(COMMON | {
        "sample_rate": 16000, "n_fft": 512, "win_length": 512, "hop_length": 160, "n_mels": 64, "fmax": 8000.0}),
}
