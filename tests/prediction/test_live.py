"""Windows are judged while sound comes in."""

import builtins
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from speech_emotion.audio import decoding
from speech_emotion.core.errors import UserError
from speech_emotion.prediction import live, sources
from speech_emotion.prediction.sources import Queued
from speech_emotion.prediction.timeline.course import of_file
from speech_emotion.prediction.windows import Span
from speech_emotion.testing import tone, write_samples

SPAN = Span(1.0, 0.5)


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """2 s low, 2 s silence, 2.3 s high."""
    low, high = (tone(0, pitch=pitch, duration=seconds, noise=0, detune=0) for pitch, seconds in ((110, 2), (890, 2.3)))
    return write_samples(tmp_path / "a.wav", np.concatenate([low, np.zeros(32_000), high]))


def test_a_file_says_the_same_live_as_on_a_timeline(recorded: Path, pitch_judge: Any) -> None:
    expected = of_file(recorded, pitch_judge, SPAN).windows
    with sources.played(recorded) as source:
        found = list(live.listen(source, pitch_judge, SPAN))
    assert len(found) == len(expected) > 10
    for one, other in zip(found, expected, strict=True):
        assert (one.start, one.end, one.not_judged) == (other.start, other.end, other.not_judged)
        np.testing.assert_array_equal(one.probabilities, other.probabilities)


def test_a_window_is_judged_before_later_sound_comes_in(pitch_judge: Any) -> None:
    source = Queued(8000)
    windows = live.listen(source, pitch_judge, SPAN)
    for expected in ("low", "high"):
        source.put(tone(0, pitch=110 if expected == "low" else 890, duration=1, sample_rate=8000, detune=0))
        said = next(windows)
        assert pitch_judge.labels[int(said.probabilities.argmax())] == expected
        next(windows, None) if expected == "high" else None


def test_windows_are_left_out_where_judging_does_not_keep_up(pitch_judge: Any) -> None:
    source = Queued(8000)
    samples = tone(0, pitch=110, duration=6, sample_rate=8000, detune=0)
    for block in np.split(samples, 60):
        source.put(block)
    source.close()
    assert source.behind == 6
    found = list(live.listen(source, pitch_judge, SPAN))
    assert source.behind == 0
    assert [(window.start, window.not_judged) for window in found] == [
        (start, None if start >= 4.0 else live.OVERRUN) for start in np.arange(0, 5.5, 0.5)]
    summary = live.Summary(pitch_judge.labels)
    for window in found:
        summary.add(window)
    assert summary.overruns == 8
    assert str(summary) == "heard 0:06 in 11 windows: low 3; not judged 8 (overrun 8)"


def test_at_its_own_speed_nothing_is_lost(pitch_judge: Any, tmp_path: Path) -> None:
    path = write_samples(tmp_path / "a.wav", tone(1, duration=0.4))
    with sources.played(path, at_speed=True) as source:
        heard = np.concatenate(list(source.blocks()))
    np.testing.assert_array_equal(heard, decoding.read(path)[0])


def test_leaving_early_ends_the_player(tmp_path: Path) -> None:
    path = write_samples(tmp_path / "a.wav", tone(1, duration=60))
    with sources.played(path, at_speed=True) as source:
        assert len(next(source.blocks())) == 800


def test_a_file_that_is_none_or_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no audio " * 9)
    with pytest.raises(UserError, match="not readable as audio"), sources.played(tmp_path / "a.wav"):
        pass
    whole = write_samples(tmp_path / "b.flac", tone(1, duration=1)).read_bytes()
    (tmp_path / "b.flac").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="damaged audio"), sources.played(tmp_path / "b.flac", at_speed=True) as source:
        list(source.blocks())


def test_warming_up_judges_a_window_at_every_rate(pitch_judge: Any) -> None:
    class Counting(type(pitch_judge)):  # type: ignore[misc]
        shown: tuple[int, ...] = ()

        def judge(self, clip: Any) -> Any:
            Counting.shown = tuple(map(len, clip))
            return super().judge(clip)

    live.warm_up(Counting(), Span(1.5, 0.5))
    assert Counting.shown == (12_000,)


def test_nothing_heard() -> None:
    assert str(live.Summary(["low"])) == "heard 0:00 in 0 windows: nothing"


# --- the microphone


def test_without_sounddevice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(UserError, match=r"not installed: pip install 'speech-emotion\[live\]'"):
        sources.microphone()


def test_without_portaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def lacking(name: str, *rest: Any) -> Any:
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", lacking)
    with pytest.raises(UserError, match=r"needs the library PortAudio, .* \(PortAudio library not found\); on Debian"):
        sources.microphone()


_HEAR = """
import sys
import numpy as np
from speech_emotion.core.errors import UserError
from speech_emotion.prediction import sources

try:
    with sources.microphone() as source:
        blocks, taken = [], 0
        for block in source.blocks():
            blocks.append(block)
            taken += len(block)
            if taken > source.sample_rate:
                break
except UserError as error:
    sys.exit(f"none: {error}")
np.concatenate(blocks).tofile(sys.argv[1])
"""


def test_a_virtual_microphone(tmp_path: Path) -> None:
    # ALSA can play a file into a device that records. It is asked for its devices once in a process.
    samples = tone(1, duration=20, sample_rate=44_100)
    samples.astype("<f4").tofile(tmp_path / "sound.raw")
    (tmp_path / "asound.conf").write_text(
        "pcm.!default { type file slave.pcm { type null } file /dev/null format raw "
        f'infile "{tmp_path}/sound.raw" }}')
    done = subprocess.run([sys.executable, "-c", _HEAR, tmp_path / "heard.raw"], capture_output=True, text=True,
                          check=False, env={**os.environ, "ALSA_CONFIG_PATH": str(tmp_path / "asound.conf")})
    if done.stderr.splitlines()[-1:] and done.stderr.splitlines()[-1].startswith("none:"):
        pytest.skip(f"no ALSA here ({done.stderr.strip()})")
    assert done.returncode == 0, done.stderr
    heard = np.fromfile(tmp_path / "heard.raw", "<f4")
    assert len(heard) > 8000
    np.testing.assert_array_equal(heard, samples[: len(heard)])


@pytest.mark.parametrize("device", ["no such microphone", "999"])
def test_a_device_that_is_not_there(device: str) -> None:
    pytest.importorskip("sounddevice", exc_type=OSError)
    with pytest.raises(UserError, match=r"no microphone: .*; (this machine has no device|--device takes one of)"), \
            sources.microphone(device):
        pass
