"""Small synthetic clips, and settings as params.yaml would give them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speech_emotion.audio import decoding
from speech_emotion.extraction.worker import Clip
from speech_emotion.params.extract_mfcc import ExtractMfcc

VALUES: dict[str, Any] = {
    "sample_rate": 16000, "resampler": "HQ", "trim_db": None, "level": {"method": "none", "target_db": -23.0},
    "pre_emphasis": 0.0, "features": ["mfcc"], "n_fft": 512, "win_length": 400, "hop_length": 160, "window": "hann",
    "mel_scale": "slaney", "fmin": 20.0, "fmax": 8000.0, "n_mels": 40, "top_db": 80.0, "n_mfcc": 13, "lifter": 0.0,
    "deltas": 0, "chroma": {"n_chroma": 12, "tuning": 0.0}, "spectral_contrast": {"n_bands": 5, "fmin": 200.0},
    "f0": {"method": "yin", "fmin": 65.0, "fmax": 500.0, "frame_length": 1024},
    "views": {"speed": [], "noise_snr_db": [], "pitch_steps": []}, "scheduler": "",
}


def make_settings(**changed: Any) -> ExtractMfcc:
    return ExtractMfcc.model_validate({**VALUES, **changed})


def voice(seed: int, seconds: float, rate: int) -> np.ndarray:
    """Harmonics of a wavering pitch, some noise, silence around: what speech features have to do with."""
    random = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    pitch = 120 + 80 * random.random() + 20 * np.sin(2 * np.pi * 3 * time)
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    tones = sum(np.sin(k * phase) / k for k in range(1, 12))
    loud = np.sin(np.pi * np.linspace(0, 1, len(time))) ** 2
    signal = 0.1 * loud * tones + 0.002 * random.standard_normal(len(time))
    edge = len(time) // 10
    signal[:edge] *= 1e-3
    signal[len(time) - edge :] *= 1e-3
    return signal.astype(np.float32)


def write_clip(folder: Path, name: str, samples: np.ndarray, rate: int, corpus: str = "toy") -> Clip:
    """Write a WAV file and describe it as ingest would."""
    path = folder / f"{name}.wav"
    soundfile.write(path, samples, rate, subtype="PCM_16")
    decoded, _ = decoding.read(path)
    return Clip(
        clip_id=f"{corpus}-{name}", corpus=corpus, digest=decoding.digest([decoded], rate), path=str(path),
        size=path.stat().st_size, duration=len(decoded) / rate,
    )


def write_many(folder: Path, count: int) -> list[Clip]:
    """Write different clips of 2 s, enough of them that extraction can be stopped in the middle."""
    voices = [voice(seed, 2.0, 16000) for seed in range(6)]
    return [
        write_clip(folder, f"m{at:03d}", voices[at % 6] * np.float32(1 - at / (2 * count)), 16000)
        for at in range(count)
    ]


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[[int], list[Clip]]:
    """A function that makes some clips of two corpora, at several sample rates."""
    folder = tmp_path / "audio"
    folder.mkdir()

    def make(count: int) -> list[Clip]:
        clips = [
            write_clip(folder, f"clip{at:03d}", voice(at, 0.3 + 0.02 * (at % 7), rate), rate, name)
            for at in range(count)
            for rate, name in [((48000, "beta") if at % 3 else (22050, "alpha"))]
        ]
        return sorted(clips, key=lambda clip: (clip.corpus, clip.clip_id))

    return make


@pytest.fixture(autouse=True)
def _own_memo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_MEMO", str(tmp_path / "memo"))
    monkeypatch.delenv("SER_WORKERS", raising=False)
