"""What phones, browsers and cameras write, and libsndfile does not read."""

import sys

import numpy as np
import pytest
import soundfile

from speech_emotion.audio import decoding
from speech_emotion.audio.containers import sniff
from speech_emotion.audio.digest import of_samples
from speech_emotion.audio.recording import Implausible, NoAudioTrack, NoDecoder, UnreadableAudio
from speech_emotion.audio.truncation import cut_short
from speech_emotion.testing import tone, write_clip, write_encoded

RATES = {".m4a": 16_000, ".mp4": 16_000, ".mov": 16_000, ".3gp": 8_000, ".amr": 8_000, ".aac": 16_000, ".wma": 44_100,
         ".webm": 48_000, ".mka": 16_000, ".avi": 16_000, ".flv": 16_000}
CONTAINERS = {".m4a": "mp4", ".mp4": "mp4", ".mov": "mp4", ".3gp": "mp4", ".amr": "amr", ".aac": "adts", ".wma": "asf",
              ".webm": "matroska", ".mka": "matroska", ".avi": "avi", ".flv": "flv"}


def encoded(path, seconds=1.5, **options):
    rate = RATES[path.suffix]
    return write_encoded(path, tone(1, pitch=440, detune=0, duration=seconds, sample_rate=rate), rate, **options)


def pitch(samples, rate) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples))


@pytest.mark.parametrize("suffix", RATES)
def test_what_was_recorded_is_heard(tmp_path, suffix):
    path = encoded(tmp_path / f"a{suffix}")
    samples, rate = decoding.read(path)
    assert sniff(path.read_bytes()[:12]) == CONTAINERS[suffix]
    assert cut_short(path) is None
    assert (samples.dtype, samples.ndim, rate) == (np.float32, 1, RATES[suffix])
    assert len(samples) / rate == pytest.approx(1.5, abs=0.13), "encoders pad by a frame or two"
    assert pitch(samples, rate) == pytest.approx(440, abs=2)
    assert 0.2 < np.abs(samples).max() < 0.5


@pytest.mark.parametrize("suffix", RATES)
def test_the_same_file_gives_the_same_samples(tmp_path, suffix):
    first, again = (decoding.read(encoded(tmp_path / f"{name}{suffix}"))[0] for name in "ab")
    np.testing.assert_array_equal(first, again)


def test_a_lossless_m4a_is_the_same_recording_as_a_wav(tmp_path):
    stereo = np.round(np.stack([tone(1), tone(2)]) * 0x8000).astype(np.int16)
    write_encoded(tmp_path / "a.m4a", stereo / np.float32(0x8000), encoder="alac")
    soundfile.write(tmp_path / "b.wav", stereo.T, 16_000)
    digests = []
    for name in ("a.m4a", "b.wav"):
        with decoding.opened(tmp_path / name) as recording:
            assert (recording.sample_rate, recording.channels, recording.lossless) == (16_000, 2, True)
            digests.append(of_samples(recording.blocks(), recording.sample_rate))
    assert digests[0] == digests[1]


def test_only_lossy_encodings_are_called_so(tmp_path):
    paths = [encoded(tmp_path / "a.m4a"), encoded(tmp_path / "a.wma"), write_clip(tmp_path / "a.ogg"),
             write_clip(tmp_path / "a.mp3"), write_clip(tmp_path / "a.wav"), write_clip(tmp_path / "a.flac")]
    lossless = []
    for path in paths:
        with decoding.opened(path) as recording:
            lossless.append(recording.lossless)
    assert lossless == [False, False, False, False, True, True]


def test_channels_are_averaged(tmp_path):
    write_encoded(tmp_path / "a.m4a", np.stack([tone(1), -tone(1)]))
    with decoding.opened(tmp_path / "a.m4a") as recording:
        assert recording.channels == 2
        assert np.abs(np.concatenate(list(recording.blocks()))).max() < 0.02


def test_audio_comes_in_bounded_blocks(tmp_path):
    with decoding.opened(encoded(tmp_path / "a.webm", seconds=5)) as recording:
        lengths = [len(block) for block in recording.blocks()]
    assert sum(lengths) == pytest.approx(5 * 48_000, abs=2_000)
    assert all(length == decoding.BLOCK for length in lengths[:-1])
    assert 0 < lengths[-1] <= decoding.BLOCK


@pytest.mark.parametrize("suffix", RATES)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_cut_file_is_not_readable(tmp_path, suffix, share):
    path = encoded(tmp_path / f"a{suffix}")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(UnreadableAudio, match=rf"a\{suffix}: (damaged|not readable)"):
        decoding.read(path)


@pytest.mark.parametrize("suffix", [".m4a", ".amr", ".aac", ".webm", ".mka"])
def test_a_damaged_middle_is_not_passed_over(tmp_path, suffix):
    path = encoded(tmp_path / f"a{suffix}", seconds=3)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2] + bytes(500) + data[len(data) // 2 + 500 :])
    with pytest.raises(UnreadableAudio, match="damaged audio"):
        decoding.read(path)


def test_a_webm_without_a_length_as_browsers_record_it_is_whole(tmp_path):
    path = encoded(tmp_path / "a.webm")
    expected = decoding.read(path)[0]
    data = path.read_bytes()
    at = data.index(b"\x18\x53\x80\x67") + 4
    assert data[at] == 0x01, "a length of eight bytes"
    path.write_bytes(data[:at] + b"\x01" + b"\xff" * 7 + data[at + 8 :])
    assert cut_short(path) is None
    np.testing.assert_array_equal(decoding.read(path)[0], expected)


def test_an_mp4_whose_last_box_goes_on_to_the_end_is_whole(tmp_path):
    path = encoded(tmp_path / "a.m4a")
    path.write_bytes(path.read_bytes() + bytes(4) + b"free" + bytes(100))
    assert cut_short(path) is None
    assert len(decoding.read(path)[0])


def test_of_a_video_the_sound_is_taken(tmp_path):
    path = encoded(tmp_path / "a.mp4", video=True)
    samples, rate = decoding.read(path)
    assert pitch(samples, rate) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".avi", ".mka"])
def test_a_video_without_sound_is_said_to_be_one(tmp_path, suffix):
    path = write_encoded(tmp_path / f"a{suffix}", [], video=True)
    with pytest.raises(NoAudioTrack, match=rf"a\{suffix}: holds no audio track"):
        decoding.read(path)


def test_a_track_that_begins_midway_is_damage(tmp_path):
    # FLV announces no tracks; the one of this tag (type 9, a picture) is met while the sound is decoded.
    path = encoded(tmp_path / "a.flv", seconds=60)
    whole = path.read_bytes()
    tag = b"\x09" + (4).to_bytes(3, "big") + bytes(7) + b"\x12abc" + (15).to_bytes(4, "big")
    assert len(decoding.read(path)[0])
    path.write_bytes(whole + tag)
    with pytest.raises(UnreadableAudio, match=r"a\.flv: damaged audio \(a track begins midway\)"):
        decoding.read(path)


def test_an_unknown_encoding_is_said_to_be_one(tmp_path):
    path = encoded(tmp_path / "a.3gp")
    path.write_bytes(path.read_bytes().replace(b"samr", b"xxxx"))
    with pytest.raises(UnreadableAudio, match=r"a\.3gp: its encoding is unknown to FFmpeg"):
        decoding.read(path)


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.au", "a.raw", "http:a.m4a", "a"])
@pytest.mark.parametrize("suffix", [".m4a", ".aac"])
def test_content_decides_and_not_the_name(tmp_path, suffix, name):
    path = encoded(tmp_path / f"b{suffix}").rename(tmp_path / name)
    samples, rate = decoding.read(path)
    assert pitch(samples, rate) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("head", [b"\xff\xfb\x90\x64" + bytes(8), "\ufeffsome text".encode("utf-16-le")[:12],
                                  b"\xff" * 12, b"\xff\xf1"], ids=["mp3", "utf-16", "ones", "short"])
def test_mp3_frames_and_text_are_not_taken_for_bare_aac(head):
    assert sniff(head) is None


def test_without_ffmpeg_the_message_says_what_to_install(tmp_path, monkeypatch):
    path = encoded(tmp_path / "a.m4a")
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.delitem(sys.modules, "speech_emotion.audio.ffmpeg", raising=False)
    monkeypatch.delattr("speech_emotion.audio.ffmpeg", raising=False)
    with pytest.raises(NoDecoder, match=r"a\.m4a: .*pip install 'speech-emotion\[formats\]'"):
        decoding.read(path)
    assert len(decoding.read(write_clip(tmp_path / "a.wav"))[0])


def test_metadata_that_are_no_text_do_not_matter(tmp_path):
    path = tmp_path / "a.mka"
    write_encoded(path, tone(1))
    data = path.read_bytes()
    at = data.index(b"Lavf")
    path.write_bytes(data[:at] + b"\xff\xca" + data[at + 2 :])
    assert len(decoding.read(path)[0])


def test_a_rate_that_nobody_records_speech_at_is_refused(tmp_path):
    path = write_encoded(tmp_path / "a.m4a", tone(1), encoder="alac")
    data = bytearray(path.read_bytes())
    alac = data.rindex(b"alac")
    at = data.index((16_000).to_bytes(4, "big"), alac)
    data[at : at + 4] = (100).to_bytes(4, "big")
    path.write_bytes(data)
    with pytest.raises(Implausible, match="says a sample rate of 100 Hz"):
        decoding.read(path)
