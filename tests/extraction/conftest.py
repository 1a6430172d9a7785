"""Clips to extract, and a cache of each test's own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech_emotion.extraction.worker import ClipFile
from speech_emotion.testing import voice


def _write(folder: Path, name: str, samples: np.ndarray, sample_rate: int, corpus: str) -> ClipFile:
    path = folder / f"{name}.wav"
    soundfile.write(path, samples, sample_rate, subtype="PCM_16")
    return ClipFile.describe(path, f"{corpus}-{name}", corpus)


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[[int], list[ClipFile]]:
    """A function that makes some clips of two corpora, at several sample rates."""
    folder = tmp_path / "audio"
    folder.mkdir()

    def make(num_clips: int) -> list[ClipFile]:
        clips = []
        for at in range(num_clips):
            sample_rate, name = (48000, "beta") if at % 3 else (22050, "alpha")
            samples = voice(at, duration=0.3 + 0.02 * (at % 7), sample_rate=sample_rate)
            clips.append(_write(folder, f"clip{at:03d}", samples, sample_rate, name))
        return sorted(clips, key=lambda clip: (clip.corpus, clip.clip_id))

    return make


@pytest.fixture
def many_clips(tmp_path: Path) -> list[ClipFile]:
    """360 clips of 2 s: enough that extraction can be stopped in the middle."""
    folder = tmp_path / "many"
    folder.mkdir()
    voices = [voice(seed, duration=2.0) for seed in range(6)]
    return [
        _write(folder, f"m{at:03d}", voices[at % 6] * np.float32(1 - at / 720), 16000, "toy") for at in range(360)
    ]


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SER_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("SER_WORKERS", raising=False)
