import itertools
import os
import tracemalloc

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from speech_emotion.audio import decoding
from speech_emotion.audio.digest import of_samples
from speech_emotion.audio.recording import Implausible, plausible
from speech_emotion.testing import tone, write_clip


def digest(path):
    with decoding.opened(path) as recording:
        return of_samples(recording.blocks(), recording.sample_rate)


@pytest.mark.parametrize("name", ["a.flac", "a.aiff", "aiff_inside.wav"])
def test_lossless_containers_of_one_recording_agree_whatever_their_name(tmp_path, name):
    wav = write_clip(tmp_path / "b.wav", seed=3)
    other = tmp_path / name
    samples, rate = soundfile.read(wav, dtype="int16")
    soundfile.write(other, samples, rate, format="FLAC" if name.endswith("flac") else "AIFF")
    assert digest(wav) == digest(other) == of_samples([samples / np.float32(0x8000)], rate)


def test_another_sample_or_rate_is_another_digest():
    samples = tone(0)
    changed = samples.copy()
    changed[-1] = np.nextafter(changed[-1], 1)
    same = [of_samples(*each) for each in (([samples], 16_000), ([changed], 16_000), ([samples], 8_000))]
    assert len(set(same)) == 3


def test_how_samples_are_cut_does_not_change_the_digest():
    samples = tone(0)
    assert of_samples(np.array_split(samples, 7), 16_000) == of_samples([samples], 16_000)


def test_channels_are_averaged(tmp_path):
    left, right = tone(1), tone(2)
    soundfile.write(tmp_path / "a.wav", np.stack([left, right], axis=1), 16_000, subtype="FLOAT")
    samples, rate = decoding.read(tmp_path / "a.wav")
    assert rate == 16_000
    assert samples.dtype == np.float32
    np.testing.assert_allclose(samples, (left + right) / 2, atol=1e-7)


@pytest.mark.parametrize("count", [0, decoding.BLOCK, decoding.READ - 1, decoding.READ, decoding.READ + 5])
def test_audio_comes_in_bounded_blocks(tmp_path, count):
    soundfile.write(tmp_path / "a.wav", np.zeros(count, np.int16), 48_000)
    with decoding.opened(tmp_path / "a.wav") as recording:
        lengths = [len(block) for block in recording.blocks()]
    assert sum(lengths) == count
    assert all(length == decoding.BLOCK for length in lengths[:-1])


@given(
    subtype=st.sampled_from(["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"]),
    samples=arrays(np.int16, st.tuples(st.integers(1, 300), st.integers(1, 3))),
)
def test_every_encoding_is_decoded_as_soundfile_does(tmp_path_factory, subtype, samples):
    path = tmp_path_factory.mktemp("encoding") / "a.wav"
    soundfile.write(path, samples, 16_000, subtype=subtype)
    expected = soundfile.read(path, dtype="float32", always_2d=True)[0].mean(axis=1)
    np.testing.assert_array_equal(decoding.read(path)[0], expected)


@pytest.mark.parametrize(("data", "message"), [(b"", "not readable"), (b"some text" * 20, "not readable")])
def test_what_is_no_audio_is_said_so_with_its_path(tmp_path, data, message):
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(decoding.UnreadableAudio, match=rf"a\.wav: {message}"):
        decoding.read(tmp_path / "a.wav")


def test_missing_headerless_and_empty_files_have_messages_of_their_own(tmp_path):
    (tmp_path / "a.raw").write_bytes(b"\0" * 100)
    soundfile.write(tmp_path / "none.wav", np.zeros(0, np.int16), 16_000)
    for name, message in {"b.wav": "no such file", "a.raw": "headerless", "none.wav": "no samples"}.items():
        with pytest.raises(decoding.UnreadableAudio, match=message):
            decoding.read(tmp_path / name)


@pytest.mark.parametrize("name", ["a.gsm", "a.vox", "a.au", "a.snd"])
def test_text_is_no_audio_whatever_it_is_called(tmp_path, name):
    (tmp_path / name).write_text("a text that is long enough to be heard for some seconds\n" * 400)
    with pytest.raises(decoding.UnreadableAudio, match="headerless audio; convert it"):
        decoding.read(tmp_path / name)


@pytest.mark.parametrize(("name", "format"), [("a.voc", "VOC"), ("a.sds", "SDS"), ("a.mat", "MAT5"), ("a.wav", "PAF")])
def test_formats_in_which_a_cut_cannot_be_noticed_are_not_read(tmp_path, capfd, name, format):
    soundfile.write(tmp_path / name, tone(1), 16_000, format=format)
    damaged = bytearray((tmp_path / name).read_bytes())
    damaged[600:5000:7] = bytes(len(damaged[600:5000:7]))
    (tmp_path / name).write_bytes(damaged)
    with pytest.raises(decoding.UnreadableAudio, match="convert it to WAV or FLAC"):
        decoding.read(tmp_path / name)
    (tmp_path / name).write_bytes(damaged[:200])
    with pytest.raises(decoding.UnreadableAudio):
        decoding.read(tmp_path / name)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize("rate", [1, 999, 768_001, 0x7FFFFFFF])
def test_rates_that_nobody_records_speech_at_are_refused_before_anything_is_decoded(tmp_path, rate):
    path = write_clip(tmp_path / "a.wav")
    data = bytearray(path.read_bytes())
    data[24:28] = rate.to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(Implausible, match=f"says a sample rate of {rate} Hz"), decoding.opened(path):
        pass


@pytest.mark.parametrize("rate", [1000, 768_000])
def test_the_extremes_are_read(tmp_path, rate):
    soundfile.write(tmp_path / "a.wav", tone(1), rate)
    assert len(decoding.read(tmp_path / "a.wav")[0]) == 8000


def silence(path, seconds, rate=1000):
    with soundfile.SoundFile(path, "w", rate, 1, subtype="PCM_16") as file:
        for _ in range(0, seconds, 1000):
            file.write(np.zeros(1000 * rate, np.int16))
    return path


def test_ten_hours_in_a_small_file_are_refused_before_anything_is_decoded(tmp_path):
    path = silence(tmp_path / "a.flac", 36_000)
    assert path.stat().st_size < 200_000
    with pytest.raises(Implausible, match="is longer than 4 hours"), decoding.opened(path):
        pass


def test_a_length_that_is_not_announced_is_bounded_as_it_is_decoded():
    block = np.zeros(decoding.BLOCK, np.float32)
    hours_4 = 14_400_000 // decoding.BLOCK
    assert len(list(plausible("a.mp3", 1000, [block] * hours_4))) == hours_4
    with pytest.raises(Implausible, match=r"a\.mp3: is longer than 4 hours"):
        list(plausible("a.mp3", 1000, itertools.repeat(block)))


def test_a_flac_from_a_pipe_is_not_called_long(tmp_path):
    data = bytearray(silence(tmp_path / "a.flac", 2000).read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    (tmp_path / "a.flac").write_bytes(data)
    with pytest.raises(decoding.UnreadableAudio, match="damaged audio"):
        decoding.read(tmp_path / "a.flac")


def test_many_channels_are_read_in_small_pieces(tmp_path):
    random = np.random.default_rng(0)
    samples = random.integers(-0x8000, 0x8000, (9_000, 700), dtype=np.int16)
    soundfile.write(tmp_path / "a.wav", samples, 16_000)
    expected = (samples * np.float32(1 / 0x8000)).mean(axis=1)
    tracemalloc.start()
    with decoding.opened(tmp_path / "a.wav") as recording:
        read = np.concatenate([block.copy() for block in recording.blocks()])
    assert tracemalloc.get_traced_memory()[1] < 40e6
    tracemalloc.stop()
    np.testing.assert_array_equal(read, expected)


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda path: path.mkdir()])
def test_a_pipe_or_device_is_no_audio_file(tmp_path, make):
    make(tmp_path / "a.wav")
    with pytest.raises(decoding.UnreadableAudio, match=r"a\.wav: is no file"):
        decoding.read(tmp_path / "a.wav")
