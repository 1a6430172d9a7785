import struct

import pytest
import soundfile

from speech_emotion.audio import decoding
from speech_emotion.audio.containers import cut_short, sniff
from speech_emotion.testing import tone, write_clip

FORMATS = {"wav": "a.wav", "aiff": "a.aiff", "flac": "a.flac", "ogg": "a.ogg"}


@pytest.mark.parametrize(("container", "name"), FORMATS.items())
def test_whole_files_are_known_and_whole(tmp_path, container, name):
    path = tmp_path / name
    soundfile.write(path, tone(1), 16_000)
    assert sniff(path.read_bytes()[:12]) == container
    assert cut_short(path) is None


@pytest.mark.parametrize("name", FORMATS.values())
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_a_cut_file_is_not_readable(tmp_path, name, share):
    path = tmp_path / name
    soundfile.write(path, tone(1, duration=3), 16_000)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(decoding.UnreadableAudio, match=r"damaged|not readable"):
        decoding.read(path)


@pytest.mark.parametrize("announced", [0xFFFFFFFF, 0x7FFFF000])
def test_a_wav_of_unknown_length_as_pipes_make_it_is_whole(tmp_path, announced):
    path = write_clip(tmp_path / "a.wav")
    data = bytearray(path.read_bytes())
    data[40:44] = struct.pack("<I", announced)
    path.write_bytes(data)
    assert cut_short(path) is None


def test_chunks_before_and_after_the_samples_do_not_matter(tmp_path):
    path = write_clip(tmp_path / "a.wav")
    data = path.read_bytes()
    # As in four files of EMO-DB; an odd length is followed by a byte of padding.
    padded = data[:36] + b"PAD " + struct.pack("<I", 3) + b"abc\0" + data[36:] + b"LIST" + struct.pack("<I", 2) + b"xy"
    path.write_bytes(padded)
    assert cut_short(path) is None
    assert decoding.read(path)[0].tolist() == decoding.read(write_clip(tmp_path / "b.wav"))[0].tolist()


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"a text of more than twelve bytes",
                                  b"RIFF\0\0\0\0WEBP"])
def test_what_is_no_audio_is_not_taken_for_it_and_not_called_cut(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    assert (sniff(data[:12]) is None) == (data[8:12] != b"WAVE")
    assert cut_short(tmp_path / "a") is None
