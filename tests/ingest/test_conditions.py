"""What room, microphone and editor left, against what was made."""

import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.ingest.conditions import Conditions, Observer
from speech_emotion.ingest.probe import Content, probe
from speech_emotion.testing import write_clip, write_encoded

RATE = 16_000
RANDOM = np.random.default_rng(0)
NOISE = RANDOM.standard_normal(2 * RATE).astype(np.float32) * np.float32(0.1)


def observed(samples: np.ndarray, rate: int = RATE, cuts: tuple[int, ...] = ()) -> Conditions:
    observer = Observer(rate)
    for _ in observer.through(piece for piece in np.split(samples, sorted(cuts)) if len(piece)):
        pass
    return observer.conditions()


@pytest.mark.parametrize("rate", [8_000, 16_000, 44_100, 48_000])
def test_silence_is_what_lies_40_db_below_the_loudest_and_noise_is_what_a_tenth_does_not_exceed(rate: int) -> None:
    faint = np.full(rate, 1e-3, np.float32)
    loud = np.full(rate, 0.5, np.float32)
    found = observed(np.concatenate([faint[: rate // 2], loud, faint[: rate // 4]]), rate)
    assert (found.leading_silence, found.trailing_silence, found.noise_dbfs) == (0.5, 0.25, -60.0)
    # With 30 dB between them there is no silence.
    found = observed(np.concatenate([faint, loud / 16, faint]), rate)
    assert (found.leading_silence, found.trailing_silence) == (0.0, 0.0)


@pytest.mark.parametrize(("low", "rate"), [(8_000, 16_000), (8_000, 48_000), (16_000, 48_000)])
def test_what_was_recorded_at_a_lower_rate_shows_in_its_bandwidth(low: int, rate: int) -> None:
    narrow = soxr.resample(NOISE, low, rate, quality="VHQ")
    assert observed(narrow, rate).bandwidth == pytest.approx(low / 2, abs=600)
    assert observed(NOISE, rate).bandwidth == pytest.approx(rate / 2, abs=100)


@given(cuts=st.lists(st.integers(0, len(NOISE)), max_size=6))
def test_it_does_not_depend_on_how_the_recording_is_cut(cuts: list[int]) -> None:
    samples = NOISE * np.linspace(0, 1, len(NOISE), dtype=np.float32)
    assert observed(samples, cuts=tuple(cuts)) == observed(samples)


def test_nothing_is_learnt_of_too_little_and_of_digital_silence() -> None:
    assert observed(np.zeros(RATE, np.float32)) == Conditions(0.0, 0.0, -120.0, 0)
    assert observed(np.full(5, 0.5, np.float32)).leading_silence == 0.0
    assert observed(np.full(RATE, np.nan, np.float32)).bandwidth == 0


def test_a_file_is_observed_and_its_encoding_told(tmp_path) -> None:
    clip = probe(write_clip(tmp_path / "a.wav")).content
    lossy = probe(write_encoded(tmp_path / "a.m4a", NOISE[:RATE], RATE)).content
    assert isinstance(clip, Content)
    assert isinstance(lossy, Content)
    assert (clip.lossless, clip.encoding, lossy.lossless, lossy.encoding) == (True, "pcm_16", False, "aac")
    assert clip.conditions is not None
    assert lossy.conditions is not None
    assert 0 < clip.conditions.bandwidth <= 8_000
