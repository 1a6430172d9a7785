"""A recording of any length is judged as clips of bounded length."""

import itertools
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.arrays import Float32
from speech_emotion.audio import decoding, recording
from speech_emotion.audio.recording import Implausible, UnreadableAudio
from speech_emotion.audio.resampling import resampled
from speech_emotion.prediction import parts
from speech_emotion.prediction.judge import Judgement, Signal
from speech_emotion.prediction.said import NotJudged
from speech_emotion.testing import tone, write_samples

RATE = 8000


class Listener:
    """Knows how loud each 0.1 s of a clip is beside the clip's loudest, and keeps what it was shown."""

    labels = ("loud", "low")
    seconds = 0.1
    min_duration = 0.05

    def __init__(self, *signals: Signal) -> None:
        self.signals = signals or (Signal(RATE),)
        self.shown: list[list[Float32]] = []

    def judge(self, clip: Sequence[Float32]) -> Judgement:
        self.shown.append([samples.copy() for samples in clip])
        size = self.signals[0].sample_rate // 10
        starts = np.arange(0, len(clip[0]), size)
        level = np.maximum.reduceat(np.abs(clip[0]), starts).astype(np.float64)
        loud = level / level.max()
        windows = np.stack([loud, 1 - loud], axis=1)
        return Judgement(starts / self.signals[0].sample_rate, windows, windows.mean(axis=0))


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LONGEST_CLIP", 1.0)


def judged(samples: Float32, rate: int, judge: Listener) -> object:
    return parts.judged(parts.of_samples(samples, rate, judge), judge)


@given(num_samples=st.integers(2000, 45_000), rate=st.sampled_from([8000, 11_025, 16_000]))
def test_parts_are_equal_slices_of_the_resampled_recording(num_samples: int, rate: int) -> None:
    parts.LONGEST_CLIP = 1.0
    samples = tone(1, duration=num_samples / rate, sample_rate=rate)
    judge = Listener()
    judged(samples, rate, judge)
    whole = resampled(samples, rate, RATE)
    shown = [clip for clip, in judge.shown]
    np.testing.assert_array_equal(np.concatenate(shown), whole)
    assert len(shown) == -(-len(samples) // rate), "as few as the bound allows"
    lengths = [len(clip) for clip in shown]
    assert max(lengths) - min(lengths) <= 1
    assert max(lengths) <= RATE


@pytest.mark.parametrize("block", [1, 999, 65_536])
def test_blocks_change_nothing(block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_samples(tmp_path / "a.wav", tone(2, duration=3.3, sample_rate=11_025), 11_025)
    expected = Listener()
    one = parts.judged(parts.of_file(path, expected), expected)
    monkeypatch.setattr(decoding, "BLOCK", block if block > 1 else 100)
    monkeypatch.setattr(decoding, "READ", 3 * block if block > 1 else 101)
    judge = Listener()
    other = parts.judged(parts.of_file(path, judge), judge)
    assert len(judge.shown) == 4
    for (clip,), (same,) in zip(judge.shown, expected.shown, strict=True):
        np.testing.assert_array_equal(clip, same)
    np.testing.assert_array_equal(one.clip, other.clip)


def test_the_answer_is_the_mean_over_all_windows() -> None:
    samples = tone(3, duration=2.5, sample_rate=RATE) * np.linspace(0.2, 1, 20_000, dtype=np.float32)
    judge = Listener()
    said = parts.judged(parts.of_samples(samples, RATE, judge), judge)
    assert len(judge.shown) == 3
    np.testing.assert_allclose(said.clip, said.probabilities.mean(axis=0), rtol=1e-12)
    assert said.starts[0] == 0
    assert said.starts[-1] == pytest.approx(2.4, abs=0.1)
    assert (np.diff(said.starts) > 0).all()
    # Each part is heard by itself: its own loudest window is as loud as can be.
    assert (said.probabilities[:, 0] == 1).sum() == 3


def test_a_recording_up_to_the_bound_is_one_clip_and_is_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, real = [], soundfile.SoundFile
    monkeypatch.setattr(soundfile, "SoundFile", lambda *given: opened.append(given) or real(*given))
    judge = Listener()
    for seconds, clips, times in ((1.0, 1, 1), (1.001, 2, 2)):
        path = write_samples(tmp_path / f"{seconds}.wav", tone(duration=seconds, sample_rate=RATE), RATE)
        opened.clear()
        judge.shown.clear()
        parts.judged(parts.of_file(path, judge), judge)
        assert (len(judge.shown), len(opened)) == (clips, times)


def test_silent_parts_are_left_out(tmp_path: Path) -> None:
    samples = np.concatenate([tone(1, duration=1, sample_rate=RATE), np.zeros(2 * RATE),
                              tone(2, duration=1, sample_rate=RATE)]).astype(np.float32)
    judge = Listener()
    said = parts.judged(parts.of_file(write_samples(tmp_path / "a.wav", samples, RATE), judge), judge)
    assert len(judge.shown) == 2
    assert said.starts.max() > 3
    assert not ((said.starts >= 1) & (said.starts < 3)).any()


def test_little_speech_in_much_silence_is_judged() -> None:
    # As a whole it is below the bound.
    samples = np.zeros(20 * RATE, np.float32)
    samples[:RATE] = tone(1, duration=1, sample_rate=RATE, amplitude=1e-3, noise=0)[:RATE]
    samples *= 0.4
    judge = Listener()
    said = parts.judged(parts.of_samples(samples, RATE, judge), judge)
    assert len(judge.shown) == 1
    assert said.flags == ("quiet",)


@pytest.mark.parametrize(("fault", "rule"), [(np.nan, "non-finite"), (1e30, "absurd-peak")])
def test_damage_anywhere_says_that_the_recording_is_not_judged(fault: float, rule: str) -> None:
    samples = tone(1, duration=3, sample_rate=RATE)
    samples[20_000] = fault
    judge = Listener()
    with pytest.raises(NotJudged) as why:
        judged(samples, RATE, judge)
    assert why.value.rule == rule
    assert not judge.shown


def test_nothing_but_silence(tmp_path: Path) -> None:
    silence = np.zeros(5 * RATE)
    path = write_samples(tmp_path / "a.flac", silence, RATE)
    with pytest.raises(NotJudged, match=r"a\.flac: not judged: silent \(digital silence\)"):
        parts.of_file(path, Listener())
    silence[:: RATE // 2] = 0.003  # a click now and then
    clips = parts.of_file(write_samples(path, silence, RATE), Listener())
    with pytest.raises(NotJudged, match=r"a\.flac: not judged: silent \(every part is below -80 dBFS RMS\)"):
        parts.judged(clips, Listener())


def test_a_judge_of_two_rates_is_shown_the_same_stretch_at_both() -> None:
    samples = tone(1, duration=2.7, sample_rate=16_000)
    judge = Listener(Signal(RATE), Signal(16_000, "QQ"), Signal(11_025, "LQ"))
    judged(samples, 16_000, judge)
    assert len(judge.shown) == 3
    for at, (rate, quality) in enumerate(judge.signals):
        np.testing.assert_array_equal(np.concatenate([clip[at] for clip in judge.shown]),
                                      resampled(samples, 16_000, rate, quality))
    assert {round(len(samples) / rate, 3) for clip in judge.shown
            for samples, (rate, _) in zip(clip, judge.signals, strict=True)} == {0.9}


def test_hours_of_silence_in_a_few_kb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "LONGEST_CLIP", 120.0)
    path, rate = tmp_path / "a.flac", recording.LOWEST_RATE
    with soundfile.SoundFile(path, "w", rate, 1) as file:
        for _ in range(5):
            file.write(np.zeros(3600 * rate, np.int16))
    assert path.stat().st_size < 100_000
    with pytest.raises(Implausible, match="is longer than 4 hours"):
        decoding.read(path)
    tracemalloc.start()
    with pytest.raises(NotJudged, match="silent"):
        parts.judged(parts.of_file(path, Listener()), Listener())
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_a_file_that_ends_early_is_damaged(tmp_path: Path) -> None:
    whole = write_samples(tmp_path / "a.flac", tone(1, duration=5, sample_rate=RATE), RATE).read_bytes()
    (tmp_path / "cut.flac").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableAudio):
        parts.of_file(tmp_path / "cut.flac", Listener())


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    peaks = []
    for minutes in (1, 4):
        path = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(path, "w", RATE, 1, subtype="PCM_16") as file:
            for _ in range(60 * minutes):
                file.write(tone(1, duration=1, sample_rate=RATE))
        judge = Listener()
        judge.shown = Forgetful()
        tracemalloc.start()
        parts.judged(parts.of_file(path, judge), judge)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    samples = 4 * 60 * RATE * 4
    assert peaks[1] < samples / 2
    assert peaks[1] - peaks[0] < 200_000


class Forgetful(list[list[Float32]]):
    def append(self, _clip: list[Float32]) -> None:
        """Keep nothing."""


def test_clips_may_be_gone_through_again() -> None:
    clips = parts.of_samples(tone(1, duration=2.5, sample_rate=RATE), RATE, Listener())
    for first, second in itertools.zip_longest(clips, clips):
        assert first.start == second.start
        np.testing.assert_array_equal(first.samples[0], second.samples[0])
