"""What there is to see of a clip."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech_emotion.inspection import clips


def test_the_whole_clip_is_shown_whatever_is_trimmed_and_chosen(seen: clips.Look) -> None:
    assert seen.title == "tone.wav"
    assert seen.duration == 1.5
    assert seen.log_mel.shape == (151, 64)
    assert seen.mfcc.shape == (151, 20)


def test_features_that_are_chosen_are_shown_with_their_own_settings(
    tone: Path, extract_settings: Callable[..., Any]
) -> None:
    look = clips.from_file(tone, extract_settings("mfcc", features__mfcc__n_mels=30, features__mfcc__n_mfcc=13,
                                                  features__mfcc__deltas=2))
    assert (look.log_mel.shape, look.mfcc.shape) == ((151, 30), (151, 13))
    look = clips.from_file(tone, extract_settings("rms", "log_mel", features__log_mel__n_mels=10))
    assert (look.log_mel.shape, look.mfcc.shape) == ((151, 10), (151, 10))


@pytest.mark.parametrize(("sample_rate", "hop_length"), [(1000, 10), (8000, 400), (384_000, 160)])
def test_at_any_sample_rate_there_is_something_to_see(
    sample_rate: int, hop_length: int, tone: Path, extract_settings: Callable[..., Any]
) -> None:
    look = clips.from_file(tone, extract_settings("rms", sample_rate=sample_rate, hop_length=hop_length))
    assert len(look.log_mel) == 1 + len(look.samples) // hop_length


def test_a_tone_lies_at_its_frequency(seen: clips.Look) -> None:
    band = seen.log_mel[100].argmax()
    assert abs(seen.band_centres[band] - 1000) < 30
    assert seen.log_mel[10].max() < seen.log_mel[100].max() - 70
    positions, labels = seen.frequency_ticks()
    assert labels == ["100", "250", "500", "1000", "2000", "4000"]
    assert abs(positions[labels.index("1000")] - band) < 0.6


def test_frames_and_waveform_share_one_time_axis(seen: clips.Look) -> None:
    assert seen.frame_edges[0] == pytest.approx(-0.005)
    assert seen.frame_edges[-1] == pytest.approx(1.505)
    times, _, highest = seen.envelope()
    assert times[highest > 0][0] == pytest.approx(0.5, abs=0.001)


def test_the_envelope_shows_peaks_and_an_offset(seen: clips.Look) -> None:
    _, lowest, highest = seen.envelope()
    assert highest.max() == pytest.approx(0.6, abs=0.001)
    assert lowest.min() == pytest.approx(-0.4, abs=0.001)


def test_a_long_clip_is_thinned_out_and_loses_no_peak(seen: clips.Look) -> None:
    samples = np.zeros(1_000_001, np.float32)
    samples[777_777] = 1
    long = dataclasses.replace(seen, samples=samples, log_mel=np.zeros((6251, 64), np.float32),
                               mfcc=np.zeros((6251, 40), np.float32))
    times, lowest, highest = long.envelope()
    assert len(times) == len(lowest) == len(highest) <= clips.MAX_POINTS
    assert times[highest.argmax()] == pytest.approx(777_777 / 16000, abs=0.02)
    assert long.drawn_log_mel.shape == (64, 3126)
    assert long.drawn_mfcc.shape == (40, 3126)
    assert len(long.frame_edges) == 3127
    assert np.diff(long.frame_edges) == pytest.approx(0.02)


def test_only_digital_silence_is_silent(seen: clips.Look) -> None:
    assert not seen.silent
    assert dataclasses.replace(seen, samples=np.zeros_like(seen.samples)).silent
