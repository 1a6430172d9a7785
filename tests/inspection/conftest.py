"""What the tests of pictures share: settings that choose other features, a tone, and what there is to see of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from speech_emotion.inspection import clips
from speech_emotion.params.extract_mfcc import ExtractMfcc

RATE = 16000


@pytest.fixture(scope="session")
def settings(extract_settings: Callable[..., Any]) -> ExtractMfcc:
    """Settings of a run that trims, and computes neither of the features that are shown."""
    return extract_settings("rms", trim_db=20.0)


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """A second and a half of 1 kHz, silent for its first half second and 0.1 above zero after it."""
    path = tmp_path / "tone.wav"
    samples = 0.1 + 0.5 * np.sin(2 * np.pi * 1000 * np.arange(24000) / RATE)
    samples[:8000] = 0
    soundfile.write(path, samples, RATE)
    return path


@pytest.fixture
def seen(tone: Path, settings: ExtractMfcc) -> clips.Look:
    return clips.from_file(tone, settings)


@pytest.fixture
def silent(tmp_path: Path, settings: ExtractMfcc) -> clips.Look:
    """Two seconds of digital silence."""
    path = tmp_path / "silent.wav"
    soundfile.write(path, np.zeros(32000), RATE)
    return clips.from_file(path, settings)
