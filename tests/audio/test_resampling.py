import itertools
import math

import librosa
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

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


RATES = st.sampled_from([8000, 16000, 22050, 44100, 48000])


@given(length=st.integers(0, 30_000), rates=st.tuples(RATES, RATES), quality=st.sampled_from(["QQ", "LQ", "HQ"]),
       cuts=st.lists(st.integers(1, 5000), min_size=1, max_size=4))
def test_pieces_are_the_whole_however_it_is_cut(length, rates, quality, cuts):
    samples = np.random.default_rng(length).standard_normal(length).astype(np.float32)
    buffer = np.empty(5000, np.float32)

    def blocks():  # each overwritten by the next, as those of decoders are
        at = 0
        for size in itertools.cycle(cuts):
            if at >= length:
                return
            block = buffer[: len(samples[at : at + size])]
            block[:] = samples[at : at + size]
            yield block
            at += size

    whole = resampling.resampled(samples, *rates, quality)
    assert len(whole) == math.ceil(length * rates[1] / rates[0]) == resampling.length(length, *rates)
    parts = [piece.copy() for piece in resampling.pieces(blocks(), *rates, quality)]
    np.testing.assert_array_equal(np.concatenate([np.empty(0, np.float32), *parts]), whole)


def test_two_signals_at_once_do_not_disturb_each_other():
    one, other = voice(1, duration=0.5, sample_rate=48000), voice(2, duration=0.5, sample_rate=48000)
    halves = zip(*(resampling.pieces(np.split(samples, 2), 48000, 16000) for samples in (one, other)), strict=True)
    first, second = map(np.concatenate, zip(*([piece.copy() for piece in pair] for pair in halves), strict=True))
    np.testing.assert_array_equal(first, resampling.resampled(one, 48000, 16000))
    np.testing.assert_array_equal(second, resampling.resampled(other, 48000, 16000))
