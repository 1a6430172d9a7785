import pytest
import soundfile

from speech_emotion.audio.containers import sniff
from speech_emotion.audio.truncation import cut_short
from speech_emotion.testing import tone

FORMATS = {"wav": "a.wav", "aiff": "a.aiff", "flac": "a.flac", "ogg": "a.ogg", "rf64": "a.rf64", "w64": "a.w64",
           "au": "a.au", "caf": "a.caf", "nist": "a.nist"}


@pytest.mark.parametrize(("container", "name"), FORMATS.items())
def test_whole_files_are_known_and_whole(tmp_path, container, name):
    path = tmp_path / name
    soundfile.write(path, tone(1), 16_000)
    assert sniff(path.read_bytes()[:12]) == container
    assert cut_short(path) is None


@pytest.mark.parametrize("data", [b"", b"RIFF", b"RIFF\0\0\0\0WAVE", b"a text of more than twelve bytes",
                                  b"RIFF\0\0\0\0WEBP"])
def test_what_is_no_audio_is_not_taken_for_it_and_not_called_cut(tmp_path, data):
    (tmp_path / "a").write_bytes(data)
    assert (sniff(data[:12]) is None) == (data[8:12] != b"WAVE")
    assert cut_short(tmp_path / "a") is None
