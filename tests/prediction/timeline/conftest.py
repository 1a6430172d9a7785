"""A recording of which one knows what is to be said."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech_emotion.prediction.timeline.course import Timeline, of_file
from speech_emotion.prediction.windows import Span
from speech_emotion.testing import tone, write_samples


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, pitch_judge: Any) -> Timeline:
    """4 s low, 3 s silent, 3.25 s high."""
    low, high = (tone(0, pitch=pitch, duration=seconds, sample_rate=8000, noise=0, detune=0)
                 for pitch, seconds in ((110, 4), (890, 3.25)))
    samples = np.concatenate([low, np.zeros(3 * 8000), high])
    path = write_samples(Path(tmp_path_factory.mktemp("timeline"), "Gespräch & more.wav"), samples, 8000)
    return of_file(path, pitch_judge, Span(1.0, 0.5), name="audio/Gespräch & more.wav")
