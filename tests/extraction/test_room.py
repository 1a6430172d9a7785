"""As many workers as there are cores, unless memory for long recordings is short."""

import tracemalloc

import pytest

from speech_emotion.audio import resampling
from speech_emotion.extraction import room
from speech_emotion.extraction.worker import ClipFile
from speech_emotion.features import compute
from speech_emotion.parallel import memory
from speech_emotion.testing import write_clip


def test_fewer_workers_than_cores_where_the_longest_clip_would_not_fit(extract_settings, monkeypatch):
    monkeypatch.setenv("SER_WORKERS", "4")
    clips = [ClipFile(f"toy-{at}", "toy", str(at), f"{at}.wav", 1, seconds) for at, seconds in enumerate((3.0, 3600.0))]
    each = room.worker_bytes(3600.0, extract_settings())
    for free, expected in ((None, 4), (9 * each, 4), (3 * each, 3), (each // 2, 1)):
        monkeypatch.setattr(memory, "available", lambda free=free: free)
        assert room.workers(clips, extract_settings()) == expected
    monkeypatch.setattr(memory, "available", lambda: 3 * each)
    assert room.workers(clips[:1], extract_settings()) == 4


@pytest.mark.parametrize("deltas", [0, 2])
def test_the_estimate_is_rather_more_than_what_is_taken(extract_settings, tmp_path, deltas):
    # Not f0: what it takes while numba compiles has nothing to do with the recording.
    settings = extract_settings("mfcc", "zcr", "rms", features__mfcc__deltas=deltas, views__speed=[0.9])
    path = write_clip(tmp_path / "a.wav", duration=40)
    tracemalloc.start()
    samples, digest = resampling.load(path, settings.sample_rate)
    views = compute.each_view(samples, settings, ["", "speed-0.9"], digest)
    del samples
    for _ in views:
        pass
    largest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.3 < largest / (room.worker_bytes(40.0, settings) - room.PROCESS_BYTES) < 1
