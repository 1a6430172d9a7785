"""Each window is judged as a clip of its own."""

from typing import Any

import numpy as np
import pytest

from speech_emotion.audio.resampling import resampled
from speech_emotion.core.errors import UserError
from speech_emotion.prediction.judge import Signal
from speech_emotion.prediction.windows import Span, clips, judged
from speech_emotion.testing import tone


@pytest.mark.parametrize(("given", "window", "hop"), [((None, None), 1.0, 0.5), ((3.0, None), 3.0, 1.5),
                                                      ((2.0, 2.0), 2.0, 2.0), ((None, 0.1), 1.0, 0.1)])
def test_what_is_not_given_is_chosen(given: tuple[Any, Any], window: float, hop: float, pitch_judge: Any) -> None:
    assert Span.of(pitch_judge, *given) == Span(window, hop)


@pytest.mark.parametrize(("window", "hop", "message"), [
    (0.05, None, "--window is 0.05 s, but must be from 0.1 .* to 120"), (121.0, None, "--window is 121 s"),
    (1.0, 1.1, "--hop is 1.1 s, but must be from 0.01 to the window's 1"), (1.0, 0.001, "--hop is 0.001 s"),
    (float("nan"), None, "--window is nan s"), (1.0, float("nan"), "--hop is nan s"),
])
def test_windows_that_cannot_be_judged(window: float, hop: float | None, message: str, pitch_judge: Any) -> None:
    with pytest.raises(UserError, match=message):
        Span.of(pitch_judge, window, hop)


def test_windows_are_cut_at_the_rate_that_is_heard(pitch_judge: Any) -> None:
    samples = tone(1, duration=3.2, sample_rate=22_050)
    found = list(clips(np.array_split(samples, 7), 22_050, pitch_judge, Span(1.0, 0.7)))
    whole = resampled(samples, 22_050, 8000)
    assert [round(clip.start, 4) for clip in found] == [0.0, 0.7, 1.4, 2.1, 2.2]
    for clip in found:
        first = round(clip.start * 8000)
        np.testing.assert_array_equal(clip.samples[0], whole[first : first + 8000])


def test_a_judge_of_two_rates_hears_the_same_windows_at_both(pitch_judge: Any) -> None:
    class Both(type(pitch_judge)):  # type: ignore[misc]
        signals = (Signal(8000), Signal(16_000, "LQ"))

    samples = tone(1, duration=2.9, sample_rate=16_000)
    found = list(clips(np.array_split(samples, 5), 16_000, Both(), Span(1.0, 0.5)))
    assert [clip.start for clip in found] == [0.0, 0.5, 1.0, 1.5, 1.9]
    for clip in found:
        first = round(clip.start * 16_000)
        np.testing.assert_array_equal(clip.samples[1], samples[first : first + 16_000])
        assert len(clip.samples[0]) == 8000


@pytest.mark.parametrize(("samples", "rule"), [
    (np.zeros(8000), "silent"), (np.full(8000, np.nan), "non-finite"), (np.full(8000, 1e9), "absurd-peak"),
    (tone(duration=0.05, sample_rate=8000), "too-short"),
])
def test_what_holds_nothing_is_not_judged(samples: np.ndarray, rule: str, pitch_judge: Any) -> None:
    clip, = clips([samples.astype(np.float32)], 8000, pitch_judge, Span(1.0, 0.5))
    window = judged(clip, pitch_judge)
    assert (window.not_judged, window.probabilities) == (rule, None)
    assert window.end == len(samples) / 8000


def test_a_judge_that_gives_no_number(pitch_judge: Any) -> None:
    class Broken(type(pitch_judge)):  # type: ignore[misc]
        def judge(self, clip: Any) -> Any:
            said = super().judge(clip)
            said.clip[:] = np.nan
            return said

    clip, = clips([tone(duration=1, sample_rate=8000)], 8000, pitch_judge, Span(1.0, 0.5))
    assert judged(clip, Broken()).not_judged == "no-answer"
