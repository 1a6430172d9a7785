"""Whether a file that was cut short is told from a whole one."""

import struct
from contextlib import suppress

import pytest
import soundfile

from speech_emotion.audio import decoding
from speech_emotion.audio.truncation import cut_short
from speech_emotion.testing import tone, write_clip

NAMES = ["a.wav", "a.aiff", "a.flac", "a.ogg", "a.rf64", "a.w64", "a.au", "a.caf", "a.nist"]


@pytest.mark.parametrize("name", NAMES)
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


@pytest.mark.parametrize("name", NAMES)
def test_a_few_bytes_at_the_end_are_missed_too(tmp_path, name):
    path = tmp_path / name
    soundfile.write(path, tone(1), 16_000)
    assert len(decoding.read(path)[0]) == 8000
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(decoding.UnreadableAudio, match=r"damaged|not readable"):
        decoding.read(path)


def test_a_little_endian_au_is_read_as_one(tmp_path):
    soundfile.write(tmp_path / "a.au", tone(1), 16_000, endian="LITTLE")
    assert (tmp_path / "a.au").read_bytes()[:4] == b"dns."
    assert cut_short(tmp_path / "a.au") is None
    (tmp_path / "a.au").write_bytes((tmp_path / "a.au").read_bytes()[:-100])
    assert cut_short(tmp_path / "a.au") == "ends 100 of 16000 bytes early"


@pytest.mark.parametrize(("name", "at", "unknown"), [
    ("a.au", 8, b"\xff" * 4), ("a.caf", None, b"\xff" * 8), ("a.rf64", 28, b"\xff" * 8),
])
def test_a_length_that_is_unknown_is_not_missed(tmp_path, name, at, unknown):
    soundfile.write(tmp_path / name, tone(1), 16_000)
    data = bytearray((tmp_path / name).read_bytes())
    at = data.index(b"data") + 4 if at is None else at
    data[at : at + len(unknown)] = unknown
    (tmp_path / name).write_bytes(data)
    assert cut_short(tmp_path / name) is None


def test_a_damaged_table_of_packets_is_said_and_not_printed(tmp_path, capfd):
    path = tmp_path / "a.caf"
    soundfile.write(path, tone(1, duration=3), 16_000, "ALAC_16")
    whole = path.read_bytes()
    decoding.read(path)
    table = whole.index(b"pakt") + 12 + 24
    for at in range(table, whole.index(b"data")):
        path.write_bytes(whole[:at] + b"\xff" * (1 + at % 4) + whole[at + 1 + at % 4 :])
        with suppress(decoding.UnreadableAudio):
            decoding.read(path)
    path.write_bytes(whole[:table] + b"\xff" * 4 + whole[table + 4 :])
    with pytest.raises(decoding.UnreadableAudio, match="damaged audio"):
        decoding.read(path)
    assert capfd.readouterr().out == ""
