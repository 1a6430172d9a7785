import librosa
import numpy as np
import pytest
import soundfile

from speech_emotion.audio import decoding, resampling
from speech_emotion.audio.digest import of_samples
from speech_emotion.testing import voice, write_encoded


@pytest.mark.parametrize("sample_rate", [8000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_file_is_resampled_as_librosa_does(tmp_path, sample_rate, channels):
    path = tmp_path / "a.wav"
    samples = np.stack([voice(seed, duration=0.7, sample_rate=sample_rate) for seed in range(channels)], axis=1)
    soundfile.write(path, samples, sample_rate, subtype="FLOAT")
    expected = librosa.resample(samples.mean(axis=1), orig_sr=sample_rate, target_sr=16000, res_type="soxr_hq")
    loaded, digest = resampling.load(path, 16000)
    assert digest == of_samples([decoding.read(path)[0]], sample_rate)
    np.testing.assert_allclose(loaded, expected, atol=1e-6)
    in_memory = resampling.resampled(samples.mean(axis=1), sample_rate, 16000)
    np.testing.assert_array_equal(in_memory, loaded)


def test_what_ffmpeg_decodes_is_resampled_in_pieces_too(tmp_path):
    path = write_encoded(tmp_path / "a.webm", voice(1, duration=3, sample_rate=48_000), 48_000)
    samples, rate = decoding.read(path)
    loaded, digest = resampling.load(path, 16_000)
    assert digest == of_samples([samples], rate)
    np.testing.assert_array_equal(loaded, resampling.resampled(samples, rate, 16_000))


def test_audio_of_the_wanted_rate_stays_as_it_is(tmp_path):
    soundfile.write(tmp_path / "a.wav", voice(0), 16000, subtype="FLOAT")
    np.testing.assert_array_equal(resampling.load(tmp_path / "a.wav", 16000)[0], voice(0))


@pytest.mark.parametrize("quality", ["QQ", "LQ", "MQ", "VHQ"])
def test_quality_is_soxrs(quality):
    samples = voice(0, duration=0.3, sample_rate=48000)
    expected = librosa.resample(samples, orig_sr=48000, target_sr=16000, res_type=f"soxr_{quality.lower()}")
    np.testing.assert_allclose(resampling.resampled(samples, 48000, 16000, quality), expected, atol=1e-6)


def test_a_file_without_samples_is_an_error_with_its_path(tmp_path):
    soundfile.write(tmp_path / "none.wav", np.zeros(0, np.int16), 48000)
    with pytest.raises(decoding.UnreadableAudio, match=r"none\.wav: holds no samples"):
        resampling.load(tmp_path / "none.wav", 16000)
