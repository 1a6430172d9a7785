import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from speech_emotion.audio import decoding
from speech_emotion.audio.digest import of_samples
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
