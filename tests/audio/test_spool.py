"""A signal on disk is an array in all but where it lies."""

import gc
import resource
import tempfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from speech_emotion.audio import resampling, spool
from speech_emotion.core.errors import UserError
from speech_emotion.testing import voice

BOUND = st.none() | st.integers(-60, 60)
SAMPLES = np.arange(50, dtype=np.float32)


@given(ends=st.tuples(st.integers(0, 60), st.integers(0, 60)), which=st.builds(slice, BOUND, BOUND))
def test_it_is_cut_as_an_array_is(ends, which):
    on_disk, in_memory = spool.cut(spool.Spool([SAMPLES[:20], SAMPLES[20:]]), *ends), spool.cut(SAMPLES, *ends)
    assert len(on_disk) == len(in_memory)
    np.testing.assert_array_equal(on_disk[which], in_memory[which])
    np.testing.assert_array_equal(np.asarray(on_disk), in_memory)
    if len(in_memory):
        assert (on_disk[0], on_disk[-1]) == (in_memory[0], in_memory[-1])


def test_the_file_has_no_name_and_goes_with_the_last_part_of_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    part = spool.Spool([SAMPLES]).part(10, 20)
    gc.collect()
    assert part[:].tolist() == list(range(10, 20))
    assert list(tmp_path.iterdir()) == []
    file = part._held.file
    assert not file.closed
    del part
    assert file.closed


def test_a_full_disk_is_an_error_that_says_where_to_make_room(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(UserError, match=rf"{tmp_path}: .*File too large.*set TMPDIR"):
            spool.Spool([SAMPLES] * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_without_a_choice_it_lies_where_files_outlast_a_start_of_the_machine(tmp_path, monkeypatch):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(spool, "_LASTING", str(tmp_path))
    assert spool.folder() == str(tmp_path)
    monkeypatch.setattr(spool, "_LASTING", str(tmp_path / "none"))
    assert Path(spool.folder()) == Path(tempfile.gettempdir())


@pytest.mark.parametrize("sample_rate", [16_000, 44_100])
def test_a_recording_is_on_disk_from_a_length_on(tmp_path, monkeypatch, sample_rate):
    path = tmp_path / "a.wav"
    soundfile.write(path, voice(1, sample_rate=sample_rate), sample_rate, subtype="FLOAT")
    samples, digest = resampling.load(path, 16_000)
    monkeypatch.setattr(spool, "IN_MEMORY", len(samples))
    assert isinstance(resampling.load_signal(path, 16_000)[0], np.ndarray)
    monkeypatch.setattr(spool, "IN_MEMORY", len(samples) - 1)
    signal, found = resampling.load_signal(path, 16_000)
    assert isinstance(signal, spool.Spool)
    np.testing.assert_array_equal(signal[:], samples)
    assert found == digest
