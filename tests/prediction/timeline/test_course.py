"""Windows become segments."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.audio.recording import LOWEST_RATE, UnreadableAudio
from speech_emotion.prediction.judge import Signal
from speech_emotion.prediction.timeline import envelope
from speech_emotion.prediction.timeline.course import Timeline, of_file
from speech_emotion.prediction.timeline.envelope import Envelope
from speech_emotion.prediction.timeline.segments import segments, smoothed
from speech_emotion.prediction.windows import Span, Window
from speech_emotion.testing import tone, write_samples


def test_windows_cover_the_recording(made: Timeline) -> None:
    starts = [window.start for window in made.windows]
    np.testing.assert_allclose(starts, [*np.arange(0, 9.5, 0.5), 9.25])
    assert made.duration == 10.25
    assert [window.not_judged for window in made.windows].count("silent") == 5  # those that lie within, from 4 to 6
    np.testing.assert_allclose(made.edges, [0, *np.arange(0.75, 9.6, 0.5), 9.625, 10.25])
    np.testing.assert_array_equal(np.isnan(made.probabilities[:, 0]),
                                  [window.not_judged is not None for window in made.windows])


def test_segments_have_no_holes_and_neighbours_differ(made: Timeline) -> None:
    low, gap, high = segments(made, 0.0)
    assert (low.label, gap.label, high.label) == ("low", None, "high")
    assert (low.start, low.end, gap.end, high.end) == (0, 4.25, 6.75, 10.25)
    assert (gap.start, high.start) == (low.end, gap.end)
    assert (gap.not_judged, gap.probabilities) == ("silent", None)
    judged = made.probabilities[:8]
    np.testing.assert_allclose(low.probabilities, judged.mean(axis=0))


def test_a_short_change_is_smoothed_away_and_a_gap_is_not_reached_across(pitch_judge: Any) -> None:
    said = [[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.9, 0.1], None, [0.1, 0.9]]
    windows = [Window(at, at + 1.0, None if each is None else np.array(each), None if each else "silent")
               for at, each in enumerate(said)]
    nothing = np.zeros(0), np.zeros(0, np.float32), np.zeros(0, np.float32)
    timeline = Timeline("a.wav", pitch_judge.labels, Span(1.0, 1.0), windows, nothing)
    assert [one.label for one in segments(timeline, 0)] == ["low", "high", "low", None, "high"]
    one, gap, other = segments(timeline, 2.0)
    assert (one.label, one.end, gap.not_judged, other.label) == ("low", 4.0, "silent", "high")
    np.testing.assert_allclose(other.probabilities, [0.1, 0.9])


@given(data=st.data(), number=st.integers(1, 40), seconds=st.floats(0, 9))
def test_smoothing_is_a_mean_over_what_is_near(data: Any, number: int, seconds: float) -> None:
    random = np.random.default_rng(number)
    probabilities = random.dirichlet([1, 1, 1], number)
    gaps = data.draw(st.lists(st.integers(0, number - 1), max_size=5))
    probabilities[gaps] = np.nan
    centres = np.cumsum(random.uniform(0.3, 1.0, number))
    found = smoothed(probabilities, centres, seconds)
    for at in range(number):
        if at in gaps:
            assert np.isnan(found[at]).all()
            continue
        near = [other for other in range(number) if abs(centres[other] - centres[at]) <= seconds / 2
                and not any(min(at, other) < gap < max(at, other) for gap in gaps) and other not in gaps]
        np.testing.assert_allclose(found[at], probabilities[near].mean(axis=0), rtol=1e-9)


def test_what_lies_exactly_half_the_span_away_counts() -> None:
    # 0.1 has no exact float.
    centres = 0.05 + 0.1 * np.arange(30)
    said = np.random.default_rng(1).dirichlet([1, 1], 30)
    found = smoothed(said, centres, 0.4)
    np.testing.assert_allclose(found[2:-2], [said[at - 2 : at + 3].mean(axis=0) for at in range(2, 28)])


def test_a_recording_shorter_than_a_window_is_one(pitch_judge: Any, tmp_path: Path) -> None:
    path = write_samples(tmp_path / "a.wav", tone(0, pitch=890, duration=0.6, noise=0, detune=0))
    one, = segments(of_file(path, pitch_judge, Span(1.0, 0.5)), 1.0)
    assert (one.start, one.end, one.label) == (0, 0.6, "high")


def test_nothing_to_hear(pitch_judge: Any, tmp_path: Path) -> None:
    with pytest.raises(UnreadableAudio, match="holds no samples"):
        of_file(write_samples(tmp_path / "a.wav", np.empty(0)), pitch_judge, Span(1.0, 0.5))
    (tmp_path / "b.wav").write_text("no audio " * 9)
    with pytest.raises(UnreadableAudio, match=r"b\.wav: not readable"):
        of_file(tmp_path / "b.wav", pitch_judge, Span(1.0, 0.5))


def test_any_length_will_do(pitch_judge: Any, tmp_path: Path) -> None:
    class Slow(type(pitch_judge)):  # type: ignore[misc]
        signals = (Signal(LOWEST_RATE),)

    path = tmp_path / "a.flac"
    with soundfile.SoundFile(path, "w", LOWEST_RATE, 1) as file:
        for _ in range(4):
            file.write(np.zeros(3600 * LOWEST_RATE, np.int16))
        file.write((tone(0, pitch=110, sample_rate=LOWEST_RATE, duration=30) * 32767).astype(np.int16))
    gap, speech = segments(of_file(path, Slow(), Span(60.0, 60.0)), 0)
    assert (gap.not_judged, speech.start, speech.end) == ("silent", 4 * 3600 - 15, 4 * 3600 + 30)


@given(blocks=st.lists(st.integers(1, 60), min_size=1, max_size=30))
def test_the_envelope_keeps_peaks_in_bounded_memory(blocks: list[int]) -> None:
    envelope.MOST_POINTS = 8
    samples = np.random.default_rng(len(blocks)).standard_normal(sum(blocks)).astype(np.float32)
    found = Envelope(100)
    for block in found.through(np.split(samples, np.cumsum(blocks)[:-1])):
        assert len(block)
    times, lowest, highest = found.points()
    step = round(100 * times[1]) if len(times) > 1 else max(1, len(samples))
    assert len(times) <= 2 * envelope.MOST_POINTS
    starts = np.arange(0, len(samples), step)
    np.testing.assert_allclose(times, starts / 100)
    np.testing.assert_array_equal(lowest, np.minimum.reduceat(samples, starts))
    np.testing.assert_array_equal(highest, np.maximum.reduceat(samples, starts))
    once = Envelope(100)
    list(once.through([samples]))
    np.testing.assert_array_equal(once.points(), found.points())
    envelope.MOST_POINTS = 4000
