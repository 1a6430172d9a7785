"""The binding: a clip depends on its arguments alone, and what fails says why."""

import espeakng_loader
import numpy as np
import pytest

from speech_emotion.core.errors import UserError
from speech_emotion.synthesis import espeak

TEXT = "We can meet again on Monday."
# Everything that eSpeak keeps state for: flutter, alternate cycles, noise.
STATEFUL = "pitch 100 160\nflutter 12\nroughness 5\nbreath 0 12 12 12\nvoicing 70"


def speak(text: str = TEXT, voice: str = STATEFUL, rate: int = 170, seed: int = 1) -> np.ndarray:
    return espeak.synthesise(text, accent="en-US", voice=voice, rate=rate, seed=seed)[0]


def test_an_utterance_does_not_depend_on_those_before_it() -> None:
    alone = speak()
    speak("Something else, of another length.", seed=9)
    assert np.array_equal(speak(), alone)


def test_the_seed_changes_the_noise_of_a_breathy_voice() -> None:
    assert not np.array_equal(speak(seed=1), speak(seed=2))


def test_rate() -> None:
    assert len(speak(rate=120)) > 1.2 * len(speak(rate=170))


def test_level_leaves_room_for_the_loudest_voice() -> None:
    assert np.abs(speak(voice="stressAmp 10 10 20 20 20 24 30 30").astype(int)).max() < 30000


def test_embedded_pitch_command_is_not_spoken() -> None:
    plain, commanded = speak(), speak(" ".join(f"\x0150P{word}" for word in TEXT.split()))
    assert len(commanded) < 1.1 * len(plain)


def test_unknown_accent() -> None:
    with pytest.raises(UserError, match="no such accent"):
        espeak.synthesise(TEXT, accent="en-XX", voice="", rate=170, seed=1)


def test_library_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeakng_loader, "get_library_path", lambda: "/nowhere/libespeak-ng.so")
    with pytest.raises(UserError, match=r"cannot be loaded.*espeakng-loader"):
        speak()


def test_long_temporary_folder(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    folder = tmp_path / ("x" * 150)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(UserError, match="TMPDIR"):
        speak()
